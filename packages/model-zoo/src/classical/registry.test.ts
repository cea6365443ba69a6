import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, EMOTIONS } from '@mien/core';
import { describe, expect, test } from 'vitest';
import {
  buildBundleClassifier,
  buildBundleModel,
  type ModelCardDraft,
  readBundle,
  saveClassifierBundle,
} from '../bundle/bundle.js';
import { buildClassifier, fitClassifier, type LabelledPictures, listClassicalMethods } from './registry.js';

const SIDE = 24;
const input = { height: SIDE, width: SIDE, channels: 1 } as const;
const CLASSES = 4;

/** Stripes in four directions with noise: what patterns and edges can tell apart, and a mean cannot. */
function stripes(count: number, seed: number): LabelledPictures {
  const pictures = new Float32Array(count * SIDE * SIDE);
  const targets = new Int32Array(count);
  for (let index = 0; index < count; index++) {
    const random = createRandom(seed, index);
    targets[index] = index % CLASSES;
    const angle = (targets[index] * Math.PI) / CLASSES + random.uniform(-0.15, 0.15);
    const phase = random.uniform(0, 1);
    for (let place = 0; place < SIDE * SIDE; place++) {
      const along = Math.cos(angle) * (place % SIDE) + Math.sin(angle) * Math.floor(place / SIDE);
      pictures[index * SIDE * SIDE + place] = 128 + 60 * Math.sin(along + phase) + random.normal(0, 25);
    }
  }
  return { pictures, targets };
}

/** Small enough for a test. */
const OPTIONS: Readonly<Record<string, Record<string, number>>> = {
  'lbp-svm': { rows: 2, columns: 2, radius: 1 },
  'dct-ohl': { coefficients: 10, iterations: 30, candidates: 1, maxUnits: 12 },
};

describe.each(listClassicalMethods().map(({ id }) => id))('%s', (id) => {
  const definition = { id, options: OPTIONS[id], input, classes: CLASSES };
  const training = stripes(120, 1);

  test('learns, gives probabilities, and does the same again from the same seed', async () => {
    const weights = fitClassifier({ ...definition, seed: 3 }, training);
    expect(fitClassifier({ ...definition, seed: 3 }, training)).toEqual(weights);
    const { pictures, targets } = stripes(80, 2);
    const probabilities = await buildClassifier(definition, weights).predict(pictures, 80);
    let right = 0;
    for (let row = 0; row < 80; row++) {
      const values = probabilities.subarray(row * CLASSES, (row + 1) * CLASSES);
      expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
      if (values.indexOf(Math.max(...values)) === targets[row]) right += 1;
    }
    // One in four by chance.
    expect(right / 80).toBeGreaterThan(0.7);
  });

  test('is saved and read as a bundle', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'mien-classifier-'));
    try {
      const draft: ModelCardDraft = {
        name: `${id}.test`,
        architecture: { id, options: OPTIONS[id] },
        input: { ...input, range: [0, 255] },
        labels: EMOTIONS.slice(0, CLASSES),
        pipeline: [],
        training: { datasets: ['generated'], protocol: 'none', seed: 3, epochs: 0, recipe: {} },
        metrics: [],
        intendedUse: 'tests',
        limits: 'generated data',
        licence: { weights: 'MIT', data: 'generated' },
      };
      const weights = fitClassifier({ ...definition, seed: 3 }, training);
      const card = await saveClassifierBundle(weights, draft, directory);
      expect(card.parameters.total).toBe(Object.values(weights).reduce((sum, { data }) => sum + data.length, 0));
      const bundle = await readBundle(directory);
      const { pictures } = stripes(5, 4);
      const expected = await buildClassifier(definition, weights).predict(pictures, 5);
      expect(await buildBundleClassifier(bundle).predict(pictures, 5)).toEqual(expected);
      expect(() => buildBundleModel(bundle)).toThrow(/classical method.*buildBundleClassifier/i);
      const other = { ...bundle, card: { ...bundle.card, labels: [...EMOTIONS] } };
      expect(() => buildBundleClassifier(other)).toThrow(/weights of/);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  test('refuses options that it does not have, and pictures of another size', () => {
    const tooFew = { ...training, pictures: training.pictures.subarray(1) };
    expect(() => fitClassifier({ ...definition, seed: 1 }, tooFew)).toThrow(/120 grey pictures of 24×24/);
    expect(() => fitClassifier({ ...definition, options: { trees: 3 }, seed: 1 }, training)).toThrow(/trees/);
  });
});

test('an unknown method is refused with those that there are', () => {
  expect(() => buildClassifier({ id: 'adaboost', classes: 2 }, {})).toThrow(/lbp-svm, dct-ohl.*"adaboost"/);
});

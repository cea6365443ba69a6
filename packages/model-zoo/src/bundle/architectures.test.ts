import '@tensorflow/tfjs-backend-cpu';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMOTIONS } from '@mien/core';
import { memory, ready, setBackend, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { buildModel } from '../architectures/registry.js';
import { buildBundleClassifier, buildBundleModel, type ModelCardDraft, readBundle, saveBundle } from './bundle.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

type Case = readonly [id: string, side: number, options: Record<string, boolean | number | number[]>];

/** Small forms of networks whose bundle could go wrong in a way of its own. */
const CASES: readonly Case[] = [
  ['mien-net', 16, { stem: 4, widths: [8, 8], blocks: [1, 0] }],
  ['rtnn-stl', 24, { laplacian: false }],
  ['progressive', 16, { baseSize: 8, widths: [4, 3], blocks: [8] }],
  ['alexnet', 63, { units: 8 }],
  ['googlenet', 32, { auxiliaryHeads: true }],
  ['dtagn', 8, { frames: 3 }],
  ['landmark-mlp', 64, { hidden: [8, 4] }],
];

function outputs(model: LayersModel): number[][] {
  const inputs = model.inputs.map(({ shape }) => {
    const sizes = [1, ...shape.slice(1).map((size) => size ?? 1)];
    const count = sizes.reduce((product, size) => product * size, 1);
    return tensor(
      Float32Array.from({ length: count }, (_, index) => Math.sin(index)),
      sizes,
    );
  });
  const results = [model.predict(inputs) as Tensor | Tensor[]].flat();
  const values = results.map((result) => [...result.dataSync()]);
  for (const each of [...inputs, ...results]) each.dispose();
  return values;
}

function draftOf(id: string, side: number, options: Case[2]): ModelCardDraft {
  return {
    name: `${id}.test`,
    architecture: { id, options },
    input: { height: side, width: side, channels: 1, range: [-1, 1] },
    labels: [...EMOTIONS],
    pipeline: [],
    training: { datasets: ['generated'], protocol: 'none', seed: 3, epochs: 0, recipe: {} },
    metrics: [],
    intendedUse: 'tests',
    limits: 'untrained',
    licence: { weights: 'MIT', data: 'generated' },
  };
}

test.each(CASES)('%s comes back from a bundle with its options and the same answers', async (id, side, options) => {
  const directory = await mkdtemp(join(tmpdir(), 'mien-bundle-'));
  const before = memory().numTensors;
  try {
    const input = { height: side, width: side, channels: 1 } as const;
    const model = buildModel({ id, options, input, classes: EMOTIONS.length, seed: 4 });
    const [expected] = outputs(model);
    await saveBundle(model, draftOf(id, side, options), directory);
    model.dispose();
    const bundle = await readBundle(directory);
    const copy = buildBundleModel(bundle);
    expect(outputs(copy)).toEqual([expected]);
    copy.dispose();
    // Also the weights of heads that the copy was given without.
    expect(memory().numTensors).toBe(before);
    expect(() => buildBundleClassifier(bundle)).toThrow(/lbp-svm, dct-ohl/);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('a bundle of an architecture that is not known here says which are', async () => {
  const card = { ...draftOf('vision-mamba', 16, {}), format: 'mien-bundle-1' } as never;
  expect(() => buildBundleModel({ card, weights: {} })).toThrow(/mini-xception.*"vision-mamba"/);
});

import '@tensorflow/tfjs-backend-cpu';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMOTIONS, InvalidBundleError } from '@mien/core';
import { ready, setBackend, type Tensor, tensor4d } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildModel } from '../architectures/registry.js';
import { buildBundleModel, type ModelCardDraft, readBundle, saveBundle } from './bundle.js';

const draft: ModelCardDraft = {
  name: 'test',
  architecture: { id: 'mini-xception', options: { l2: 0 } },
  input: { height: 48, width: 48, channels: 1, range: [-1, 1] },
  labels: [...EMOTIONS],
  pipeline: [{ step: 'grey' }, { step: 'resize', width: 48, height: 48 }],
  training: { datasets: ['synthetic'], protocol: 'none', seed: 3, epochs: 0, recipe: {} },
  metrics: [],
  intendedUse: 'tests',
  limits: 'untrained',
  licence: { weights: 'MIT', data: 'generated' },
};

let directory: string;
beforeEach(async () => {
  await setBackend('cpu');
  await ready();
  directory = await mkdtemp(join(tmpdir(), 'mien-bundle-'));
  const model = buildModel({ id: 'mini-xception', classes: 7, seed: 3, input: draft.input, options: { l2: 0 } });
  await saveBundle(model, draft, directory);
  model.dispose();
});
afterEach(() => rm(directory, { recursive: true }));

const cardPath = () => join(directory, 'card.json');
async function editCard(edit: (card: Record<string, unknown>) => void): Promise<void> {
  const card = JSON.parse(await readFile(cardPath(), 'utf8'));
  edit(card);
  await writeFile(cardPath(), JSON.stringify(card));
}

describe('a model bundle', () => {
  test('gives back the same model', async () => {
    const original = buildModel({ id: 'mini-xception', classes: 7, seed: 3, input: draft.input, options: { l2: 0 } });
    const bundle = await readBundle(directory);
    const copy = buildBundleModel(bundle);
    const picture = tensor4d(
      Float32Array.from({ length: 48 * 48 }, (_, index) => Math.sin(index)),
      [1, 48, 48, 1],
    );
    const [expected, actual] = [original, copy].map((model) => (model.predict(picture) as Tensor).dataSync());
    expect(actual).toEqual(expected);
    expect(bundle.card.parameters.total).toBe(58_423);
  });

  test('with a label order of its own is refused', async () => {
    await editCard((card) => {
      card.labels = [...EMOTIONS].reverse();
    });
    await expect(readBundle(directory)).rejects.toThrow(/label order/);
  });

  test('with an unknown label, an unknown key or text that is not JSON is refused', async () => {
    const card = await readFile(cardPath(), 'utf8');
    for (const damaged of [card.replace('"angry"', '"cross"'), card.replace('"name"', '"nom"'), card.slice(0, 80)]) {
      await writeFile(cardPath(), damaged);
      await expect(readBundle(directory)).rejects.toThrow(InvalidBundleError);
    }
  });

  test('whose weights were changed, cut or lost is refused', async () => {
    const path = join(directory, 'weights.safetensors');
    const bytes = await readFile(path);
    bytes[bytes.length - 5] ^= 1;
    await writeFile(path, bytes);
    await expect(readBundle(directory)).rejects.toThrow(/SHA-256/);
    await truncate(path, 1000);
    await expect(readBundle(directory)).rejects.toThrow(InvalidBundleError);
    await rm(path);
    await expect(readBundle(directory)).rejects.toThrow(/weights.safetensors: no such file/);
  });

  test('of another architecture is refused with the weights that differ', async () => {
    const { card, weights } = await readBundle(directory);
    expect(() => buildBundleModel({ card: { ...card, labels: card.labels.slice(1) }, weights })).toThrow(
      /class_maps\/kernel/,
    );
  });
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, type Dataset, EMOTIONS, InvalidConfigurationError, type Sample } from '@mien/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AugmentedCopiesInput } from './augmented-copies.js';
import { loadTensorSet } from './load-tensor-set.js';
import { preprocessDataset } from './preprocess-dataset.js';

const SIZE = 8 * 8;
const pipeline = [{ step: 'grey' }, { step: 'resize', width: 8, height: 8 }] as const;
const augment: AugmentedCopiesInput = { copies: 2, seed: 3, with: { flip: 0.5, rotation: 20, noise: 0.1 } };

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mien-copies-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Pictures of noise, in the order of `order`; every third belongs to the test part, every other has a distribution. */
function noiseDataset(order: readonly number[]): Dataset {
  const sample = (index: number): Sample => {
    const random = createRandom(1, index);
    const labels = EMOTIONS.slice(0, 3);
    return {
      id: `picture ${index}`,
      emotion: labels[index % 3],
      split: index % 3 === 2 ? 'test' : 'train',
      ...(index % 2 === 1 && { labelDistribution: labels.map((_, label) => (label === index % 3 ? 0.5 : 0.25)) }),
      groups: {},
      load: async () => ({
        width: 8,
        height: 8,
        channels: 1,
        data: Uint8Array.from({ length: SIZE }, () => random.integer(0, 255)),
      }),
    };
  };
  return {
    name: 'noise',
    labels: EMOTIONS.slice(0, 3),
    licence: 'MIT',
    fingerprint: async () => order.join(),
    async *samples() {
      for (const index of order) yield sample(index);
    },
  };
}

const make = (order: readonly number[], options: object = { augment }) =>
  preprocessDataset({ dataset: noiseDataset(order), pipeline, directory, shardSize: 5, ...options });

test('stand after their picture, carry its labels, and leave out the test part', async () => {
  const { index } = await make([0, 1, 2, 3]);
  const set = await loadTensorSet(directory);
  expect(set.samples.map(({ id }) => id)).toEqual([
    ...['picture 0', 'picture 0#1', 'picture 0#2', 'picture 1', 'picture 1#1', 'picture 1#2', 'picture 2'],
    ...['picture 3', 'picture 3#1', 'picture 3#2'],
  ]);
  expect(set.samples.map(({ copyOf }) => copyOf)).toEqual([
    ...[undefined, 0, 0, undefined, 3, 3, undefined, undefined, 7, 7],
  ]);
  expect(index.augment).toMatchObject({ copies: 2, seed: 3, with: { flip: 0.5, shear: 0 } });
  // Rows without a distribution are all on their label; rows 0 to 4 and 5 to 9 lie in different shards.
  const rows = Array.from({ length: 10 }, (_, row) => [
    ...(set.labelDistributions?.subarray(row * 3, row * 3 + 3) ?? []),
  ]);
  expect(rows[0]).toEqual([1, 0, 0]);
  for (const row of [3, 4, 5]) expect(rows[row]).toEqual([0.25, 0.5, 0.25]);
  expect(rows[6]).toEqual([0, 0, 1]);
  for (const row of [7, 8, 9]) expect(rows[row]).toEqual([0.5, 0.25, 0.25]);
});

test('are changed, each in its own way, by the seed and the picture alone', async () => {
  const pixelsOf = async () => {
    const { samples, images } = await loadTensorSet(directory);
    return new Map(samples.map(({ id }, row) => [id, images.slice(row * SIZE, (row + 1) * SIZE).join()]));
  };
  await make([0, 1, 3]);
  const first = await pixelsOf();
  expect(new Set(first.values()).size).toBe(9);
  await make([3, 1, 0], { augment, concurrency: 1 });
  expect(new Map([...(await pixelsOf())].sort())).toEqual(new Map([...first].sort()));
  await make([0, 1, 3], { augment: { ...augment, seed: 4 } });
  const other = await pixelsOf();
  expect(other.get('picture 0')).toBe(first.get('picture 0'));
  expect(other.get('picture 0#1')).not.toBe(first.get('picture 0#1'));
});

test('are part of the key: other copies are made, the same are not made again', async () => {
  const plain = await make([0, 1, 2], {});
  const copied = await make([0, 1, 2]);
  expect(copied.cached).toBe(false);
  expect(copied.index.key).not.toBe(plain.index.key);
  expect((await make([0, 1, 2])).cached).toBe(true);
  expect((await make([0, 1, 2], { augment: { ...augment, copies: 3 } })).cached).toBe(false);
  expect((await make([0, 1, 2], {})).index).toEqual(plain.index);
  expect(JSON.parse(await readFile(join(directory, 'index.json'), 'utf8'))).not.toHaveProperty('augment');
});

test('that mix samples are refused', async () => {
  const mixing = { copies: 1, with: { mixup: { probability: 1 } } };
  await expect(make([0], { augment: mixing })).rejects.toThrow(InvalidConfigurationError);
  await expect(make([0], { augment: { copies: 0, with: {} } })).rejects.toThrow(/copies/);
});

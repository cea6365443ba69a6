import { augmentationSchema } from '@mien/preprocessing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BatchData, epochBatches, fillBatch } from './batches.js';
import { createTinySet } from './fixtures/tiny-set.js';

test('an epoch sees each sample at most once, in full batches, in an order of its own', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer(),
      (count, batchSize, seed) => {
        const indices = Array.from({ length: count }, (_, index) => index * 3);
        const batches = epochBatches(indices, batchSize, seed, 0);
        const size = Math.min(batchSize, count);
        expect(batches.every((batch) => batch.length === size)).toBe(true);
        expect(new Set(batches.flat()).size).toBe(Math.floor(count / size) * size);
        expect(epochBatches(indices, batchSize, seed, 0)).toEqual(batches);
      },
    ),
  );
  const indices = Array.from({ length: 50 }, (_, index) => index);
  expect(epochBatches(indices, 10, 1, 0)).not.toEqual(epochBatches(indices, 10, 1, 1));
});

test('pixels are scaled to the range and labels mapped to the model’s order', () => {
  const set = createTinySet(2);
  const { pictures, targets } = fillBatch({ set, indices: [], classOf: [2, 0, 1], range: [-1, 1] }, [0, 1, 2]);
  expect([...targets]).toEqual([2, 0, 1]);
  expect(pictures).toHaveLength(3 * 144);
  expect(pictures[0]).toBeCloseTo((set.images[0] / 255) * 2 - 1, 6);
});

test('a sample is augmented the same way whatever batch it stands in', () => {
  const set = createTinySet(4);
  const source = { set, indices: [...set.labels.keys()], classOf: [0, 1, 2], range: [0, 1] as const };
  const augmentation = {
    options: augmentationSchema.parse({
      flip: 0.5,
      rotation: 20,
      shift: 0.2,
      noise: 0.1,
      mixup: { probability: 0.5 },
      cutmix: { probability: 0.5 },
    }),
    seed: 9,
    epoch: 3,
  };
  const together = fillBatch(source, [4, 7], augmentation);
  const alone = fillBatch(source, [7], augmentation);
  expect(alone.pictures).toEqual(together.pictures.slice(144));
  expect(alone.labels).toEqual(together.labels.slice(3));
  expect(fillBatch(source, [7], { ...augmentation, epoch: 4 }).pictures).not.toEqual(together.pictures.slice(144));
});

describe('labels', () => {
  const set = createTinySet(10);
  const all = [...set.labels.keys()];
  const data: BatchData = { set, indices: all, classOf: [2, 0, 1], classes: 5, range: [0, 1] };
  const rowsOf = ({ labels }: { labels: Float32Array }, classes = 5) =>
    Array.from({ length: labels.length / classes }, (_, row) => [
      ...labels.subarray(row * classes, (row + 1) * classes),
    ]);

  test('are all on the sample’s class in the model’s order', () => {
    expect(rowsOf(fillBatch(data, [0, 1, 2]))).toEqual([
      [0, 0, 1, 0, 0],
      [1, 0, 0, 0, 0],
      [0, 1, 0, 0, 0],
    ]);
  });

  test('of mixed samples hold as much of each as their picture does', () => {
    // Class k is a picture of level k alone, so the picture's mean says what it is made of.
    const flat = {
      ...set,
      images: Uint8Array.from({ length: set.images.length }, (_, at) => 50 * set.labels[Math.floor(at / 144)]),
    };
    for (const mixing of [{ mixup: { probability: 1, alpha: 1 } }, { cutmix: { probability: 1 } }]) {
      const options = augmentationSchema.parse(mixing);
      const source: BatchData = { ...data, set: flat, classOf: [0, 1, 2], range: [0, 255] };
      const { pictures, labels, targets } = fillBatch(source, all, { options, seed: 1, epoch: 0 });
      const rows = rowsOf({ labels });
      for (const [row, label] of rows.entries()) {
        const mean = pictures.subarray(row * 144, (row + 1) * 144).reduce((sum, value) => sum + value) / 144;
        expect(label.reduce((sum, share) => sum + share)).toBeCloseTo(1, 6);
        expect(mean).toBeCloseTo(
          label.reduce((sum, share, index) => sum + 50 * index * share, 0),
          3,
        );
        expect(targets[row]).toBe(set.labels[row]);
      }
      expect(rows.filter((label) => Math.max(...label) < 1).length).toBeGreaterThan(10);
    }
  });

  test('are the set’s distributions where it has them, without the classes that the model lacks', () => {
    const labelDistributions = new Float32Array(set.labels.length * 3);
    labelDistributions.set([0.5, 0.25, 0.25]);
    const soft = { ...set, labelDistributions };
    expect(rowsOf(fillBatch({ ...data, set: soft }, [0]))[0]).toEqual([0.25, 0.25, 0.5, 0, 0]);
    const [row] = rowsOf(fillBatch({ ...data, set: soft, classOf: [0, 1, -1] }, [0]));
    expect(row.map((share) => Number(share.toFixed(5)))).toEqual([0.66667, 0.33333, 0, 0, 0]);
  });
});

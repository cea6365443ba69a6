import { augmentationSchema } from '@mien/preprocessing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { epochBatches, fillBatch } from './batches.js';
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
  const source = { set, indices: [], classOf: [0, 1, 2], range: [0, 1] as const };
  const augmentation = {
    options: augmentationSchema.parse({ flip: 0.5, rotation: 20, shift: 0.2 }),
    seed: 9,
    epoch: 3,
  };
  const together = fillBatch(source, [4, 7], augmentation).pictures;
  expect(fillBatch(source, [7], augmentation).pictures).toEqual(together.slice(144));
  expect(fillBatch(source, [7], { ...augmentation, epoch: 4 }).pictures).not.toEqual(together.slice(144));
});

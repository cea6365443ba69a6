import { existsSync } from 'node:fs';
import { augmentationSchema } from '@mien/preprocessing';
import { expect, test } from 'vitest';
import { createBatchLoader } from './batch-loader.js';
import { type Batch, type BatchData, epochBatches, fillBatch } from './batches.js';
import { createTinySet } from './fixtures/tiny-set.js';

/** Threads run compiled code: `turbo run test` builds first; a bare vitest run in a fresh checkout skips. */
const built = existsSync(new URL('../dist/batch-worker.js', import.meta.url));

const set = createTinySet(30);
const data: BatchData = { set, indices: [...set.labels.keys()], classOf: [0, 1, 2], range: [-1, 1] };
const augmentation = augmentationSchema.parse({
  flip: 0.5,
  rotation: 10,
  elastic: { strength: 0.02 },
  mixup: { probability: 0.5 },
});
const options = { batchSize: 16, seed: 5, augmentation };

async function collect(threads: number, epochs: readonly number[]): Promise<Batch[]> {
  const loader = createBatchLoader(data, { ...options, threads });
  const batches: Batch[] = [];
  try {
    for (const epoch of epochs) for await (const batch of loader.epoch(epoch)) batches.push(batch);
    expect(loader.waited).toBeGreaterThan(0);
    return batches;
  } finally {
    await loader.close();
  }
}

test('without threads, batches are those of fillBatch in the epoch’s order', async () => {
  const expected = epochBatches(data.indices, 16, 5, 2).map((chosen) =>
    fillBatch(data, chosen, { options: augmentation, seed: 5, epoch: 2 }),
  );
  expect(expected).toHaveLength(5);
  expect(await collect(0, [2])).toEqual(expected);
});

test.skipIf(!built)(
  'with one or three threads they are the same, epoch after epoch, also when one is left out',
  async () => {
    const expected = await collect(0, [0, 1, 4]);
    expect(await collect(1, [0, 1, 4])).toEqual(expected);
    expect(await collect(3, [0, 1, 4])).toEqual(expected);
  },
);

test.skipIf(!built)('an epoch that is left early and a loader that is closed leave nothing running', async () => {
  const loader = createBatchLoader(data, { ...options, threads: 2 });
  for await (const batch of loader.epoch(0)) {
    expect(batch.size).toBe(16);
    break;
  }
  await loader.close();
  await expect(loader.epoch(1).next()).rejects.toThrow(/ended/);
});

test.skipIf(!built)('what goes wrong in a thread is thrown where the batch is awaited', async () => {
  const broken: BatchData = { ...data, range: undefined as unknown as [number, number] };
  const loader = createBatchLoader(broken, { ...options, threads: 1 });
  await expect(loader.epoch(0).next()).rejects.toThrow(/iterable|undefined/);
  await loader.close();
});

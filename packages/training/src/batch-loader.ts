import { existsSync } from 'node:fs';
import { createThreadPool } from '@mien/core/node';
import type { Augmentation } from '@mien/preprocessing';
import type { BatchRequest, BatchWorkerData } from './batch-worker.js';
import { type Batch, type BatchData, epochBatches, fillBatch } from './batches.js';

/** A thread runs compiled code only; the path is the same from the sources. */
const WORKER = new URL('../dist/batch-worker.js', import.meta.url);

export interface BatchLoaderOptions {
  readonly batchSize: number;
  readonly seed: number;
  readonly augmentation: Augmentation;
  /**
   * Threads that augment while the step before runs; 0: the caller's thread does it in between. Batches are the same for any number.
   * Default: 1, which keeps up with any network here, and 0 from sources that were not built.
   */
  readonly threads?: number;
}

/** Makes the batches of a training run, ahead of the step that needs them. */
export interface BatchLoader {
  /** The batches of an epoch (from 0), in their order. The next epoch's first ones are made when this one's last are. */
  epoch(epoch: number): AsyncGenerator<Batch, void>;
  /** Milliseconds that callers have waited for a batch since the loader was made: what augmentation costs the training. */
  readonly waited: number;
  /** Ends the threads. */
  close(): Promise<void>;
}

/**
 * @throws {MissingInputError} when threads are asked for and the package was not built.
 */
export function createBatchLoader(data: BatchData, options: BatchLoaderOptions): BatchLoader {
  const { threads = existsSync(WORKER) ? 1 : 0 } = options;
  return threads === 0 ? createDirectLoader(data, options) : createThreadedLoader(data, options, threads);
}

function createDirectLoader(data: BatchData, { batchSize, seed, augmentation }: BatchLoaderOptions): BatchLoader {
  let waited = 0;
  return {
    async *epoch(epoch) {
      for (const chosen of epochBatches(data.indices, batchSize, seed, epoch)) {
        const started = performance.now();
        const batch = fillBatch(data, chosen, { options: augmentation, seed, epoch });
        waited += performance.now() - started;
        yield batch;
      }
    },
    get waited() {
      return waited;
    },
    close: async () => undefined,
  };
}

function createThreadedLoader(
  data: BatchData,
  { batchSize, seed, augmentation: options }: BatchLoaderOptions,
  threads: number,
): BatchLoader {
  const workerData: BatchWorkerData = { data: shareable(data), options, seed };
  const pool = createThreadPool<BatchRequest, Batch>(WORKER, { threads, workerData });
  let waited = 0;
  const request = (epoch: number, chosen: readonly number[]): Promise<Batch> => {
    const batch = pool.run({ epoch, chosen });
    // The error is thrown where the batch is awaited; until then it is not unhandled.
    batch.catch(() => undefined);
    return batch;
  };

  /** Batches under way: one for each thread and one that is ready. */
  const ahead = threads + 1;
  let prepared: { epoch: number; steps: readonly number[][]; pending: Promise<Batch>[] } | undefined;
  const prepare = (epoch: number) => {
    const steps = epochBatches(data.indices, batchSize, seed, epoch);
    const pending = steps.slice(0, ahead).map((chosen) => request(epoch, chosen));
    return { epoch, steps, pending };
  };

  return {
    async *epoch(epoch) {
      const { steps, pending } = prepared?.epoch === epoch ? prepared : prepare(epoch);
      prepared = undefined;
      for (let step = 0; step < steps.length; step++) {
        const started = performance.now();
        const batch = await (pending.shift() as Promise<Batch>);
        waited += performance.now() - started;
        if (step + ahead < steps.length) pending.push(request(epoch, steps[step + ahead]));
        // While the last steps and the validation run.
        else prepared ??= prepare(epoch + 1);
        yield batch;
      }
    },
    get waited() {
      return waited;
    },
    close: () => pool.close(),
  };
}

/** The data with its pictures in memory that threads may share; a set from `loadTensorSet` has them there already. */
function shareable(data: BatchData): BatchData {
  const { height, width, channels, labels, labelDistributions } = data.set;
  let { images } = data.set;
  if (!(images.buffer instanceof SharedArrayBuffer)) {
    const shared = new Uint8Array(new SharedArrayBuffer(images.length));
    shared.set(images);
    images = shared;
  }
  const { indices, classOf, classes, range } = data;
  // Field by field: a source may hold more, which would be copied to every thread.
  return { set: { height, width, channels, images, labels, labelDistributions }, indices, classOf, classes, range };
}

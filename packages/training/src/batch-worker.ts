import { parentPort, workerData } from 'node:worker_threads';
import type { Augmentation } from '@mien/preprocessing';
import { type Batch, type BatchData, fillBatch } from './batches.js';

/** What a thread is started with; the pictures lie in shared memory. */
export interface BatchWorkerData {
  readonly data: BatchData;
  readonly options: Augmentation;
  readonly seed: number;
}

export interface BatchRequest {
  readonly epoch: number;
  readonly chosen: readonly number[];
}

/** One answer a request, in order; its arrays are handed over, not copied. */
export type BatchReply = Batch;

/** The other end of `createBatchLoader`. */
if (parentPort) {
  const port = parentPort;
  const { data, options, seed } = workerData as BatchWorkerData;
  port.on('message', ({ epoch, chosen }: BatchRequest) => {
    const batch: BatchReply = fillBatch(data, chosen, { options, seed, epoch });
    const { pictures, labels, targets } = batch;
    port.postMessage(batch, [pictures.buffer, labels.buffer, targets.buffer] as ArrayBuffer[]);
  });
}

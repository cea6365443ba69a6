import { workerData } from 'node:worker_threads';
import { answerRequests } from '@mien/core/node';
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

// The other end of `createBatchLoader`.
const { data, options, seed } = workerData as BatchWorkerData;
answerRequests<BatchRequest, Batch>(
  ({ epoch, chosen }) => fillBatch(data, chosen, { options, seed, epoch }),
  ({ pictures, labels, targets }) => [pictures.buffer, labels.buffer, targets.buffer] as ArrayBuffer[],
);

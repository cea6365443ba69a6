import { workerData } from 'node:worker_threads';
import type { EngineName } from '@mien/compute';
import { type ErrorParts, MienError } from '@mien/core';
import { answerRequests } from '@mien/core/node';
import type { ModelBundle } from '@mien/model-zoo';
import { createEmotionReader } from '../emotion-reader.js';
import { type PictureResult, type PictureSource, type ReadBatchOptions, readBatch } from './read-batch.js';

/** What each thread is given at its start. The bundle travels as it was read, so that all threads, early and late, have the same. */
export interface ReaderThreadData {
  readonly bundle: Pick<ModelBundle, 'card' | 'weights'>;
  readonly engine?: EngineName | 'auto';
  readonly options: ReadBatchOptions;
}

export type ReaderThreadReply =
  | { readonly results: PictureResult[] }
  /** Errors lose their class on the way between threads. */
  | { readonly failure: Pick<ErrorParts, 'expected' | 'found' | 'fix'> & { code: string; exitCode: 1 | 2 } };

const { bundle, engine, options } = workerData as ReaderThreadData;
// The threads are the pictures'; more in each would stand in each other's way.
const reader = createEmotionReader({ model: bundle, engine, threads: 1 });
reader.catch(() => undefined);

answerRequests<readonly PictureSource[], ReaderThreadReply>(async (sources) => {
  try {
    return { results: await readBatch(await reader, sources, options) };
  } catch (error) {
    if (!MienError.isInstance(error)) throw error;
    const { expected, found, fix, code, exitCode } = error;
    return { failure: { expected, found, fix, code, exitCode } };
  }
});

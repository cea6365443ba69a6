import type { EngineName } from '@mien/compute';
import { MienError } from '@mien/core';
import { createThreadPool } from '@mien/core/node';
import type { ModelBundle } from '@mien/model-zoo';
import type { PictureResult, PictureSource, ReadBatchOptions } from './read-batch.js';
import type { ReaderThreadData, ReaderThreadReply } from './reader-thread.js';

/** From `src` and from `dist` alike: threads run compiled code. */
const SCRIPT = new URL('../../dist/reading/reader-thread.js', import.meta.url);

export interface ReaderThreadsOptions extends ReadBatchOptions {
  readonly bundle: Pick<ModelBundle, 'card' | 'weights'>;
  readonly engine?: EngineName | 'auto';
  readonly threads: number;
}

/** Several threads that read pictures, each with its own copy of one model. */
export interface ReaderThreads {
  readonly threads: number;
  /**
   * Reads some pictures in one thread. @returns a result each, in their order.
   * @throws what stands in the way of all: an engine that is not there, a copy that cannot be written; `Error` when the thread died.
   */
  read(sources: readonly PictureSource[]): Promise<PictureResult[]>;
  /** Ends the threads; what they have not answered is rejected. */
  close(): Promise<void>;
}

/** A Mien error that was thrown in a thread. */
class ThreadError extends MienError {
  readonly code: string;
  override readonly exitCode: 1 | 2;

  constructor({ code, exitCode, ...parts }: Extract<ReaderThreadReply, { failure: unknown }>['failure']) {
    super(parts);
    this.code = code;
    this.exitCode = exitCode;
  }
}

/**
 * Starts the threads and waits until each has its model.
 * @throws {EngineUnavailableError} when the engine asked for is not there; @throws {InvalidBundleError} when the network cannot be built.
 */
export async function startReaderThreads({
  threads,
  bundle,
  engine,
  ...options
}: ReaderThreadsOptions): Promise<ReaderThreads> {
  const workerData: ReaderThreadData = { bundle: { card: bundle.card, weights: bundle.weights }, engine, options };
  const pool = createThreadPool<readonly PictureSource[], ReaderThreadReply>(SCRIPT, { threads, workerData });
  const read = async (sources: readonly PictureSource[]) => {
    const reply = await pool.run(sources);
    if ('failure' in reply) throw new ThreadError(reply.failure);
    return reply.results;
  };
  try {
    await Promise.all(Array.from({ length: threads }, () => read([])));
  } catch (error) {
    await pool.close();
    throw error;
  }
  return { threads, read, close: () => pool.close() };
}

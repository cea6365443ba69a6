import type { Sample } from '@mien/core';
import { createThreadPool } from '@mien/core/node';
import type { Pipeline } from '../pipeline.js';
import type { PictureRequest } from './picture-worker.js';
import { type PictureResult, runPicture } from './run-picture.js';

/** A thread runs compiled code only; the path is the same from the sources. */
const WORKER = new URL('../../dist/tensor-set/picture-worker.js', import.meta.url);

/** Decodes samples and runs a pipeline on them. */
export interface PictureRunner {
  run(sample: Sample): Promise<PictureResult>;
  close(): Promise<void>;
}

/**
 * @param threads that decode and run the pipeline, each with a detector of its own; 0: this thread does.
 * @throws {MissingInputError} when threads are asked for and the package was not built.
 */
export function createPictureRunner(pipeline: Pipeline, threads: number): PictureRunner {
  if (threads === 0) return { run: (sample) => runPicture(sample, pipeline), close: async () => undefined };
  const pool = createThreadPool<PictureRequest, PictureResult>(WORKER, { threads, workerData: pipeline.data });
  return {
    async run(sample) {
      const { file, isFace } = sample;
      if (file !== undefined) return pool.run({ file, isFace });
      // What has no file of its own is loaded here; the pipeline is the longer part.
      return runPicture(sample, { apply: (image) => pool.run({ image, isFace }) as ReturnType<Pipeline['apply']> });
    },
    close: () => pool.close(),
  };
}

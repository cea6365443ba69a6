import type { Face, PixelImage } from '@mien/core';
import { createThreadPool } from '@mien/core/node';
import { checkImage } from '../check-image.js';
import type { DetectOptions, FaceDetector } from '../face-detector.js';
import { type DetectorOptionsInput, detectorOptionsSchema } from '../face-detector-options.js';
import { parseOptions } from '../parse-options.js';
import type { WorkerRequest } from './detector-worker.js';

/** A thread runs compiled code only; the path is the same from the sources. */
const WORKER = new URL('../../dist/node/detector-worker.js', import.meta.url);

/**
 * A detector that works on several pictures at once, each in a thread of its own, so that the caller's thread stays free. Each
 * thread takes about 0.3 s and 150 MiB to start; faces are the same as `createFaceDetector`'s.
 * @param threads how many; they start when first needed and do not keep the process alive while idle.
 * @throws {InvalidConfigurationError} for options that do not fit their schema; @throws {MissingInputError} when the package was not built.
 */
export async function createFaceDetectorPool(options: DetectorOptionsInput, threads: number): Promise<FaceDetector> {
  const workerData = parseOptions(detectorOptionsSchema, options, 'a face detector', 'detectorOptionsSchema');
  const pool = createThreadPool<WorkerRequest, Face[]>(WORKER, { threads, workerData });
  let disposed = false;
  return {
    async detect(image: PixelImage, { bestOnly = false }: DetectOptions = {}) {
      if (disposed) throw new Error('this detector was disposed of');
      checkImage(image);
      return pool.run({ image, bestOnly });
    },
    dispose() {
      disposed = true;
      void pool.close();
    },
  };
}

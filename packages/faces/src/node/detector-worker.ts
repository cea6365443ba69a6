import { workerData } from 'node:worker_threads';
import type { Face, PixelImage } from '@mien/core';
import { answerRequests } from '@mien/core/node';
import { createFaceDetector } from '../create-face-detector.js';

/** What the pool sends for each picture. */
export interface WorkerRequest {
  readonly image: PixelImage;
  readonly bestOnly: boolean;
}

// The other end of `createFaceDetectorPool`. The threads are the pictures'; more in each would stand in each other's way.
const detector = createFaceDetector(workerData, { sessionOptions: { intraOpNumThreads: 1 } });
answerRequests<WorkerRequest, Face[]>(async ({ image, bestOnly }) => (await detector).detect(image, { bestOnly }));

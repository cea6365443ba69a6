import { parentPort, workerData } from 'node:worker_threads';
import type { Face, PixelImage } from '@mien/core';
import { createFaceDetector } from '../create-face-detector.js';

/** What the pool sends for each picture. */
export interface WorkerRequest {
  readonly image: PixelImage;
  readonly bestOnly: boolean;
}

/** One answer a request, in order. */
export type WorkerReply = { readonly faces: Face[] } | { readonly error: unknown };

/** The other end of `createFaceDetectorPool`: one detector, one picture at a time. */
if (parentPort) {
  const port = parentPort;
  // The threads are the pictures'; more in each would stand in each other's way.
  const detector = createFaceDetector(workerData, { sessionOptions: { intraOpNumThreads: 1 } });
  port.on('message', async ({ image, bestOnly }: WorkerRequest) => {
    try {
      port.postMessage({ faces: await (await detector).detect(image, { bestOnly }) } satisfies WorkerReply);
    } catch (error) {
      port.postMessage({ error } satisfies WorkerReply);
    }
  });
}

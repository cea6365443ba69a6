import { workerData } from 'node:worker_threads';
import type { PixelImage, Sample } from '@mien/core';
import { answerRequests } from '@mien/core/node';
import { decodeImage } from '@mien/datasets/decode';
import { createFaceDetector, createLandmarkDetector } from '@mien/faces';
import { createPipeline } from '../pipeline.js';
import type { PipelineData } from '../pipeline-schema.js';
import { type PictureResult, runPicture } from './run-picture.js';

/** A picture's file, or the picture where it has none of its own. */
export type PictureRequest = Pick<Sample, 'isFace'> & ({ readonly file: string } | { readonly image: PixelImage });

// The other end of `createPictureRunner`: decodes and runs the pipeline, with a detector of its own.
// The threads are the pictures'; more for each network would stand in each other's way.
const resources = { sessionOptions: { intraOpNumThreads: 1 } };
const pipeline = createPipeline(workerData as PipelineData, {
  createDetector: (options) => createFaceDetector(options, resources),
  createLandmarkDetector: () => createLandmarkDetector(resources),
});
answerRequests<PictureRequest, PictureResult>(
  async (request) => {
    const load = async () => ('file' in request ? decodeImage(request.file) : request.image);
    const result = await runPicture({ load, isFace: request.isFace }, await pipeline);
    if (result.kind !== 'image') return result;
    // In memory of its own, which can be handed over.
    return { ...result, image: { ...result.image, data: result.image.data.slice() } };
  },
  (result) => (result.kind === 'image' ? [result.image.data.buffer as ArrayBuffer] : []),
);

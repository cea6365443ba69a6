import { haarOptionsSchema } from '@mien/faces';
import { z } from 'zod';
import { placementFields } from './placement.js';

/**
 * `crop-face`: a square round the best face that the Haar detector finds. Steps before it run on the whole picture, steps after it on the
 * square; where that reaches over the picture's edge, the nearest pixel is repeated.
 */
export const cropFaceStepSchema = z.strictObject({
  step: z.literal('crop-face'),
  detector: haarOptionsSchema.prefault({}),
  ...placementFields,
  /** What a picture without a face becomes: left out, or taken whole (for sets whose pictures are face crops already). */
  onMissing: z.enum(['skip', 'whole-image']).default('skip'),
});

export type CropFaceStep = z.output<typeof cropFaceStepSchema>;

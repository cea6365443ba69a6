import { detectorOptionsSchema } from '@mien/faces';
import { z } from 'zod';
import { squareWindow } from '../crop.js';
import { cutSquare } from './cut.js';
import { placementFields } from './placement.js';
import type { Step } from './step.js';

const findingFields = {
  /** `type: haar` (the default) or `cnn`, with the detector's own options. */
  detector: detectorOptionsSchema.prefault({}),
  /** What a picture without a face becomes: left out, or taken whole (for sets whose pictures are face crops already). */
  onMissing: z.enum(['skip', 'whole-image']).default('skip'),
};

/**
 * `crop-face`: a square round the best face that the detector finds. Steps before it run on the whole picture, steps after it on the
 * square; where that reaches over the picture's edge, the nearest pixel is repeated.
 */
export const cropFaceStepSchema = z.strictObject({
  step: z.literal('crop-face'),
  ...findingFields,
  ...placementFields,
});

/**
 * `detect-face`: finds the best face and cuts nothing: the steps after it, which go by landmarks, do, with the whole picture round the face
 * at hand.
 */
export const detectFaceStepSchema = z.strictObject({ step: z.literal('detect-face'), ...findingFields });

export type CropFaceStep = z.output<typeof cropFaceStepSchema>;
/** The steps that look for a face; a pipeline has one at most. */
export type FindingStep = CropFaceStep | z.output<typeof detectFaceStepSchema>;

/** The picture taken whole, where no face was found, is left as it is. */
export function createCropFaceStep({ scale, offset }: Pick<CropFaceStep, 'scale' | 'offset'>): Step {
  return {
    movesPixels: true,
    shapeAfter: ({ channels }) => ({ channels }),
    apply: (picture) => (picture.box ? cutSquare(picture, squareWindow(picture.box, scale, offset)) : picture),
  };
}

import { z } from 'zod';
import { cropSquare } from '../crop.js';
import { placementFields } from './placement.js';
import type { Step } from './step.js';

/** `crop-centre`: a square round the middle, for sets whose pictures are face crops already but not square. `scale` 1: the shorter side. */
export const cropCentreStepSchema = z.strictObject({ step: z.literal('crop-centre'), ...placementFields });

export function createCropCentreStep({ scale, offset }: z.output<typeof cropCentreStepSchema>): Step {
  return {
    shapeAfter: ({ channels }) => ({ channels }),
    apply: (image) =>
      cropSquare(image, { x: 0, y: 0, width: image.width, height: image.height }, scale, offset, 'shorter'),
  };
}

import { z } from 'zod';
import { squareWindow } from '../crop.js';
import { cutSquare } from './cut.js';
import { placementFields } from './placement.js';
import type { Step } from './step.js';

/** `crop-centre`: a square round the middle, for sets whose pictures are face crops already but not square. `scale` 1: the shorter side. */
export const cropCentreStepSchema = z.strictObject({ step: z.literal('crop-centre'), ...placementFields });

export function createCropCentreStep({ scale, offset }: z.output<typeof cropCentreStepSchema>): Step {
  return {
    movesPixels: true,
    shapeAfter: ({ channels }) => ({ channels }),
    apply(picture) {
      const { width, height } = picture.image;
      return cutSquare(picture, squareWindow({ x: 0, y: 0, width, height }, scale, offset, 'shorter'));
    },
  };
}

import { boundingBox } from '@mien/faces';
import { z } from 'zod';
import { squareWindow } from '../crop.js';
import { cutSquare } from './cut.js';
import { landmarkFields } from './landmark-fields.js';
import { placementFields } from './placement.js';
import type { Step } from './step.js';

/** `crop-landmarks`: a square round all landmarks, from the brows to the chin. `scale` 1: the longer side of the box round them. */
export const cropLandmarksStepSchema = z.strictObject({
  step: z.literal('crop-landmarks'),
  ...placementFields,
  ...landmarkFields,
});

export function createCropLandmarksStep(options: z.output<typeof cropLandmarksStepSchema>): Step {
  const { scale, offset, onMissing } = options;
  return {
    movesPixels: true,
    onMissingLandmarks: onMissing,
    shapeAfter: ({ channels }) => ({ channels }),
    apply(picture) {
      const { landmarks } = picture;
      return landmarks ? cutSquare(picture, squareWindow(boundingBox(landmarks.points), scale, offset)) : picture;
    },
  };
}

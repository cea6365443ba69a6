import { alignmentOf, invertSimilarity, levelling } from '@mien/faces';
import { z } from 'zod';
import { cutTurned } from './cut.js';
import { landmarkFields } from './landmark-fields.js';
import type { Step } from './step.js';

/**
 * `align`: turns the picture about the middle of the eyes until they are level (Lopes et al. 2017, section 3.3). Its size stays; beyond its
 * edge the nearest pixel is repeated.
 */
export const alignStepSchema = z.strictObject({ step: z.literal('align'), ...landmarkFields });

export function createAlignStep({ onMissing }: z.output<typeof alignStepSchema>): Step {
  return {
    movesPixels: true,
    onMissingLandmarks: onMissing,
    shapeAfter: (before) => before,
    apply(picture) {
      const { image, landmarks } = picture;
      if (!landmarks) return picture;
      return cutTurned(picture, invertSimilarity(levelling(alignmentOf(landmarks))), image.width, image.height);
    },
  };
}

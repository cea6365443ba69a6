import { alignmentOf, boxAroundEyes, similarityFromTarget } from '@mien/faces';
import { z } from 'zod';
import { cutTurned } from './cut.js';
import { landmarkFields } from './landmark-fields.js';
import type { Step } from './step.js';

/**
 * `lopes-crop`: turned so that the eyes are level and cut to what shows expressions, without forehead, ears and background. Lengths in α,
 * half the distance between the eyes (Lopes, de Aguiar, De Souza & Oliveira-Santos 2017, *Facial expression recognition with convolutional
 * neural networks*, sections 3.3 and 3.4). It is not square: `resize` makes it so, as in the paper.
 */
export const lopesCropStepSchema = z.strictObject({
  step: z.literal('lopes-crop'),
  width: z.number().min(0.5).max(20).default(2.4),
  /** Above and below the line of the eyes. */
  above: z.number().min(0.1).max(10).default(1.3),
  below: z.number().min(0.1).max(10).default(3.2),
  ...landmarkFields,
});

export function createLopesCropStep(options: z.output<typeof lopesCropStepSchema>): Step {
  const { width, above, below, onMissing } = options;
  return {
    movesPixels: true,
    onMissingLandmarks: onMissing,
    shapeAfter: ({ channels }) => ({ channels }),
    apply(picture) {
      if (!picture.landmarks) return picture;
      // The box is in distances between the eyes, which are 2 α.
      const margins = { width: width / 2, above: above / 2, below: below / 2 };
      const box = boxAroundEyes(alignmentOf(picture.landmarks), margins);
      const target = { width: Math.max(1, Math.round(box.width)), height: Math.max(1, Math.round(box.height)) };
      return cutTurned(picture, similarityFromTarget(box, target.width, target.height), target.width, target.height);
    },
  };
}

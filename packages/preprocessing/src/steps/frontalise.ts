import { InvalidDataError } from '@mien/core';
import { z } from 'zod';
import { frontalise } from './frontalise/frontalise.js';
import { FRONTAL_SIZE, referenceSurface } from './frontalise/reference-surface.js';
import { landmarkFields } from './landmark-fields.js';
import type { Step } from './step.js';

/**
 * `frontalise`: the face as it would look from the front, 320 × 320 from brow to chin (Hassner, Harel, Paz & Enbar 2015). It takes 68
 * landmarks and works up to about 45° of turn; beyond that there is little to show.
 */
export const frontaliseStepSchema = z.strictObject({
  step: z.literal('frontalise'),
  /** By how much the counts of hidden points of the two halves must differ before one is blended with the other's mirror image. */
  symmetryThreshold: z.number().min(0).default(800),
  ...landmarkFields,
});

export function createFrontaliseStep(options: z.output<typeof frontaliseStepSchema>): Step {
  const { symmetryThreshold, onMissing } = options;
  return {
    movesPixels: true,
    onMissingLandmarks: onMissing,
    shapeAfter: ({ channels }) => ({
      channels,
      ...(onMissing === 'skip' && { width: FRONTAL_SIZE, height: FRONTAL_SIZE }),
    }),
    apply(picture) {
      const { image, landmarks } = picture;
      if (!landmarks) return picture;
      if (landmarks.scheme !== 'ibug-68' || landmarks.points.length !== 68) {
        throw new InvalidDataError({
          expected: 'the 68 landmarks of ibug-68 for the step "frontalise"',
          found: `${landmarks.points.length} of ${landmarks.scheme}`,
          fix: 'take the face that the pipeline’s detect() gives',
          details: { scheme: landmarks.scheme },
        });
      }
      return {
        image: frontalise(image, landmarks, symmetryThreshold),
        box: { x: 0, y: 0, width: FRONTAL_SIZE, height: FRONTAL_SIZE },
        // Where the reference head has them: expressions are not followed.
        landmarks: { scheme: 'ibug-68', points: referenceSurface().landmarks.map(([x, y]) => [x, y]) },
      };
    },
  };
}

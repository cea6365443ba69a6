import type { PixelImage } from '@mien/core';
import { z } from 'zod';
import { localBinaryPatterns, radiusField } from './local-binary-patterns.js';
import { MAPPED_PATTERNS } from './mapped-patterns-table.js';
import { greyStep, type Step } from './step.js';

/**
 * `mapped-local-binary-patterns`: local binary patterns as three channels in which like codes have like colours, so that a network may
 * average them (Levi & Hassner 2015, *Emotion recognition in the wild via convolutional neural networks and mapped binary patterns*).
 * After `grey`.
 */
export const mappedLocalBinaryPatternsStepSchema = z.strictObject({
  step: z.literal('mapped-local-binary-patterns'),
  /** Pixels; the paper trains networks on 1, 5 and 10. */
  radius: radiusField,
});

/**
 * The colour of each pixel's code. The colours are the codes' places in three dimensions by multidimensional scaling of an earth mover's
 * dissimilarity between their bits on the circle (`fixtures/make-mapped-patterns.py`).
 * @param image one channel; @returns three.
 */
function mapLocalBinaryPatterns(image: PixelImage, radius: number): PixelImage {
  const { width, height, data } = localBinaryPatterns(image, { radius, method: 'default' });
  const mapped = new Uint8Array(3 * data.length);
  for (let pixel = 0, to = 0; pixel < data.length; pixel++) {
    const from = 3 * data[pixel];
    mapped[to++] = MAPPED_PATTERNS[from];
    mapped[to++] = MAPPED_PATTERNS[from + 1];
    mapped[to++] = MAPPED_PATTERNS[from + 2];
  }
  return { width, height, channels: 3, data: mapped };
}

export function createMappedLocalBinaryPatternsStep({
  radius,
}: z.output<typeof mappedLocalBinaryPatternsStepSchema>): Step {
  return greyStep('mapped-local-binary-patterns', (image) => mapLocalBinaryPatterns(image, radius), 3);
}

import type { PixelImage } from '@mien/core';
import { z } from 'zod';
import { type Step, valueStep } from './step.js';

/** `gamma`: level v becomes 255 · (v / 255)^gamma; below 1 it lights up what is dark. */
export const gammaStepSchema = z.strictObject({
  step: z.literal('gamma'),
  /** .2 as in Tan & Triggs 2010, *Enhanced local texture feature sets for face recognition under difficult lighting conditions*. */
  gamma: z.number().min(0.01).max(10).default(0.2),
});

/** Power-law transform of every channel. @param gamma the exponent, above 0. */
function correctGamma({ width, height, channels, data }: PixelImage, gamma: number): PixelImage {
  const levels = Uint8Array.from({ length: 256 }, (_, level) => Math.round(255 * (level / 255) ** gamma));
  return { width, height, channels, data: data.map((level) => levels[level]) };
}

export function createGammaStep({ gamma }: z.output<typeof gammaStepSchema>): Step {
  return valueStep((image) => correctGamma(image, gamma));
}

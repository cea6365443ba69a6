import type { PixelImage } from '@mien/core';
import { z } from 'zod';
import { greyStep, type Step } from './step.js';
import { quantile } from './stretch.js';

/**
 * `scale`: brings each picture's own levels to one range. What 0 and 255 then are to a network (0..1, −1..1) is no step: it is the
 * `input.range` of the model's card, the same for every picture. After `grey`.
 */
export const scaleStepSchema = z.strictObject({
  step: z.literal('scale'),
  /**
   * min-max: the darkest level becomes 0, the brightest 255. standardise: (x − μ) / σ of the whole picture, −reach..reach as 0..255; with a
   * card's range of −reach..reach a network sees standardised values.
   */
  method: z.enum(['min-max', 'standardise']).default('min-max'),
  /** Share of the pixels at either end that min-max lets go beyond the range. */
  clip: z.number().min(0).max(0.4).default(0),
  /** Standard deviations from the mean at which standardised values are cut. */
  reach: z.number().min(0.1).max(20).default(3),
});

type ScaleOptions = Omit<z.output<typeof scaleStepSchema>, 'step'>;

/**
 * A picture of one level becomes 128 throughout.
 * @param image one channel.
 */
function scaleLevels({ width, height, data }: PixelImage, { method, clip, reach }: ScaleOptions): PixelImage {
  const [low, high] = method === 'min-max' ? quantiles(data, clip) : standardRange(data, reach);
  const levels = Uint8Array.from({ length: 256 }, (_, level) => {
    if (!(high > low)) return 128;
    return Math.round(Math.min(255, Math.max(0, ((level - low) * 255) / (high - low))));
  });
  return { width, height, channels: 1, data: data.map((level) => levels[level]) };
}

function quantiles(data: Uint8Array, clip: number): [number, number] {
  const values = Float64Array.from(data);
  return [quantile(values, clip), quantile(values, 1 - clip)];
}

function standardRange(data: Uint8Array, reach: number): [number, number] {
  let sum = 0;
  let squares = 0;
  for (const level of data) {
    sum += level;
    squares += level * level;
  }
  const mean = sum / data.length;
  const deviation = Math.sqrt(Math.max(0, data.length * squares - sum * sum)) / data.length;
  return [mean - reach * deviation, mean + reach * deviation];
}

export function createScaleStep(options: z.output<typeof scaleStepSchema>): Step {
  return greyStep('scale', (image) => scaleLevels(image, options));
}

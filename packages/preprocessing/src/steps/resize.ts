import type { PixelImage } from '@mien/core';
import { z } from 'zod';
import { RESAMPLING_KERNELS, resample } from '../resample.js';
import type { Step } from './step.js';

const pixels = z.number().int().min(1).max(4096);

/** `resize`: to `width` × `height` pixels, whatever the shape before (sides are scaled apart). */
export const resizeStepSchema = z.strictObject({
  step: z.literal('resize'),
  width: pixels,
  height: pixels,
  /**
   * area: the mean of what each new pixel covers (OpenCV's INTER_AREA), best for shrinking. linear, cubic, lanczos: Pillow's filters,
   * widened when shrinking, so without aliasing. The kernel changes a network's answers: the same one in training and use.
   */
  kernel: z.enum(RESAMPLING_KERNELS).default('area'),
});

export function createResizeStep({ width, height, kernel }: z.output<typeof resizeStepSchema>): Step {
  return {
    shapeAfter: ({ channels }) => ({ width, height, channels }),
    apply: (image: PixelImage) => resample(image, width, height, kernel),
  };
}

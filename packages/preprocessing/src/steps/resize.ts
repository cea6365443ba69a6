import { z } from 'zod';
import { RESAMPLING_KERNELS, resample } from '../resample.js';
import { moveLandmarks } from './cut.js';
import type { Step } from './step.js';

const pixels = z.number().int().min(1).max(4096).default(256);

/**
 * `resize`: to `width` × `height` pixels, whatever the shape before (sides are scaled apart). 256 × 256 is what the study brings every face
 * to first; a second `resize` at the end of the pipeline then makes the network's size.
 */
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
    movesPixels: true,
    shapeAfter: ({ channels }) => ({ width, height, channels }),
    apply({ image, box, landmarks }) {
      const across = width / image.width;
      const down = height / image.height;
      return {
        image: resample(image, width, height, kernel),
        ...(box && {
          box: { x: box.x * across, y: box.y * down, width: box.width * across, height: box.height * down },
        }),
        ...(landmarks && { landmarks: moveLandmarks(landmarks, ([x, y]) => [x * across, y * down]) }),
      };
    },
  };
}

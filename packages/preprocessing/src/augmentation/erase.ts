import type { Random } from '@mien/core';
import type { AugmentShape } from './augment-shape.js';
import type { Augmentation } from './augmentation-schema.js';

/** Aspect ratios of erased rectangles: between this and its inverse, evenly in the logarithm. */
const LOG_ASPECT = Math.log(1 / 0.3);

/** Fills a rectangle with one random level. @param low what 0 becomes, @param unit what one level of 0..255 is worth. */
export function eraseRectangle(
  target: Float32Array,
  offset: number,
  { width, height, channels }: AugmentShape,
  { minimum, maximum }: Augmentation['erase'],
  random: Random,
  low: number,
  unit: number,
): void {
  const area = random.uniform(minimum, maximum) * width * height;
  const aspect = Math.exp(random.uniform(-LOG_ASPECT, LOG_ASPECT));
  const erasedWidth = Math.min(width, Math.round(Math.sqrt(area * aspect)));
  const erasedHeight = Math.min(height, Math.round(Math.sqrt(area / aspect)));
  const left = random.integer(0, width - erasedWidth);
  const top = random.integer(0, height - erasedHeight);
  const level = random.uniform(0, 255) * unit + low;
  for (let y = top; y < top + erasedHeight; y++) {
    const row = offset + (y * width + left) * channels;
    target.fill(level, row, row + erasedWidth * channels);
  }
}

import type { PixelImage } from '@mien/core';
import { type RotatedBox, similarityFromTarget } from '../alignment/rotated-box.js';

/** At most this many places a side are averaged into one when a large face is shrunk. */
const MOST_TAPS = 3;

/**
 * The square of a picture under a rotated box, as a network's input: [3, side, side] with values 0..1. Over the picture's edge the
 * nearest pixel is repeated. Bilinear; where it shrinks by two or more, the mean of several places.
 */
export function sampleRotated(
  { width, height, channels, data }: PixelImage,
  box: RotatedBox,
  side: number,
): Float32Array {
  const { a, b, x: startX, y: startY } = similarityFromTarget(box, side, side);
  const taps = Math.max(1, Math.min(MOST_TAPS, Math.floor(Math.hypot(a, b))));
  const share = 1 / (255 * taps * taps);
  const area = side * side;
  const planes = new Float32Array(3 * area);
  const [right, below] = [channels, width * channels];
  for (let row = 0; row < side * taps; row++) {
    const v = (row + 0.5) / taps;
    for (let column = 0; column < side * taps; column++) {
      const u = (column + 0.5) / taps;
      const x = Math.min(width - 1, Math.max(0, a * u - b * v + startX - 0.5));
      const y = Math.min(height - 1, Math.max(0, b * u + a * v + startY - 0.5));
      const [left, top] = [x | 0, y | 0];
      const [fx, fy] = [x - left, y - top];
      const at = top * below + left * right;
      const toRight = left + 1 < width ? right : 0;
      const toBelow = top + 1 < height ? below : 0;
      const place = ((row / taps) | 0) * side + ((column / taps) | 0);
      for (let channel = 0; channel < channels; channel++) {
        const pixel = at + channel;
        const above = data[pixel] + (data[pixel + toRight] - data[pixel]) * fx;
        const under = data[pixel + toBelow] + (data[pixel + toBelow + toRight] - data[pixel + toBelow]) * fx;
        planes[channel * area + place] += (above + (under - above) * fy) * share;
      }
    }
  }
  if (channels === 1) {
    planes.copyWithin(area, 0, area);
    planes.copyWithin(2 * area, 0, area);
  }
  return planes;
}

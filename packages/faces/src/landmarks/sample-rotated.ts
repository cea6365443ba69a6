import type { PixelImage } from '@mien/core';
import { type RotatedBox, similarityFromTarget } from '../alignment/rotated-box.js';
import type { Similarity } from '../alignment/similarity.js';

/** At most this many pixels a side are averaged into one when a large face is shrunk. */
const MOST_TAPS = 3;

/**
 * The square of a picture under a rotated box, as a network's input: [3, side, side] with values 0..1. Over the picture's edge the
 * nearest pixel is repeated. Bilinear; where it shrinks by two or more, the mean of several pixels.
 */
export function sampleRotated(image: PixelImage, box: RotatedBox, side: number): Float32Array {
  const toPicture = similarityFromTarget(box, side, side);
  const taps = Math.min(MOST_TAPS, Math.floor(Math.hypot(toPicture.a, toPicture.b)));
  const planes = new Float32Array(3 * side * side);
  if (taps < 2) sampleBilinear(image, toPicture, side, planes);
  else sampleMean(image, toPicture, side, taps, planes);
  if (image.channels === 1) {
    planes.copyWithin(side * side, 0, side * side);
    planes.copyWithin(2 * side * side, 0, side * side);
  }
  return planes;
}

function sampleBilinear(
  { width, height, channels, data }: PixelImage,
  { a, b, x: startX, y: startY }: Similarity,
  side: number,
  planes: Float32Array,
): void {
  for (let row = 0, place = 0; row < side; row++) {
    for (let column = 0; column < side; column++, place++) {
      const x = clamp(a * (column + 0.5) - b * (row + 0.5) + startX - 0.5, width - 1);
      const y = clamp(b * (column + 0.5) + a * (row + 0.5) + startY - 0.5, height - 1);
      const [left, top] = [x | 0, y | 0];
      const [fx, fy] = [x - left, y - top];
      const right = left + 1 < width ? channels : 0;
      const below = top + 1 < height ? width * channels : 0;
      let at = (top * width + left) * channels;
      for (let plane = place; plane < side * side * channels; plane += side * side, at++) {
        const above = data[at] + (data[at + right] - data[at]) * fx;
        const under = data[at + below] + (data[at + below + right] - data[at + below]) * fx;
        planes[plane] = (above + (under - above) * fy) / 255;
      }
    }
  }
}

function sampleMean(
  { width, height, channels, data }: PixelImage,
  { a, b, x: startX, y: startY }: Similarity,
  side: number,
  taps: number,
  planes: Float32Array,
): void {
  const area = side * side;
  const [green, blue] = channels === 3 ? [1, 2] : [0, 0];
  const share = 1 / (255 * taps * taps);
  for (let row = 0, place = 0; row < side; row++) {
    for (let column = 0; column < side; column++, place++) {
      let [sumRed, sumGreen, sumBlue] = [0, 0, 0];
      for (let down = 0.5; down < taps; down++) {
        const v = row + down / taps;
        for (let across = 0.5; across < taps; across++) {
          const u = column + across / taps;
          const x = clamp(a * u - b * v + startX, width - 1) | 0;
          const y = clamp(b * u + a * v + startY, height - 1) | 0;
          const at = (y * width + x) * channels;
          sumRed += data[at];
          sumGreen += data[at + green];
          sumBlue += data[at + blue];
        }
      }
      planes[place] = sumRed * share;
      planes[area + place] = sumGreen * share;
      planes[2 * area + place] = sumBlue * share;
    }
  }
}

function clamp(value: number, most: number): number {
  return value < 0 ? 0 : Math.min(value, most);
}

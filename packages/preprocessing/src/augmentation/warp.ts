import type { AffineMap } from './affine-map.js';
import type { AugmentShape } from './augment-shape.js';

/**
 * Warps one picture: each new pixel is read where `map` says. Bilinear; outside, the nearest edge pixel is repeated. Writes
 * level · `gain` + `bias` for levels of 0..255.
 */
export function warpInto(
  target: Float32Array,
  targetOffset: number,
  source: Uint8Array,
  sourceOffset: number,
  { width, height, channels }: AugmentShape,
  map: AffineMap,
  gain: number,
  bias: number,
): void {
  const { xx: stepX, yx: stepY } = map;
  const stride = width * channels;
  for (let y = 0; y < height; y++) {
    const fromX = map.xy * y + map.x0;
    const fromY = map.yy * y + map.y0;
    // Most of a row comes from inside the picture and needs neither cutting nor care for missing neighbours.
    const first = Math.max(firstInside(fromX, stepX, width), firstInside(fromY, stepY, height));
    const afterLast = Math.min(width, afterLastInside(fromX, stepX, width), afterLastInside(fromY, stepY, height));
    const row = targetOffset + y * stride;
    const insideFrom = Math.min(first, width);
    const insideTo = Math.max(insideFrom, afterLast);
    for (let x = 0; x < insideFrom; x++) {
      samplePixel(
        target,
        row + x * channels,
        source,
        sourceOffset,
        width,
        height,
        channels,
        fromX + x * stepX,
        fromY + x * stepY,
        gain,
        bias,
      );
    }
    if (channels === 1) {
      // Grey pictures are the common case; without the inner loop they take two thirds of the time.
      for (let x = insideFrom; x < insideTo; x++) {
        const sourceX = fromX + x * stepX;
        const sourceY = fromY + x * stepY;
        const left = sourceX | 0;
        const top = sourceY | 0;
        const shareX = sourceX - left;
        const at = sourceOffset + top * stride + left;
        const below = at + stride;
        const upper = source[at] + (source[at + 1] - source[at]) * shareX;
        const lower = source[below] + (source[below + 1] - source[below]) * shareX;
        target[row + x] = (upper + (lower - upper) * (sourceY - top)) * gain + bias;
      }
    } else {
      for (let x = insideFrom; x < insideTo; x++) {
        const sourceX = fromX + x * stepX;
        const sourceY = fromY + x * stepY;
        const left = sourceX | 0;
        const top = sourceY | 0;
        const shareX = sourceX - left;
        const shareY = sourceY - top;
        const pixel = sourceOffset + top * stride + left * channels;
        for (let channel = 0; channel < channels; channel++) {
          const at = pixel + channel;
          const below = at + stride;
          const upper = source[at] + (source[at + channels] - source[at]) * shareX;
          const lower = source[below] + (source[below + channels] - source[below]) * shareX;
          target[row + x * channels + channel] = (upper + (lower - upper) * shareY) * gain + bias;
        }
      }
    }
    for (let x = insideTo; x < width; x++) {
      samplePixel(
        target,
        row + x * channels,
        source,
        sourceOffset,
        width,
        height,
        channels,
        fromX + x * stepX,
        fromY + x * stepY,
        gain,
        bias,
      );
    }
  }
}

/** Keeps rounding in `from + x * step` from reaching a neighbour that is not there; the few pixels it costs take the careful way. */
const MARGIN = 1e-6;

/** The first x ≥ 0 for which from + x · step lies in [0, size − 1). */
function firstInside(from: number, step: number, size: number): number {
  const low = MARGIN;
  const high = size - 1 - MARGIN;
  if (from >= low && from <= high) return 0;
  if (from < low) return step > 0 ? Math.ceil((low - from) / step) : Number.POSITIVE_INFINITY;
  return step < 0 ? Math.ceil((high - from) / step) : Number.POSITIVE_INFINITY;
}

/** One after the last x for which from + x · step lies in [0, size − 1). */
function afterLastInside(from: number, step: number, size: number): number {
  const edge = step > 0 ? size - 1 - MARGIN : MARGIN;
  return step === 0 ? Number.POSITIVE_INFINITY : Math.floor((edge - from) / step) + 1;
}

/** One pixel read anywhere, bilinear: a place outside is cut to the picture. Writes level · `gain` + `bias`. */
export function samplePixel(
  target: Float32Array,
  to: number,
  source: Uint8Array,
  sourceOffset: number,
  width: number,
  height: number,
  channels: number,
  x: number,
  y: number,
  gain: number,
  bias: number,
): void {
  const sourceX = Math.min(Math.max(x, 0), width - 1);
  const sourceY = Math.min(Math.max(y, 0), height - 1);
  const left = sourceX | 0;
  const top = sourceY | 0;
  // On the last column and row the share is 0, so the neighbour may be the pixel itself.
  const right = left < width - 1 ? channels : 0;
  const below = top < height - 1 ? width * channels : 0;
  const at = sourceOffset + (top * width + left) * channels;
  for (let channel = 0; channel < channels; channel++) {
    const pixel = at + channel;
    const upper = source[pixel] + (source[pixel + right] - source[pixel]) * (sourceX - left);
    const lower = source[pixel + below] + (source[pixel + below + right] - source[pixel + below]) * (sourceX - left);
    target[to + channel] = (upper + (lower - upper) * (sourceY - top)) * gain + bias;
  }
}

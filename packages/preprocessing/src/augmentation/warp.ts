import type { AugmentShape } from './augment.js';

/**
 * Warps one picture by a turn (radians, the picture's content turns clockwise as y grows downwards), a zoom and a shift (pixels) about
 * its middle and, first, a flip. Bilinear; outside, the nearest edge pixel is repeated. Writes bytes' values (0..255) as floats.
 */
export function warpInto(
  target: Float32Array,
  targetOffset: number,
  source: Uint8Array,
  sourceOffset: number,
  { width, height, channels }: AugmentShape,
  flip: boolean,
  angle: number,
  shiftX: number,
  shiftY: number,
  zoom: number,
): void {
  // The inverse map: where in the source each new pixel comes from. Pixel centres are whole numbers, the middle is (size − 1) / 2.
  const cosine = Math.cos(angle) / zoom;
  const sine = Math.sin(angle) / zoom;
  const middleX = (width - 1) / 2;
  const middleY = (height - 1) / 2;
  const sign = flip ? -1 : 1;
  const stepX = sign * cosine;
  const stepY = -sine;
  const maximumX = width - 1;
  const maximumY = height - 1;
  const stride = width * channels;
  let to = targetOffset;
  for (let y = 0; y < height; y++) {
    const dy = y - middleY - shiftY;
    const dx = -middleX - shiftX;
    const fromX = middleX + sign * (cosine * dx + sine * dy);
    const fromY = middleY + cosine * dy - sine * dx;
    for (let x = 0; x < width; x++) {
      const sourceX = Math.min(Math.max(fromX + x * stepX, 0), maximumX);
      const sourceY = Math.min(Math.max(fromY + x * stepY, 0), maximumY);
      const left = sourceX | 0;
      const top = sourceY | 0;
      const shareX = sourceX - left;
      const shareY = sourceY - top;
      // On the last column and row the share is 0, so the neighbour may be the pixel itself.
      const right = left < maximumX ? channels : 0;
      const below = top < maximumY ? stride : 0;
      let at = sourceOffset + top * stride + left * channels;
      for (let channel = 0; channel < channels; channel++, at++) {
        const upper = source[at] + (source[at + right] - source[at]) * shareX;
        const lower = source[at + below] + (source[at + below + right] - source[at + below]) * shareX;
        target[to++] = upper + (lower - upper) * shareY;
      }
    }
  }
}

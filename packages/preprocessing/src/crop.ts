import type { Box, PixelImage } from '@mien/core';

/** A square of whole pixels, which may reach over a picture's edge. */
export interface SquareWindow {
  readonly left: number;
  readonly top: number;
  readonly size: number;
}

/**
 * Where a square round a box lies.
 * @param box in pixels; @param scale side of the crop in sides of the box; @param offset of the middle, in sides of the box;
 * @param side which side of the box counts, where it is no square.
 */
export function squareWindow(
  box: Box,
  scale = 1,
  offset: { readonly x: number; readonly y: number } = { x: 0, y: 0 },
  side: 'longer' | 'shorter' = 'longer',
): SquareWindow {
  const reference = side === 'longer' ? Math.max(box.width, box.height) : Math.min(box.width, box.height);
  const size = Math.max(1, Math.round(reference * scale));
  const left = Math.round(box.x + box.width / 2 + offset.x * reference - size / 2);
  const top = Math.round(box.y + box.height / 2 + offset.y * reference - size / 2);
  return { left, top, size };
}

/** Cuts the {@link squareWindow} round a box out of a picture; where it reaches outside, the nearest edge pixel is repeated. */
export function cropSquare(image: PixelImage, ...placement: Parameters<typeof squareWindow>): PixelImage {
  const { left, top, size } = squareWindow(...placement);
  return cropReplicated(image, left, top, size, size);
}

/** The `width` × `height` pixels from (`left`, `top`), which may lie outside the picture: the nearest edge pixel is repeated there. */
export function cropReplicated(
  image: PixelImage,
  left: number,
  top: number,
  width: number,
  height: number,
): PixelImage {
  const { channels, data } = image;
  if (left === 0 && top === 0 && width === image.width && height === image.height) return image;
  const stride = image.width * channels;
  const cropped = new Uint8Array(width * height * channels);
  // The part of a row that lies inside is copied at once; the rest repeats its first or last pixel.
  const insideFrom = Math.min(width, Math.max(0, -left));
  const insideTo = Math.max(insideFrom, Math.min(width, image.width - left));
  for (let y = 0; y < height; y++) {
    const row = Math.min(image.height - 1, Math.max(0, top + y)) * stride;
    const to = y * width * channels;
    for (let x = 0; x < width; x++) {
      if (x === insideFrom && insideTo > insideFrom) {
        const from = row + (left + x) * channels;
        cropped.set(data.subarray(from, from + (insideTo - insideFrom) * channels), to + x * channels);
        x = insideTo - 1;
        continue;
      }
      const from = row + (left + x < 0 ? 0 : Math.min(image.width - 1, left + x)) * channels;
      for (let channel = 0; channel < channels; channel++) cropped[to + x * channels + channel] = data[from + channel];
    }
  }
  return { width, height, channels, data: cropped };
}

import { InvalidImageError, type PixelImage } from '@mien/core';

/** @throws {InvalidImageError} when the bytes are not those of the shape. */
export function checkImage({ width, height, channels, data }: PixelImage): void {
  if (width >= 1 && height >= 1 && data.length === width * height * channels) return;
  throw new InvalidImageError({
    expected: `${width} × ${height} × ${channels} bytes of pixels`,
    found: `${data.length}`,
    fix: 'decode the picture again',
    details: { width, height, channels },
  });
}

import type { PixelImage } from '@mien/core';

/** Reads how far a frame must be turned, clockwise in quarters, off FFmpeg's display matrix (nine int32, 16.16 fixed point). */
export function quarterTurnsOf(matrix: Uint8Array | null): 0 | 1 | 2 | 3 {
  if (!matrix || matrix.length < 36) return 0;
  const view = new DataView(matrix.buffer, matrix.byteOffset, matrix.byteLength);
  // The first row, (a, b): where the picture's x axis points on the screen.
  const [a, b] = [view.getInt32(0, true), view.getInt32(4, true)];
  if (a === 0 && b === 0) return 0;
  const quarters = Math.round(Math.atan2(b, a) / (Math.PI / 2));
  return ((quarters + 4) % 4) as 0 | 1 | 2 | 3;
}

/** Turns a picture clockwise by quarters. */
export function turnPicture(image: PixelImage, quarters: 0 | 1 | 2 | 3): PixelImage {
  if (quarters === 0) return image;
  const { width, height, channels, data } = image;
  const [newWidth, newHeight] = quarters === 2 ? [width, height] : [height, width];
  const turned = new Uint8Array(data.length);
  for (let y = 0, to = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      const [fromX, fromY] =
        quarters === 1 ? [y, height - 1 - x] : quarters === 2 ? [width - 1 - x, height - 1 - y] : [width - 1 - y, x];
      const from = (fromY * width + fromX) * channels;
      for (let channel = 0; channel < channels; channel++) turned[to++] = data[from + channel];
    }
  }
  return { width: newWidth, height: newHeight, channels, data: turned };
}

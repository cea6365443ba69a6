import type { PixelImage } from '@mien/core';

/** RGBA, as canvases have it, without the A. */
export function rgbOf({ width, height, data }: { width: number; height: number; data: Uint8ClampedArray }): PixelImage {
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4) {
    rgb[to++] = data[from];
    rgb[to++] = data[from + 1];
    rgb[to++] = data[from + 2];
  }
  return { width, height, channels: 3, data: rgb };
}

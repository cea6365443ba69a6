import type { PixelImage } from '@mien/core';
import { z } from 'zod';
import { greyStep, type Step } from './step.js';

/**
 * `gradient-channels`: three channels, the grey level, how fast it changes and how it bends, as the networks with a spatial transformer
 * take them (arXiv 1902.05411). After `grey`.
 */
export const gradientChannelsStepSchema = z.strictObject({ step: z.literal('gradient-channels') });

/**
 * Channel 0: the grey level. 1: the magnitude of the gradient by Sobel's operator (Sobel & Feldman 1968), a quarter of it, so that a step
 * from black to white across is 255. 2: the Laplacian by its 5-point stencil, ½ of it from 128, so that bends of either sign are seen; what
 * lies beyond 0..255 is cut. At the picture's edge its last pixel is repeated.
 * @param image one channel; @returns three.
 */
function toGradientChannels({ width, height, data }: PixelImage): PixelImage {
  const channels = new Uint8Array(3 * data.length);
  for (let y = 0, at = 0; y < height; y++) {
    const row = y * width;
    const above = y > 0 ? row - width : row;
    const below = y + 1 < height ? row + width : row;
    for (let x = 0; x < width; x++, at += 3) {
      const left = x > 0 ? x - 1 : x;
      const right = x + 1 < width ? x + 1 : x;
      const level = data[row + x];
      const across =
        data[above + right] +
        2 * data[row + right] +
        data[below + right] -
        (data[above + left] + 2 * data[row + left] + data[below + left]);
      const down =
        data[below + left] +
        2 * data[below + x] +
        data[below + right] -
        (data[above + left] + 2 * data[above + x] + data[above + right]);
      const bend = data[above + x] + data[below + x] + data[row + left] + data[row + right] - 4 * level;
      channels[at] = level;
      channels[at + 1] = Math.min(255, Math.round(Math.sqrt(across * across + down * down) / 4));
      channels[at + 2] = Math.min(255, Math.max(0, Math.round(128 + bend / 2)));
    }
  }
  return { width, height, channels: 3, data: channels };
}

export function createGradientChannelsStep(): Step {
  return greyStep('gradient-channels', toGradientChannels, 3);
}

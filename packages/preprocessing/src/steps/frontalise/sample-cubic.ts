import type { PixelImage } from '@mien/core';
import { FRONTAL_SIZE } from './reference-surface.js';

/** Keys' cubic with the slope that OpenCV's INTER_CUBIC takes. */
const SLOPE = -0.75;

/**
 * The picture's values at the places of a map (x and y a pixel, NaN for none, which gives 0), by cubic convolution (Keys 1981). Beyond the
 * edge the nearest pixel is repeated.
 * @returns `FRONTAL_SIZE × FRONTAL_SIZE × channels` values, not rounded.
 */
export function sampleCubic({ width, height, channels, data }: PixelImage, map: Float32Array): Float32Array {
  const sampled = new Float32Array(FRONTAL_SIZE * FRONTAL_SIZE * channels);
  const columns = new Int32Array(4);
  const across = new Float64Array(4);
  const down = new Float64Array(4);
  for (let pixel = 0, to = 0; 2 * pixel < map.length; pixel++, to += channels) {
    const x = map[2 * pixel] - 0.5;
    const y = map[2 * pixel + 1] - 0.5;
    if (Number.isNaN(x)) continue;
    const left = Math.floor(x);
    const top = Math.floor(y);
    cubicWeights(across, x - left);
    cubicWeights(down, y - top);
    for (let k = 0; k < 4; k++) columns[k] = clamp(left + k - 1, width - 1) * channels;
    for (let k = 0; k < 4; k++) {
      const row = clamp(top + k - 1, height - 1) * width * channels;
      for (let channel = 0; channel < channels; channel++) {
        const from = row + channel;
        sampled[to + channel] +=
          down[k] *
          (across[0] * data[from + columns[0]] +
            across[1] * data[from + columns[1]] +
            across[2] * data[from + columns[2]] +
            across[3] * data[from + columns[3]]);
      }
    }
  }
  return sampled;
}

function cubicWeights(weights: Float64Array, share: number): void {
  const before = share + 1;
  const after = 1 - share;
  weights[0] = ((SLOPE * before - 5 * SLOPE) * before + 8 * SLOPE) * before - 4 * SLOPE;
  weights[1] = ((SLOPE + 2) * share - (SLOPE + 3)) * share * share + 1;
  weights[2] = ((SLOPE + 2) * after - (SLOPE + 3)) * after * after + 1;
  weights[3] = 1 - weights[0] - weights[1] - weights[2];
}

function clamp(value: number, most: number): number {
  return value < 0 ? 0 : Math.min(value, most);
}

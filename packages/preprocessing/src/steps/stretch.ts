import type { PixelImage } from '@mien/core';
import { z } from 'zod';

/**
 * Share of the values at either end that become 0 and 255 themselves, so that a few extreme ones do not take the whole range: .4 % as
 * in the INface toolbox (Štruc & Pavešić 2011).
 */
export const clipField = z.number().min(0).max(0.4).default(0.004);

/**
 * Values of any range to grey levels: the `clip` quantile at either end becomes 0 and 255, what lies between is scaled in proportion.
 * Values that are all equal become 128. `values` is reordered.
 */
export function stretchToLevels(values: Float64Array, { width, height }: PixelImage, clip: number): PixelImage {
  const source = values.slice();
  const low = quantile(values, clip);
  const high = quantile(values, 1 - clip);
  const data = new Uint8Array(source.length);
  if (!(high > low)) data.fill(128);
  else {
    const scale = 255 / (high - low);
    for (let at = 0; at < data.length; at++) {
      const level = (source[at] - low) * scale;
      data[at] = level <= 0 ? 0 : level >= 255 ? 255 : (level + 0.5) | 0;
    }
  }
  return { width, height, channels: 1, data };
}

/**
 * A quantile of values by Hazen's rule: the value of rank i is the quantile (i + ½) / n, and between two ranks it is interpolated.
 * `values` is reordered.
 */
export function quantile(values: Float64Array, share: number): number {
  const place = Math.min(values.length - 1, Math.max(0, share * values.length - 0.5));
  const rank = Math.floor(place);
  const value = select(values, rank);
  if (place === rank) return value;
  let next = Infinity;
  for (let at = rank + 1; at < values.length; at++) if (values[at] < next) next = values[at];
  return value + (place - rank) * (next - value);
}

/** The value of a rank, after which smaller ones stand before it and larger ones behind it (Hoare 1961). */
function select(values: Float64Array, rank: number): number {
  let from = 0;
  let to = values.length - 1;
  while (from < to) {
    const pivot = values[(from + to) >> 1];
    let left = from;
    let right = to;
    while (left <= right) {
      while (values[left] < pivot) left++;
      while (values[right] > pivot) right--;
      if (left > right) break;
      const value = values[left];
      values[left++] = values[right];
      values[right--] = value;
    }
    if (rank <= right) to = right;
    else if (rank >= left) from = left;
    else break;
  }
  return values[rank];
}

import type { PixelImage } from '@mien/core';
import { referenceSurface, FRONTAL_SIZE as SIDE } from './reference-surface.js';

/** For each pixel of the frontal picture how many of its pixels come from the same place: more where the face is turned away. */
export function countsOfSides(places: Int32Array): Float32Array {
  let most = -1;
  for (const place of places) if (place > most) most = place;
  const seen = new Uint16Array(most + 1);
  for (const place of places) if (place >= 0) seen[place]++;
  return Float32Array.from(places, (place) => (place >= 0 ? seen[place] : 0));
}

/** Widths of the blurs, pixels, and their standard deviations, which make them nearly plain means. */
const COUNT_BLUR = { width: 15, sigma: 30 };
const SIDE_BLUR = { width: 33, sigma: 60.5 };

function gaussian({ width, sigma }: { readonly width: number; readonly sigma: number }): Float64Array {
  const reach = (width - 1) / 2;
  const weights = Float64Array.from({ length: width }, (_, at) => Math.exp(-((at - reach) ** 2) / (2 * sigma * sigma)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Blurred along rows, then along columns; beyond the edge its last value is repeated. */
export function smoothCounts(counts: Float32Array): Float32Array {
  const weights = gaussian(COUNT_BLUR);
  const reach = (weights.length - 1) / 2;
  const clamp = (place: number) => Math.min(SIDE - 1, Math.max(0, place));
  const rows = new Float32Array(counts.length);
  const line = new Float64Array(SIDE + 2 * reach);
  for (let y = 0; y < SIDE; y++) {
    for (let x = -reach; x < SIDE + reach; x++) line[x + reach] = counts[y * SIDE + clamp(x)];
    for (let x = 0; x < SIDE; x++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * line[x + k];
      rows[y * SIDE + x] = sum;
    }
  }
  const smooth = new Float32Array(counts.length);
  for (let y = 0; y < SIDE; y++) {
    for (let k = 0; k < weights.length; k++) {
      const from = clamp(y + k - reach) * SIDE;
      for (let x = 0; x < SIDE; x++) smooth[y * SIDE + x] += weights[k] * rows[from + x];
    }
  }
  return smooth;
}

/** For each column how far it belongs to the picture's right half, blurred across the middle. */
const RIGHT_HALF: Float64Array = (() => {
  const weights = gaussian(SIDE_BLUR);
  const reach = (weights.length - 1) / 2;
  return Float64Array.from({ length: SIDE }, (_, x) =>
    weights.reduce((sum, weight, k) => (x + k - reach >= SIDE / 2 ? sum + weight : sum), 0),
  );
})();

/**
 * The frontal picture, with the half that is turned away blended with the mirror image of the other when their counts differ by more than
 * `threshold`. Of such a pixel exp(−½ − its count in shares of the largest) is its own.
 * @param raw values as sampled; @param counts smoothed.
 */
export function blendSides(raw: Float32Array, counts: Float32Array, channels: 1 | 3, threshold: number): PixelImage {
  let left = 0;
  let right = 0;
  let largest = 0;
  for (let y = 0, at = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++, at++) {
      if (x < SIDE / 2) left += counts[at];
      else right += counts[at];
      if (counts[at] > largest) largest = counts[at];
    }
  }
  const data = new Uint8Array(raw.length);
  const blended = Math.abs(left - right) > threshold;
  const { eyes } = referenceSurface();
  for (let y = 0, at = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++, at++) {
      // How far the pixel's side is the one that is seen well, and how far the one that is not.
      const seen = left > right ? RIGHT_HALF[x] : RIGHT_HALF[SIDE - 1 - x];
      const hidden = left > right ? RIGHT_HALF[SIDE - 1 - x] : RIGHT_HALF[x];
      const own = Math.exp(-0.5 - counts[at] / largest);
      const keep = blended ? (seen + hidden * own) / (seen + hidden) : 1;
      const share = keep + (1 - keep) * eyes[at];
      const mirror = (y * SIDE + SIDE - 1 - x) * channels;
      for (let channel = 0; channel < channels; channel++) {
        const value = raw[at * channels + channel] * share + raw[mirror + channel] * (1 - share);
        data[at * channels + channel] = value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0;
      }
    }
  }
  return { width: SIDE, height: SIDE, channels, data };
}

import type { PixelImage } from '@mien/core';
import { type AxisWeights, stepKernelFor } from './step-kernel.js';

export const RESAMPLING_KERNELS = ['area', 'linear', 'cubic', 'lanczos'] as const;
export type ResamplingKernel = (typeof RESAMPLING_KERNELS)[number];

/** Filters by distance in pixels, with their reach. Cubic: Keys 1981 with a = −1/2; lanczos: three lobes (Duchon 1979). */
const FILTERS: Record<Exclude<ResamplingKernel, 'area'>, { reach: number; at: (x: number) => number }> = {
  linear: { reach: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  cubic: {
    reach: 2,
    at: (x) => {
      const d = Math.abs(x);
      if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
      return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
    },
  },
  lanczos: { reach: 3, at: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Each new pixel takes the share of every old pixel that its footprint covers: the exact mean, for shrinking and enlarging alike. */
function areaWeights(from: number, to: number): AxisWeights {
  const scale = from / to;
  const taps = Math.ceil(scale) + 1;
  const starts = new Int32Array(to);
  const counts = new Int32Array(to);
  const weights = new Float32Array(to * taps);
  for (let i = 0; i < to; i++) {
    // From whole numbers, so that a footprint that ends on a pixel's edge ends there exactly.
    const low = (i * from) / to;
    const high = ((i + 1) * from) / to;
    const first = Math.floor(low);
    const last = Math.min(from, Math.ceil(high));
    starts[i] = first;
    counts[i] = last - first;
    for (let old = first; old < last; old++) {
      weights[i * taps + old - first] = (Math.min(high, old + 1) - Math.max(low, old)) / scale;
    }
  }
  return { taps, starts, counts, weights };
}

/** Filter weights as in Pillow: the filter is widened by the shrink factor, cut at the picture's edge, and sums to 1. */
function filterWeights(from: number, to: number, kernel: Exclude<ResamplingKernel, 'area'>): AxisWeights {
  const scale = from / to;
  const widen = Math.max(1, scale);
  const { reach, at } = FILTERS[kernel];
  const taps = Math.ceil(reach * widen) * 2 + 1;
  const starts = new Int32Array(to);
  const counts = new Int32Array(to);
  const weights = new Float64Array(to * taps);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach * widen + 0.5));
    const last = Math.min(from, Math.floor(centre + reach * widen + 0.5));
    starts[i] = first;
    counts[i] = last - first;
    let sum = 0;
    for (let old = first; old < last; old++) {
      const weight = at((old - centre + 0.5) / widen);
      weights[i * taps + old - first] = weight;
      sum += weight;
    }
    for (let k = 0; k < last - first; k++) weights[i * taps + k] /= sum;
  }
  return { taps, starts, counts, weights: Float32Array.from(weights) };
}

/** Weights are made once a pair of sizes; bounded, since photographs come in any size. */
const cache = new Map<string, AxisWeights>();
const CACHE_ENTRIES = 256;

export function weightsFor(from: number, to: number, kernel: ResamplingKernel): AxisWeights {
  const key = `${from} ${to} ${kernel}`;
  let weights = cache.get(key);
  if (!weights) {
    weights = kernel === 'area' ? areaWeights(from, to) : filterWeights(from, to, kernel);
    if (cache.size >= CACHE_ENTRIES) cache.delete(cache.keys().next().value as string);
    cache.set(key, weights);
  }
  return weights;
}

/**
 * Resizes to `width` × `height`: first down the columns, then along the rows, in 32-bit floats, rounded once at the end. Own code rather
 * than a native library's, so that a trainer, a server and a browser get the same bytes.
 */
export function resample(image: PixelImage, width: number, height: number, kernel: ResamplingKernel): PixelImage {
  if (image.width === width && image.height === height) return image;
  const { channels, data } = image;
  const across = weightsFor(image.width, width, kernel);
  const down = weightsFor(image.height, height, kernel);
  const compiled = stepKernelFor(data.length + width * height * channels);
  const resampled = compiled
    ? compiled.resample(data, image.width * channels, channels, width, height, across, down)
    : resampleInJavaScript(data, image.width * channels, channels, width, height, across, down);
  return { width, height, channels, data: resampled };
}

/** What the compiled step does, to the same bytes. @param stride bytes of a row of `data`; @param width, height of what is made. */
export function resampleInJavaScript(
  data: Uint8Array,
  stride: number,
  channels: number,
  width: number,
  height: number,
  across: AxisWeights,
  down: AxisWeights,
): Uint8Array {
  const row = new Float32Array(stride);
  const resampled = new Uint8Array(width * height * channels);
  for (let y = 0, to = 0; y < height; y++) {
    row.fill(0);
    for (let k = 0; k < down.counts[y]; k++) {
      const weight = down.weights[y * down.taps + k];
      const from = (down.starts[y] + k) * stride;
      for (let x = 0; x < stride; x++) row[x] += Math.fround(weight * data[from + x]);
    }
    for (let x = 0; x < width; x++) {
      const start = across.starts[x] * channels;
      const count = across.counts[x];
      for (let channel = 0; channel < channels; channel++, to++) {
        let sum = 0;
        for (let k = 0, from = start + channel; k < count; k++, from += channels) {
          sum = Math.fround(sum + Math.fround(across.weights[x * across.taps + k] * row[from]));
        }
        const value = Math.fround(sum + 0.5);
        resampled[to] = value <= 0 ? 0 : value >= 255 ? 255 : value | 0;
      }
    }
  }
  return resampled;
}

import type { PixelImage } from '@mien/core';

export const RESAMPLING_KERNELS = ['area', 'linear', 'cubic', 'lanczos'] as const;
export type ResamplingKernel = (typeof RESAMPLING_KERNELS)[number];

/** Along one axis, new pixel i is the sum of `weights[i * taps + k] * old[starts[i] + k]` for k below `counts[i]`. */
interface Weights {
  readonly taps: number;
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  readonly weights: Float64Array;
}

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
function areaWeights(from: number, to: number): Weights {
  const scale = from / to;
  const taps = Math.ceil(scale) + 1;
  const starts = new Int32Array(to);
  const counts = new Int32Array(to);
  const weights = new Float64Array(to * taps);
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
function filterWeights(from: number, to: number, kernel: Exclude<ResamplingKernel, 'area'>): Weights {
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
  return { taps, starts, counts, weights };
}

/** Weights are made once a pair of sizes; bounded, since photographs come in any size. */
const cache = new Map<string, Weights>();
const CACHE_ENTRIES = 256;

function weightsFor(from: number, to: number, kernel: ResamplingKernel): Weights {
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
 * Resizes to `width` × `height`: first along rows, then along columns, in floating point, rounded once at the end. Own code rather than
 * a native library's, so that a trainer, a server and a browser get the same bytes.
 */
export function resample(image: PixelImage, width: number, height: number, kernel: ResamplingKernel): PixelImage {
  if (image.width === width && image.height === height) return image;
  const { channels } = image;
  const rows = resampleRows(image, weightsFor(image.width, width, kernel), width);
  const { taps, starts, counts, weights } = weightsFor(image.height, height, kernel);
  const stride = width * channels;
  const sums = new Float32Array(stride);
  const data = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let k = 0; k < counts[y]; k++) {
      const weight = weights[y * taps + k];
      const from = (starts[y] + k) * stride;
      for (let x = 0; x < stride; x++) sums[x] += weight * rows[from + x];
    }
    const to = y * stride;
    for (let x = 0; x < stride; x++) {
      const value = sums[x];
      data[to + x] = value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0;
    }
  }
  return { width, height, channels, data };
}

/** Every row of the picture at the new width. */
function resampleRows(image: PixelImage, weights: Weights, width: number): Float32Array {
  const rows = new Float32Array(image.height * width * image.channels);
  if (image.channels === 1) resampleGreyRows(rows, image, weights, width);
  else resampleColourRows(rows, image, weights, width);
  return rows;
}

/** Column by column, so that a column's weights are read once: half of the time. */
function resampleGreyRows(
  rows: Float32Array,
  { width: stride, data }: PixelImage,
  { taps, starts, counts, weights }: Weights,
  width: number,
): void {
  for (let x = 0; x < width; x++) {
    const count = counts[x];
    const first = x * taps;
    if (count <= 4) {
      const [a, b, c, d] = [0, 1, 2, 3].map((k) => (k < count ? weights[first + k] : 0));
      // A neighbour of weight 0 is read in place of one that is not there.
      const [second, third, fourth] = [1, 2, 3].map((k) => Math.min(k, count - 1));
      for (let from = starts[x], to = x; to < rows.length; from += stride, to += width) {
        rows[to] = a * data[from] + b * data[from + second] + c * data[from + third] + d * data[from + fourth];
      }
      continue;
    }
    for (let from = starts[x], to = x; to < rows.length; from += stride, to += width) {
      let sum = 0;
      for (let k = 0; k < count; k++) sum += weights[first + k] * data[from + k];
      rows[to] = sum;
    }
  }
}

function resampleColourRows(
  rows: Float32Array,
  { width: oldWidth, height, channels, data }: PixelImage,
  { taps, starts, counts, weights }: Weights,
  width: number,
): void {
  for (let y = 0, to = 0; y < height; y++) {
    const row = y * oldWidth * channels;
    for (let x = 0; x < width; x++) {
      const start = row + starts[x] * channels;
      for (let channel = 0; channel < channels; channel++, to++) {
        let sum = 0;
        for (let k = 0, from = start + channel; k < counts[x]; k++, from += channels)
          sum += weights[x * taps + k] * data[from];
        rows[to] = sum;
      }
    }
  }
}

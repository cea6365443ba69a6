import type { PixelImage } from '@mien/core';
import { z } from 'zod';
import { greyStep, type Step } from './step.js';
import { clipField, stretchToLevels } from './stretch.js';

/**
 * `dct-normalisation`: takes the slow changes of the logarithm, which light makes, out of the picture (Chen, Er & Wu 2006, *Illumination
 * compensation and normalization for robust face recognition using discrete cosine transform in logarithm domain*). After `grey`.
 */
export const dctNormalisationStepSchema = z.strictObject({
  step: z.literal('dct-normalisation'),
  /** How many coefficients of the discrete cosine transform are dropped, from the lowest in zig-zag order; 50 as in INface. */
  coefficients: z.number().int().min(1).max(1000).default(50),
  clip: clipField,
});

type DctOptions = Omit<z.output<typeof dctNormalisationStepSchema>, 'step'>;

/** For each row of coefficients from the top, how many of the first `count` in JPEG's zig-zag order lie in it. */
function zigZagRows(count: number): number[] {
  const rows: number[] = [];
  for (let diagonal = 0, left = count; left > 0; diagonal++) {
    for (let step = 0; step <= diagonal && left > 0; step++, left--) {
      const row = diagonal % 2 === 1 ? step : diagonal - step;
      rows[row] = (rows[row] ?? 0) + 1;
    }
  }
  return rows;
}

/** Orthonormal cosines `[frequency × length]` of the DCT-II. */
function cosines(frequencies: number, length: number): Float64Array {
  const basis = new Float64Array(frequencies * length);
  for (let frequency = 0, at = 0; frequency < frequencies; frequency++) {
    const norm = Math.sqrt((frequency === 0 ? 1 : 2) / length);
    for (let place = 0; place < length; place++)
      basis[at++] = norm * Math.cos((Math.PI * (place + 0.5) * frequency) / length);
  }
  return basis;
}

/**
 * Logarithm, less the part of it that the lowest coefficients make; stretched to grey levels. The mean, which the paper puts back, has no
 * part in that: stretching takes it out. Only the dropped coefficients are computed.
 * @param image one channel.
 */
function normaliseByDct(image: PixelImage, { coefficients, clip }: DctOptions): PixelImage {
  const { width, height, data } = image;
  const logarithms = Float64Array.from({ length: 256 }, (_, level) => Math.log(level + 1));
  // A small picture has fewer frequencies than zig-zag would drop.
  const rows = zigZagRows(coefficients)
    .slice(0, height)
    .map((count) => Math.min(count, width));
  const most = Math.max(...rows);
  const acrossBasis = cosines(most, width);
  const downBasis = cosines(rows.length, height);
  const spectrum = new Float64Array(rows.length * most);
  const line = new Float64Array(most);
  for (let y = 0; y < height; y++) {
    for (let u = 0; u < most; u++) {
      let sum = 0;
      for (let x = 0, at = y * width; x < width; x++, at++) sum += acrossBasis[u * width + x] * logarithms[data[at]];
      line[u] = sum;
    }
    for (let v = 0; v < rows.length; v++) {
      const weight = downBasis[v * height + y];
      for (let u = 0; u < rows[v]; u++) spectrum[v * most + u] += weight * line[u];
    }
  }
  const values = new Float64Array(data.length);
  for (let y = 0; y < height; y++) {
    line.fill(0);
    for (let v = 0; v < rows.length; v++) {
      const weight = downBasis[v * height + y];
      for (let u = 0; u < rows[v]; u++) line[u] += weight * spectrum[v * most + u];
    }
    const from = y * width;
    for (let x = 0; x < width; x++) values[from + x] = logarithms[data[from + x]];
    for (let u = 0; u < most; u++) {
      const weight = line[u];
      for (let x = 0; x < width; x++) values[from + x] -= weight * acrossBasis[u * width + x];
    }
  }
  return stretchToLevels(values, image, clip);
}

export function createDctNormalisationStep(options: z.output<typeof dctNormalisationStepSchema>): Step {
  return greyStep('dct-normalisation', (image) => normaliseByDct(image, options));
}

import type { PixelImage } from '@mien/core';
import { z } from 'zod';
import { greyStep, type Step } from './step.js';

/** Methods of scikit-image's `local_binary_pattern`, by its names. */
const METHODS = ['default', 'ror', 'uniform', 'nri_uniform'] as const;

export const radiusField = z.number().min(0.5).max(64).default(1);

/**
 * `local-binary-patterns`: each pixel becomes the code of which of 8 points on a circle round it are at least as bright (Ojala,
 * Pietikäinen & Mäenpää 2002). After `grey`.
 */
export const localBinaryPatternsStepSchema = z.strictObject({
  step: z.literal('local-binary-patterns'),
  /** Pixels. */
  radius: radiusField,
  /**
   * default: the 256 codes. ror: the least of a code's rotations. uniform: the number of ones of codes with at most two changes round the
   * circle, 9 for the others. nri_uniform: those codes apart, 0–57, and 58 for the others. All as levels, unscaled.
   */
  method: z.enum(METHODS).default('default'),
});

type PatternOptions = Omit<z.output<typeof localBinaryPatternsStepSchema>, 'step'>;

const POINTS = 8;

/** Interpolated values carry the last bit's error, and without some slack plain areas would get codes at random. */
const SLACK = 1e-6;

/** The value of each of the 256 codes under a method. */
function codeTable(method: PatternOptions['method']): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => {
    if (method === 'default') return code;
    const rotations = Array.from({ length: POINTS }, (_, by) => ((code >> by) | (code << (POINTS - by))) & 255);
    if (method === 'ror') return Math.min(...rotations);
    const bits = Array.from({ length: POINTS }, (_, point) => (code >> point) & 1);
    // scikit-image counts along the circle's points without joining the last to the first.
    const changes = bits.filter((bit, point) => point > 0 && bit !== bits[point - 1]).length;
    const ones = bits.reduce((sum, bit) => sum + bit, 0);
    if (method === 'uniform') return changes <= 2 ? ones : POINTS + 1;
    if (changes > 2) return POINTS * (POINTS - 1) + 2;
    if (ones === 0) return 0;
    if (ones === POINTS) return POINTS * (POINTS - 1) + 1;
    const rotation = bits[0] === 1 ? ones - bits.indexOf(0) : POINTS - bits.indexOf(1);
    return 1 + (ones - 1) * POINTS + rotation;
  });
}

/**
 * Local binary patterns as scikit-image defines them: point p of 8 lies at (−r sin, r cos)(2πp/8) rows and columns from the pixel, is
 * interpolated bilinearly, is 0 outside the picture, and gives bit p.
 * @param image one channel.
 */
export function localBinaryPatterns(image: PixelImage, { radius, method }: PatternOptions): PixelImage {
  const { width, height, data } = image;
  const table = codeTable(method);
  const margin = Math.ceil(radius) + 1;
  const stride = width + 2 * margin;
  // With a border of 0, so that no point needs to be looked at for lying outside.
  const padded = new Uint8Array(stride * (height + 2 * margin));
  for (let y = 0; y < height; y++)
    padded.set(data.subarray(y * width, (y + 1) * width), (y + margin) * stride + margin);
  const codes = new Uint8Array(data.length);
  for (let point = 0; point < POINTS; point++) {
    const angle = (2 * Math.PI * point) / POINTS;
    const rowOffset = round5(-radius * Math.sin(angle));
    const columnOffset = round5(radius * Math.cos(angle));
    const [down, right] = [Math.floor(rowOffset), Math.floor(columnOffset)];
    const [below, across] = [rowOffset - down, columnOffset - right];
    const weights = [(1 - below) * (1 - across), (1 - below) * across, below * (1 - across), below * across];
    const nextRow = below > 0 ? stride : 0;
    const nextColumn = across > 0 ? 1 : 0;
    for (let y = 0, at = 0; y < height; y++) {
      let from = (y + margin + down) * stride + margin + right;
      for (let x = 0; x < width; x++, at++, from++) {
        const value =
          weights[0] * padded[from] +
          weights[1] * padded[from + nextColumn] +
          weights[2] * padded[from + nextRow] +
          weights[3] * padded[from + nextRow + nextColumn];
        if (value - data[at] >= -SLACK) codes[at] |= 1 << point;
      }
    }
  }
  if (method !== 'default') for (let at = 0; at < codes.length; at++) codes[at] = table[codes[at]];
  return { width, height, channels: 1, data: codes };
}

/** Five digits, as in scikit-image: the points on the axes are then whole pixels. */
function round5(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}

export function createLocalBinaryPatternsStep(options: z.output<typeof localBinaryPatternsStepSchema>): Step {
  return greyStep('local-binary-patterns', (image) => localBinaryPatterns(image, options));
}

import type { PixelImage } from '@mien/core';
import { z } from 'zod';
import { mirrored } from './mirrored.js';
import { greyStep, type Step } from './step.js';

/**
 * `local-normalisation`: every pixel becomes (x − μ) / σ of the square of pixels around it (Lopes, de Aguiar, De Souza & Oliveira-Santos
 * 2017, *Facial expression recognition with convolutional neural networks*, section 3.5). After `grey`.
 */
export const localNormalisationStepSchema = z.strictObject({
  step: z.literal('local-normalisation'),
  /** Pixels a side of the square, an odd number; 7 as in the paper. */
  size: z
    .number()
    .int()
    .min(3)
    .max(255)
    .refine((size) => size % 2 === 1, 'expected an odd number')
    .default(7),
  /** How many standard deviations from the mean 0 and 255 stand for: a network of range −1..1 sees (x − μ) / (reach · σ). */
  reach: z.number().min(0.1).max(20).default(3),
});

type LocalOptions = Omit<z.output<typeof localNormalisationStepSchema>, 'step'>;

/**
 * (x − μ) / σ over `size` × `size` pixels, −reach..reach as 0..255; where all pixels are equal, 0, which is level 128. Beyond the edge
 * the picture is mirrored.
 * @param image one channel.
 */
function normaliseLocally(image: PixelImage, { size, reach }: LocalOptions): PixelImage {
  const { width, height, data } = image;
  const half = (size - 1) / 2;
  const column = Int32Array.from({ length: width + size }, (_, at) => mirrored(at - half, width));
  // Sums down each column, kept from row to row; whole numbers, so nothing is lost by adding and taking away.
  const sums = new Float64Array(width);
  const squares = new Float64Array(width);
  const addRow = (row: number, sign: 1 | -1): void => {
    const from = mirrored(row, height) * width;
    for (let x = 0; x < width; x++) {
      const level = data[from + x];
      sums[x] += sign * level;
      squares[x] += sign * level * level;
    }
  };
  for (let row = -half; row < half; row++) addRow(row, 1);
  const count = size * size;
  const scale = 127.5 / reach;
  const normalised = new Uint8Array(data.length);
  for (let y = 0, at = 0; y < height; y++) {
    addRow(y + half, 1);
    let sum = 0;
    let square = 0;
    for (let k = 0; k < size - 1; k++) {
      sum += sums[column[k]];
      square += squares[column[k]];
    }
    for (let x = 0; x < width; x++, at++) {
      sum += sums[column[x + size - 1]];
      square += squares[column[x + size - 1]];
      // count² · variance, a whole number: 0 exactly where all are equal.
      const variance = count * square - sum * sum;
      const deviation = variance > 0 ? (count * data[at] - sum) / Math.sqrt(variance) : 0;
      const level = 127.5 + deviation * scale;
      normalised[at] = level <= 0 ? 0 : level >= 255 ? 255 : (level + 0.5) | 0;
      sum -= sums[column[x]];
      square -= squares[column[x]];
    }
    addRow(y - half, -1);
  }
  return { width, height, channels: 1, data: normalised };
}

export function createLocalNormalisationStep(options: z.output<typeof localNormalisationStepSchema>): Step {
  return greyStep('local-normalisation', (image) => normaliseLocally(image, options));
}

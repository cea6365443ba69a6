import type { PixelImage } from '@mien/core';
import { z } from 'zod';
import { solveSmoothing } from './smoothing-system.js';
import { greyStep, type Step } from './step.js';
import { clipField, stretchToLevels } from './stretch.js';

/** How strongly the luminance is smoothed: 7 as in the INface toolbox. */
const lambdaField = z.number().min(0.01).max(1000).default(7);

/**
 * `isotropic-smoothing`: divides the picture by its smoothed self, which stands for the light that falls on it (Heusch, Cardinaux &
 * Marcel 2005; INface toolbox). After `grey`.
 */
export const isotropicSmoothingStepSchema = z.strictObject({
  step: z.literal('isotropic-smoothing'),
  lambda: lambdaField,
  clip: clipField,
});

/**
 * `anisotropic-smoothing`: as `isotropic-smoothing`, but the light is smoothed less across edges (Gross & Brajović 2003, *An image
 * preprocessing algorithm for illumination invariant face recognition*). After `grey`.
 */
export const anisotropicSmoothingStepSchema = z.strictObject({
  step: z.literal('anisotropic-smoothing'),
  lambda: lambdaField,
  /** Contrasts below this, about what noise makes, count as this, or equal neighbours would be bound for ever. Our choice. */
  minContrast: z.number().min(0.0001).max(1).default(0.02),
  clip: clipField,
});

type IsotropicOptions = Omit<z.output<typeof isotropicSmoothingStepSchema>, 'step'>;
type AnisotropicOptions = Omit<z.output<typeof anisotropicSmoothingStepSchema>, 'step'>;

/** What INface adds to a picture of 0..1, so that black can be divided by. */
const OFFSET = 0.001;

function toUnit({ data }: PixelImage): Float64Array {
  const values = new Float64Array(data.length);
  for (let at = 0; at < values.length; at++) values[at] = data[at] / 255 + OFFSET;
  return values;
}

/** R = I / L, stretched to grey levels. */
function reflectance(values: Float64Array, light: Float64Array, image: PixelImage, clip: number): PixelImage {
  for (let at = 0; at < values.length; at++) values[at] /= light[at];
  return stretchToLevels(values, image, clip);
}

/**
 * R = I / L with (1 + λ · neighbours) L − λ · Σ neighbours of L = I; at the picture's edge a pixel has fewer neighbours.
 * @param image one channel.
 */
function smoothIsotropically(image: PixelImage, { lambda, clip }: IsotropicOptions): PixelImage {
  const values = toUnit(image);
  const { across, down } = edgeWeights(values, image.width, () => lambda);
  return reflectance(values, solveSmoothing(values, across, down, image.width, 1e-5), image, clip);
}

/**
 * The same with each edge's λ divided by its Michelson contrast |a − b| / (a + b).
 * @param image one channel.
 */
function smoothAnisotropically(image: PixelImage, { lambda, minContrast, clip }: AnisotropicOptions): PixelImage {
  const values = toUnit(image);
  const weigh = (a: number, b: number) => lambda / Math.max(minContrast, Math.abs(a - b) / (a + b));
  const { across, down } = edgeWeights(values, image.width, weigh);
  return reflectance(values, solveSmoothing(values, across, down, image.width, 1e-4), image, clip);
}

function edgeWeights(values: Float64Array, width: number, weigh: (a: number, b: number) => number) {
  const across = new Float64Array(values.length);
  const down = new Float64Array(values.length);
  for (let row = 0; row < values.length; row += width) {
    for (let at = row; at + 1 < row + width; at++) across[at] = weigh(values[at], values[at + 1]);
    if (row + width < values.length)
      for (let at = row; at < row + width; at++) down[at] = weigh(values[at], values[at + width]);
  }
  return { across, down };
}

export function createIsotropicSmoothingStep(options: z.output<typeof isotropicSmoothingStepSchema>): Step {
  return greyStep('isotropic-smoothing', (image) => smoothIsotropically(image, options));
}

export function createAnisotropicSmoothingStep(options: z.output<typeof anisotropicSmoothingStepSchema>): Step {
  return greyStep('anisotropic-smoothing', (image) => smoothAnisotropically(image, options));
}

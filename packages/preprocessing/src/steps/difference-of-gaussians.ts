import type { PixelImage } from '@mien/core';
import { z } from 'zod';
import { mirrored } from './mirrored.js';
import { greyStep, type Step } from './step.js';
import { clipField, stretchToLevels } from './stretch.js';

const sigma = z.number().min(0.1).max(50);

/**
 * `difference-of-gaussians`: what lies between two amounts of blur, so neither slow changes of light nor noise (Tan & Triggs 2010; INface
 * toolbox). After `grey`.
 */
export const differenceOfGaussiansStepSchema = z.strictObject({
  step: z.literal('difference-of-gaussians'),
  /** What is done to the levels before, of 0..1: the power `gamma`, the logarithm (of v + .001), or nothing. */
  before: z.enum(['gamma', 'logarithm', 'nothing']).default('gamma'),
  gamma: z.number().min(0.01).max(10).default(0.2),
  /** Standard deviations of the two blurs, pixels. */
  innerSigma: sigma.default(1),
  outerSigma: sigma.default(2),
  clip: clipField,
});

type DifferenceOptions = Omit<z.output<typeof differenceOfGaussiansStepSchema>, 'step'>;

/**
 * The picture blurred by `innerSigma` less the picture blurred by `outerSigma`, stretched to grey levels.
 * @param image one channel.
 */
function differenceOfGaussians(image: PixelImage, options: DifferenceOptions): PixelImage {
  const { before, gamma, innerSigma, outerSigma, clip } = options;
  const { width, height, data } = image;
  const change = {
    gamma: (value: number) => value ** gamma,
    logarithm: (value: number) => Math.log(value + 0.001),
    nothing: (value: number) => value,
  }[before];
  const levels = Float64Array.from({ length: 256 }, (_, level) => change(level / 255));
  const values = new Float64Array(data.length);
  for (let at = 0; at < values.length; at++) values[at] = levels[data[at]];
  const inner = blur(values, width, height, innerSigma);
  const outer = blur(values, width, height, outerSigma);
  for (let at = 0; at < inner.length; at++) inner[at] -= outer[at];
  return stretchToLevels(inner, image, clip);
}

/** Gaussian weights out to three standard deviations, which sum to 1. */
function gaussian(sigma: number): Float64Array {
  const reach = Math.ceil(3 * sigma);
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, at) =>
    Math.exp(-((at - reach) ** 2) / (2 * sigma * sigma)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Blurs along rows, then along columns; beyond the edge the picture is mirrored, its last pixel twice. */
function blur(values: Float64Array, width: number, height: number, sigma: number): Float64Array {
  const weights = gaussian(sigma);
  const reach = (weights.length - 1) / 2;
  const line = new Float64Array(width + 2 * reach);
  const columns = Int32Array.from(line, (_, at) => mirrored(at - reach, width));
  const rows = new Float64Array(values.length);
  for (let y = 0; y < height; y++) {
    const from = y * width;
    for (let at = 0; at < line.length; at++) line[at] = values[from + columns[at]];
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * line[x + k];
      rows[from + x] = sum;
    }
  }
  const blurred = new Float64Array(values.length);
  for (let y = 0; y < height; y++) {
    const to = y * width;
    for (let k = 0; k < weights.length; k++) {
      const from = mirrored(y + k - reach, height) * width;
      const weight = weights[k];
      for (let x = 0; x < width; x++) blurred[to + x] += weight * rows[from + x];
    }
  }
  return blurred;
}

export function createDifferenceOfGaussiansStep(options: z.output<typeof differenceOfGaussiansStepSchema>): Step {
  return greyStep('difference-of-gaussians', (image) => differenceOfGaussians(image, options));
}

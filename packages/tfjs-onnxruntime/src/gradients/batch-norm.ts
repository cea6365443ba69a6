import { add, mul, neg, rsqrt, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { GradientOverride } from './gradient-override.js';

/**
 * Batch normalisation's gradients from two sums per channel, Σ dy and Σ dy·x: with r = 1/√(variance + ε) and
 * D = Σ dy·(x - mean) = Σ dy·x - mean·Σ dy they are
 * dx = dy·scale·r, dmean = -scale·r·Σ dy, dvariance = -scale·r³·D/2, dscale = r·D, doffset = Σ dy
 * (S. Ioffe and C. Szegedy, Batch Normalization, 2015, section 3). TensorFlow.js forms eleven full-size products.
 */
export const batchNormGradient: GradientOverride = {
  kernelName: 'FusedBatchNorm',
  applies: ([x, mean, variance, scale]) =>
    x !== undefined && [mean, variance, scale ?? mean].every((statistic) => statistic?.rank === 1),
  gradient: (dy, [x, mean, variance, scale], attributes) => {
    const { varianceEpsilon } = attributes as { varianceEpsilon: number };
    const axes = x!.shape.slice(0, -1).map((_size, axis) => axis);
    const reciprocal = rsqrt(add(variance!, varianceEpsilon));
    const factor = scale === undefined || scale === null ? reciprocal : mul(reciprocal, scale);
    const sumDy = sum(dy, axes);
    const deviation = sub(sum(mul(dy, x!), axes), mul(mean!, sumDy)) as Tensor;
    return {
      x: () => mul(dy, factor),
      mean: () => neg(mul(factor, sumDy)),
      variance: () => mul(mul(mul(mul(reciprocal, reciprocal), factor), deviation), -0.5),
      scale: () => mul(reciprocal, deviation),
      offset: () => sumDy,
    };
  },
};

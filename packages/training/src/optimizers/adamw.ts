import { add, div, mul, scalar, sqrt, square } from '@tensorflow/tfjs-core';
import type { UpdateRule } from './optimizer.js';

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/**
 * Adam with decoupled weight decay (Kingma & Ba 2015; Loshchilov & Hutter 2019, algorithm 2, with the decay scaled by the learning rate as PyTorch has it).
 * Without weight decay it is Adam.
 */
export function adamW({ beta1, beta2, epsilon, weightDecay }: AdamWOptions): UpdateRule {
  return {
    slots: ['mean', 'variance'],
    update({ gradient, weights, slots: [oldMean, oldVariance], decayMask, learningRate, step }) {
      const mean = add(mul(oldMean, scalar(beta1)), mul(gradient, scalar(1 - beta1)));
      const variance = add(mul(oldVariance, scalar(beta2)), mul(square(gradient), scalar(1 - beta2)));
      const deviation = add(mul(sqrt(variance), scalar(1 / Math.sqrt(1 - beta2 ** step))), scalar(epsilon));
      const decrease = mul(div(mean, deviation), scalar(learningRate / (1 - beta1 ** step)));
      const decay = () => mul(mul(weights, decayMask), scalar(learningRate * weightDecay));
      return { decrease: weightDecay > 0 ? add(decrease, decay()) : decrease, slots: [mean, variance] };
    },
  };
}

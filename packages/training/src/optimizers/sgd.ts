import { add, mul, scalar } from '@tensorflow/tfjs-core';
import type { UpdateRule } from './optimizer.js';

export interface SgdOptions {
  readonly momentum: number;
  /** Looks ahead by one step of momentum (Sutskever et al. 2013, as PyTorch has it). */
  readonly nesterov: boolean;
  /** Added to the gradient, so that momentum carries it too: the papers' L2, not AdamW's decoupled decay. */
  readonly weightDecay: number;
}

/** Stochastic gradient descent with momentum, the learning rate outside of it (PyTorch's form: a lower rate acts at once). */
export function sgd({ momentum, nesterov, weightDecay }: SgdOptions): UpdateRule {
  return {
    slots: momentum > 0 ? ['velocity'] : [],
    update({ gradient, weights, slots: [oldVelocity], decayMask, learningRate }) {
      const decayed = weightDecay > 0 ? add(gradient, mul(mul(weights, decayMask), scalar(weightDecay))) : gradient;
      const rate = scalar(learningRate);
      if (momentum === 0) return { decrease: mul(decayed, rate), slots: [] };
      const velocity = add(mul(oldVelocity, scalar(momentum)), decayed);
      const direction = nesterov ? add(decayed, mul(velocity, scalar(momentum))) : velocity;
      return { decrease: mul(direction, rate), slots: [velocity] };
    },
  };
}

import { z } from 'zod';
import { adamW } from './adamw.js';
import type { UpdateRule } from './optimizer.js';
import { sgd } from './sgd.js';

/** Share of the weights taken off in every step, times the learning rate; on kernels only, not on biases and batch normalisation. */
const weightDecay = z.number().nonnegative().default(0);
const adam = {
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.999),
  epsilon: z.number().positive().default(1e-7),
};

/** An optimizer as data; without a type it is AdamW. */
export const optimizerSchema = z.preprocess(
  (value) => (typeof value === 'object' && value !== null && !('type' in value) ? { type: 'adamw', ...value } : value),
  z.discriminatedUnion('type', [
    /** Decoupled decay. */
    z.strictObject({ type: z.literal('adamw'), ...adam, weightDecay }),
    /** Decay goes through momentum, as in the papers of SGD. */
    z.strictObject({
      type: z.literal('sgd'),
      momentum: z.number().min(0).lt(1).default(0.9),
      nesterov: z.boolean().default(false),
      weightDecay,
    }),
  ]),
);

export type OptimizerConfiguration = z.output<typeof optimizerSchema>;

/** The rule that a configuration names. */
export function createRule(configuration: OptimizerConfiguration): UpdateRule {
  return configuration.type === 'sgd' ? sgd(configuration) : adamW(configuration);
}

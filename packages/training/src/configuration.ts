import { augmentationSchema } from '@mien/preprocessing';
import { z } from 'zod';
import { averagingSchema } from './averaging/weight-average.js';
import { layerRatesSchema } from './layer-rates.js';
import { distillationSchema } from './loss/distillation.js';
import { classWeightsSchema } from './loss/targets.js';
import { optimizerSchema } from './optimizers/create-rule.js';
import { learningRateSchema } from './schedules/learning-rate.js';

/** How a model is trained; every default is here, with its reason. */
export const trainingSchema = z.strictObject({
  epochs: z.number().int().positive(),
  /** The study's batch. */
  batchSize: z.number().int().positive().default(64),
  optimizer: optimizerSchema.prefault({}),
  learningRate: learningRateSchema,
  /** Longer gradients (Euclidean norm over all weights) are scaled down to this. */
  clipNorm: z.number().positive().optional(),
  /** Share of the target that is spread over all classes (Szegedy et al. 2016, section 7). */
  labelSmoothing: z.number().min(0).max(1).default(0),
  /** `one-class`: a set's label distributions (FER+) are put aside for its majority label. */
  labels: z.enum(['distributions', 'one-class']).default('distributions'),
  /** How much each class counts in the loss; none: all the same. */
  classWeights: classWeightsSchema.optional(),
  augmentation: augmentationSchema.prefault({}),
  /** Freezes layers, or lets them learn at another rate. */
  layerRates: layerRatesSchema.default([]),
  /** A mean of the weights is evaluated and kept in their place. */
  averaging: averagingSchema.optional(),
  /** Learns from the answers of other models, given beside the configuration. */
  distillation: distillationSchema.optional(),
  /** The figure on validation that the kept epoch is best in; `none`: the last epoch is kept, and nothing need be held back for validation. */
  keepBest: z.enum(['validationAccuracy', 'validationLoss', 'none']).default('validationAccuracy'),
  /** Stop after so many epochs without a better figure (that of `keepBest`; the loss for `none`); none: train to the end. */
  earlyStopping: z.strictObject({ patience: z.number().int().positive() }).optional(),
});

/** Whether the epoch that is kept, the end or the rate hangs on figures of a validation part. */
export function needsValidation({ keepBest, earlyStopping, learningRate }: TrainingConfiguration): boolean {
  return keepBest !== 'none' || earlyStopping !== undefined || learningRate.schedule === 'reduce-on-plateau';
}

export type TrainingConfiguration = z.output<typeof trainingSchema>;
export type TrainingInput = z.input<typeof trainingSchema>;

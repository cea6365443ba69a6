import { augmentationSchema } from '@mien/preprocessing';
import { z } from 'zod';
import { learningRateSchema } from './schedules/learning-rate.js';

/** How a model is trained; every default is here, with its reason. */
export const trainingSchema = z.strictObject({
  epochs: z.number().int().positive(),
  /** The study's batch. */
  batchSize: z.number().int().positive().default(64),
  optimizer: z
    .strictObject({
      type: z.literal('adamw').default('adamw'),
      beta1: z.number().min(0).max(1).default(0.9),
      beta2: z.number().min(0).max(1).default(0.999),
      epsilon: z.number().positive().default(1e-7),
      /** Decoupled; on kernels only, not on biases and batch normalisation. */
      weightDecay: z.number().nonnegative().default(0),
    })
    .prefault({}),
  learningRate: learningRateSchema,
  /** Share of the target that is spread over all classes (Szegedy et al. 2016, section 7). */
  labelSmoothing: z.number().min(0).max(1).default(0),
  augmentation: augmentationSchema.prefault({}),
  /** Stop after so many epochs without a better validation accuracy; none: train to the end. */
  earlyStopping: z.strictObject({ patience: z.number().int().positive() }).optional(),
});

export type TrainingConfiguration = z.infer<typeof trainingSchema>;

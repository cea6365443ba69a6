import { z } from 'zod';
import { ALL_EMOTIONS } from './emotion.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 digest in hex');

/** One step of a pre-processing pipeline as data; `@mien/preprocessing` knows the steps and checks their options. */
export const pipelineStepSchema = z.looseObject({ step: z.string() });

/** The same figures by group of one grouping, such as gender, and how far the groups lie apart. */
const groupingSchema = z.strictObject({
  groups: z.array(
    z.strictObject({
      group: z.string(),
      n: z.number().int().positive(),
      accuracy: z.number().min(0).max(1),
      /** Over the classes that every group has; absent where there is no such class. */
      macroF1: z.number().min(0).max(1).optional(),
    }),
  ),
  /** Of the accuracy, between the best group and the worst, with its 95 % interval; absent for a single group. */
  gap: z
    .strictObject({ value: z.number(), low: z.number(), high: z.number(), best: z.string(), worst: z.string() })
    .optional(),
});

/** A number with how it was obtained; without that a figure is not worth printing. */
export const obtainedMetricSchema = z.strictObject({
  dataset: z.string(),
  split: z.string(),
  /**
   * in-sample: trained on; selected-on: chose the checkpoint; held-out: same data set, untouched; out-of-sample: another data set;
   * cross-validated: held out, of models trained the same way on the folds, whose people this model then learned from too.
   */
  obtained: z.enum(['in-sample', 'selected-on', 'held-out', 'out-of-sample', 'cross-validated']),
  /** Samples. */
  n: z.number().int().positive(),
  /** How many models, trained with a seed each, answered for every sample; the figures are over all answers. Absent: one. */
  seeds: z.number().int().min(2).optional(),
  accuracy: z.number().min(0).max(1),
  macroF1: z.number().min(0).max(1),
  /** 95 %, of the accuracy. */
  interval: z.strictObject({ low: z.number(), high: z.number() }).optional(),
  /** The bias table: by gender, angle, person, data set, as far as the data say. */
  bias: z.record(z.string(), groupingSchema).optional(),
  /** Expected calibration error, and what it would be with logits divided by a temperature that was fitted on validation. */
  calibration: z
    .strictObject({
      expectedError: z.number(),
      temperature: z.number().positive().optional(),
      expectedErrorAtTemperature: z.number().optional(),
    })
    .optional(),
});

/** `card.json` of a model bundle: all that is needed to use the weights, and how they came to be. */
export const modelCardSchema = z.strictObject({
  format: z.literal('mien-bundle-1'),
  name: z.string().min(1),
  architecture: z.strictObject({ id: z.string().min(1), options: z.record(z.string(), z.json()) }),
  input: z.strictObject({
    /** Pixels. */
    height: z.number().int().positive(),
    width: z.number().int().positive(),
    channels: z.union([z.literal(1), z.literal(3)]),
    /** What 0 and 255 become. */
    range: z.tuple([z.number(), z.number()]),
  }),
  labels: z.array(z.enum(ALL_EMOTIONS)).min(2),
  /** From a picture to the network's input, the same in training and use. */
  pipeline: z.array(pipelineStepSchema),
  parameters: z.strictObject({ total: z.number().int().positive(), trainable: z.number().int().positive() }),
  training: z.strictObject({
    /** What the weights have learned from, first to last; with what the bundle had that training began with. */
    datasets: z.array(z.string()),
    /** How the last of them was divided and what was kept, in words. */
    protocol: z.string(),
    /** How it was divided, as data (`splitProtocolSchema` of @mien/datasets): the same division has the same unseen parts. */
    split: z.record(z.string(), z.json()).optional(),
    seed: z.number().int(),
    epochs: z.number().int().nonnegative(),
    recipe: z.record(z.string(), z.json()),
    /** The bundle whose weights it began with, as `name@first digits of their SHA-256`. */
    startedFrom: z.string().optional(),
    /** The bundles whose answers it learned from, named so too. */
    teachers: z.array(z.string()).optional(),
  }),
  metrics: z.array(obtainedMetricSchema),
  intendedUse: z.string(),
  limits: z.string(),
  licence: z.strictObject({ weights: z.string(), data: z.string() }),
  hashes: z.strictObject({ 'weights.safetensors': sha256 }),
});

export type ModelCard = z.infer<typeof modelCardSchema>;
export type PipelineStepData = z.infer<typeof pipelineStepSchema>;

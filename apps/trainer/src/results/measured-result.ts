import type { ReportInput } from '@mien/metrics';
import { z } from 'zod';
import type { Environment } from '../run/environment.js';

const share = z.number().min(0).max(1);

const accuracy = {
  /** Samples; with several seeds, each counts once for every one. */
  n: z.int().positive(),
  accuracy: share,
  /** Of the accuracy, by bootstrap over samples. */
  interval: z.strictObject({ low: share, high: share }).optional(),
  macroF1: share,
};

/** What is worth keeping of a finished run or an evaluation: its figures without a picture, small enough to be committed. */
export const measuredResultSchema = z.strictObject({
  /** The experiment, or `<bundle>-on-<data set>` for what `evaluate --report` measured. */
  name: z.string(),
  network: z.string(),
  dataset: z.string(),
  /** The split, in words. */
  protocol: z.string(),
  startedFrom: z.string().optional(),
  /** What the headline was measured on, and how it was obtained. */
  split: z.string(),
  obtained: z.string(),
  ...accuracy,
  /** Over folds and seeds; absent for a run of one training. */
  spread: z
    .strictObject({ trainings: z.int().min(2), mean: share, standardDeviation: share, low: share, high: share })
    .optional(),
  seeds: z.array(z.int()),
  /** Of several seeds: the mean of their answers to each picture. */
  ensemble: z.strictObject(accuracy).optional(),
  /** Expected calibration error, 0..1. */
  calibrationError: share.optional(),
  /** Between the best and the worst group of each grouping that has several. */
  gaps: z.record(
    z.string(),
    z.strictObject({
      groups: z.int().min(2),
      value: share,
      low: z.number().optional(),
      high: z.number().optional(),
      best: z.string(),
      worst: z.string(),
    }),
  ),
  /** Training alone, all of the run's trainings together. */
  seconds: z.number().nonnegative(),
  startedAt: z.string(),
  engine: z.string(),
  processor: z.string(),
  processors: z.int(),
  revision: z.string(),
  command: z.string(),
});

export type MeasuredResult = z.output<typeof measuredResultSchema>;

/** The figures of one evaluation. */
export function figuresOf(evaluation: ReportInput['evaluations'][number]) {
  const { dataset, split, obtained, calibration, groups = {} } = evaluation;
  return {
    dataset,
    split,
    obtained,
    ...accuracyOf(evaluation),
    calibrationError: calibration?.expectedError,
    gaps: gapsOf(groups),
  };
}

/** The accuracy of one evaluation, and what it rests on. */
export function accuracyOf({ report, accuracyInterval }: ReportInput['evaluations'][number]) {
  return {
    n: report.n,
    accuracy: report.accuracy,
    interval: accuracyInterval && { low: accuracyInterval.low, high: accuracyInterval.high },
    macroF1: report.macroF1,
  };
}

/** What they were measured on. */
export function machineOf({ engine, runtime, processor, processors, revision }: Environment) {
  return { engine: `${engine}, ${runtime}`, processor, processors, revision };
}

function gapsOf(groups: NonNullable<ReportInput['evaluations'][number]['groups']>): MeasuredResult['gaps'] {
  return Object.fromEntries(
    Object.entries(groups).flatMap(([name, own]) => {
      if (!own || own.groups.length < 2) return [];
      const { value, best, worst, interval } = own.gap.accuracy;
      return [
        [
          name,
          {
            groups: own.groups.length,
            value,
            best,
            worst,
            ...(interval && { low: interval.low, high: interval.high }),
          },
        ],
      ];
    }),
  );
}

import { createRandom, InvalidDataError } from '@mien/core';
import type { ClassificationInput } from './classification.js';

/** A confidence interval and how it was made; plain data. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Share of the bootstrap distribution inside, 0..1. */
  readonly level: number;
  readonly resamples: number;
  readonly seed: number;
}

export interface BootstrapOptions {
  /** The same seed gives the same interval. Default 1. */
  readonly seed?: number;
  /** Default 0.95. */
  readonly level?: number;
  /** Default 2,000: the ends then move by about a thirtieth of the interval's width from seed to seed. */
  readonly resamples?: number;
}

/**
 * Percentile bootstrap (Efron & Tibshirani 1993, ch. 13): draws `size` indices with replacement, `resamples` times,
 * and takes the quantiles of the statistic.
 *
 * @param size Samples in the data, at least 1.
 * @param statistic From the drawn indices (`size` of them, each 0 … size − 1; the array is reused) to a figure.
 * @throws {InvalidDataError} when `size`, `level` or `resamples` make no sense.
 */
export function bootstrapInterval(
  size: number,
  statistic: (indices: Int32Array) => number,
  options?: BootstrapOptions,
): Interval {
  return stratifiedBootstrapInterval([size], ([indices]) => statistic(indices), options);
}

/**
 * Percentile bootstrap over several groups, each resampled by itself to its own size: for a difference between them.
 * @param statistic From the drawn indices of each group (the arrays are reused) to a figure.
 * @throws {InvalidDataError} when a size, `level` or `resamples` make no sense.
 */
export function stratifiedBootstrapInterval(
  sizes: readonly number[],
  statistic: (indices: readonly Int32Array[]) => number,
  { seed = 1, level = 0.95, resamples = 2000 }: BootstrapOptions = {},
): Interval {
  checkOptions(Math.min(...sizes), level, resamples);
  const random = createRandom(seed, 'bootstrap');
  const indices = sizes.map((size) => new Int32Array(size));
  const figures = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    for (const drawn of indices) {
      for (let position = 0; position < drawn.length; position++) drawn[position] = random.integer(0, drawn.length - 1);
    }
    figures[resample] = statistic(indices);
  }
  figures.sort();
  const [low, high] = [quantile(figures, (1 - level) / 2), quantile(figures, (1 + level) / 2)];
  return { low, high, level, resamples, seed };
}

/**
 * Bootstrap interval of accuracy. It tells how much the figure depends on which samples were drawn for the test, not
 * how much it depends on the training seed; samples of one person count as independent.
 * @throws {InvalidDataError} when there are no samples, or the lengths differ.
 */
export function accuracyInterval(
  { truth, predicted }: Pick<ClassificationInput, 'truth' | 'predicted'>,
  options?: BootstrapOptions,
): Interval {
  if (truth.length !== predicted.length) {
    throw new InvalidDataError({
      expected: 'as many predicted classes as true ones',
      found: `${truth.length} true, ${predicted.length} predicted`,
      fix: 'pass both for the same samples, in the same order',
    });
  }
  const correct = Uint8Array.from(truth, (label, sample) => (label === predicted[sample] ? 1 : 0));
  const share = (indices: Int32Array) => {
    let count = 0;
    for (const index of indices) count += correct[index];
    return count / indices.length;
  };
  return bootstrapInterval(correct.length, share, options);
}

/**
 * Quantile of sorted values with linear interpolation between neighbours (numpy's default; type 7 of Hyndman & Fan 1996).
 * @param share 0..1.
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

function checkOptions(size: number, level: number, resamples: number): void {
  const isCount = (value: number) => Number.isInteger(value) && value >= 1;
  if (isCount(size) && isCount(resamples) && level > 0 && level < 1) return;
  throw new InvalidDataError({
    expected: 'at least one sample, at least one resample, and a level between 0 and 1',
    found: `${size} samples, ${resamples} resamples, level ${level}`,
    fix: 'check that the split that is evaluated has samples, and the options of the interval',
  });
}

import { createRandom, InvalidDataError, type Random } from '@mien/core';
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

export interface SampleUnits {
  /**
   * What each sample is one of several of: the picture, where several models answered each; the person. Samples of one unit are drawn together, so
   * that what is not independent does not count as more evidence. None: every sample by itself.
   */
  readonly units?: ArrayLike<string>;
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

/** What is drawn: so many samples, or units of them, each the indices of its samples, that are drawn as a whole. */
type Population = number | readonly (readonly number[])[];

/**
 * Percentile bootstrap over several groups, each resampled by itself to its own size: for a difference between them.
 * @param groups Samples of each, or its units (`groupIntoUnits`), of which as many are drawn as there are (Davison & Hinkley 1997, section 3.8).
 * @param statistic From the drawn indices of each group (the arrays are reused) to a figure.
 * @throws {InvalidDataError} when a size, `level` or `resamples` make no sense.
 */
export function stratifiedBootstrapInterval(
  groups: readonly Population[],
  statistic: (indices: readonly Int32Array[]) => number,
  { seed = 1, level = 0.95, resamples = 2000 }: BootstrapOptions = {},
): Interval {
  checkOptions(Math.min(...groups.map(sizeOf)), level, resamples);
  const random = createRandom(seed, 'bootstrap');
  const draws = groups.map((group) =>
    typeof group === 'number' ? drawSamples(group, random) : drawUnits(group, random),
  );
  const figures = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) figures[resample] = statistic(draws.map((draw) => draw()));
  figures.sort();
  const [low, high] = [quantile(figures, (1 - level) / 2), quantile(figures, (1 + level) / 2)];
  return { low, high, level, resamples, seed };
}

function sizeOf(population: Population): number {
  return typeof population === 'number' ? population : population.length;
}

function drawSamples(size: number, random: Random): () => Int32Array {
  const drawn = new Int32Array(size);
  return () => {
    for (let position = 0; position < size; position++) drawn[position] = random.integer(0, size - 1);
    return drawn;
  };
}

function drawUnits(units: readonly (readonly number[])[], random: Random): () => Int32Array {
  const drawn = new Int32Array(units.length * Math.max(...units.map(({ length }) => length)));
  return () => {
    let length = 0;
    for (let draw = 0; draw < units.length; draw++) {
      const unit = units[random.integer(0, units.length - 1)];
      drawn.set(unit, length);
      length += unit.length;
    }
    return drawn.subarray(0, length);
  };
}

/** The indices of the samples of each unit, such as the answers of several models to one picture, in the order in which units first occur. */
export function groupIntoUnits(units: ArrayLike<string>): number[][] {
  const members = new Map<string, number[]>();
  for (let sample = 0; sample < units.length; sample++) {
    const unit = members.get(units[sample]);
    if (unit) unit.push(sample);
    else members.set(units[sample], [sample]);
  }
  return [...members.values()];
}

/**
 * Bootstrap interval of accuracy. It tells how much the figure depends on which samples were drawn for the test, not
 * how much it depends on the training seed; samples of one person count as independent, unless `units` are the persons.
 * @throws {InvalidDataError} when there are no samples, or the lengths differ.
 */
export function accuracyInterval(
  { truth, predicted, units }: Pick<ClassificationInput, 'truth' | 'predicted'> & SampleUnits,
  options?: BootstrapOptions,
): Interval {
  if (truth.length !== predicted.length || (units && units.length !== truth.length)) {
    throw new InvalidDataError({
      expected: 'as many predicted classes, and units where there are any, as true classes',
      found: `${truth.length} true, ${predicted.length} predicted${units ? `, ${units.length} units` : ''}`,
      fix: 'pass all for the same samples, in the same order',
    });
  }
  const correct = Uint8Array.from(truth, (label, sample) => (label === predicted[sample] ? 1 : 0));
  const share = (indices: Int32Array) => {
    let count = 0;
    for (const index of indices) count += correct[index];
    return count / indices.length;
  };
  const population = units ? groupIntoUnits(units) : correct.length;
  return stratifiedBootstrapInterval([population], ([indices]) => share(indices), options);
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

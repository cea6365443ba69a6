import { InvalidDataError } from '@mien/core';
import { type BootstrapOptions, bootstrapInterval, type Interval } from './bootstrap.js';

/** What two models said of the same samples. */
export interface PairedInput {
  readonly truth: ArrayLike<number>;
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
}

/** McNemar's test; plain data. */
export interface McNemarResult {
  readonly n: number;
  /** Samples that only the first, or only the second model has right. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly bothRight: number;
  readonly bothWrong: number;
  /** Probability of a split at least as uneven if both models were as good: exact, from the binomial distribution. */
  readonly exactP: number;
  /** (|b − c| − 1)² / (b + c), with Edwards's correction; 0 where the models never differ. */
  readonly chiSquare: number;
  /** Of `chiSquare`, one degree of freedom; good from some 25 differing samples on. */
  readonly chiSquareP: number;
}

/**
 * Whether one of two models is better, from the samples on which just one of them is right (McNemar 1947; Dietterich 1998). As statsmodels's `mcnemar`.
 * @throws {InvalidDataError} when the lengths differ or there are no samples.
 */
export function testMcNemar(input: PairedInput): McNemarResult {
  checkPairs(input);
  const { truth, first, second } = input;
  const counts = { onlyFirst: 0, onlySecond: 0, bothRight: 0, bothWrong: 0 };
  for (let row = 0; row < truth.length; row++) {
    const [a, b] = [first[row] === truth[row], second[row] === truth[row]];
    counts[a && b ? 'bothRight' : a ? 'onlyFirst' : b ? 'onlySecond' : 'bothWrong'] += 1;
  }
  const { onlyFirst, onlySecond } = counts;
  const differing = onlyFirst + onlySecond;
  const chiSquare = differing === 0 ? 0 : Math.max(0, Math.abs(onlyFirst - onlySecond) - 1) ** 2 / differing;
  return {
    n: truth.length,
    ...counts,
    exactP: binomialP(Math.min(onlyFirst, onlySecond), differing),
    chiSquare,
    chiSquareP: complementaryError(Math.sqrt(chiSquare / 2)),
  };
}

/**
 * Bootstrap interval of accuracy of the second model minus that of the first, samples drawn in pairs.
 * @throws {InvalidDataError} when the lengths differ or there are no samples.
 */
export function accuracyDifferenceInterval(input: PairedInput, options?: BootstrapOptions): Interval {
  checkPairs(input);
  const { truth, first, second } = input;
  const gains = Int8Array.from(truth, (label, row) => (second[row] === label ? 1 : 0) - (first[row] === label ? 1 : 0));
  const mean = (indices: Int32Array) => {
    let sum = 0;
    for (const index of indices) sum += gains[index];
    return sum / indices.length;
  };
  return bootstrapInterval(gains.length, mean, options);
}

function checkPairs({ truth, first, second }: PairedInput): void {
  if (truth.length > 0 && first.length === truth.length && second.length === truth.length) return;
  throw new InvalidDataError({
    expected: 'a true class and both models’ predicted classes for each sample, and at least one sample',
    found: `${truth.length} true, ${first.length} and ${second.length} predicted`,
    fix: 'evaluate both models on the same samples, in the same order',
  });
}

/** Two-sided: 2 · P(X ≤ k) for X from Binomial(n, ½), at most 1. */
function binomialP(k: number, n: number): number {
  // In logarithms: ½ⁿ alone underflows from n = 1,075 on.
  let logTerm = -n * Math.LN2;
  let sum = 0;
  for (let hits = 0; hits <= k; hits++) {
    sum += Math.exp(logTerm);
    logTerm += Math.log((n - hits) / (hits + 1));
  }
  return Math.min(1, 2 * sum);
}

/** 1 − erf(x) for x ≥ 0, to 1.2 · 10⁻⁷ of itself (Press et al. 1992, Numerical Recipes in C, section 6.2, `erfcc`). */
function complementaryError(x: number): number {
  const t = 1 / (1 + x / 2);
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  const polynomial = coefficients.reduceRight((sum, coefficient) => coefficient + t * sum, 0);
  return t * Math.exp(-x * x + polynomial);
}

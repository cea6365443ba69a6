import { InvalidDataError } from '@mien/core';

/** What a model said of samples, with the truth. */
export interface ProbabilityInput {
  readonly labels: readonly string[];
  /** True classes, as indices into `labels`. */
  readonly truth: ArrayLike<number>;
  /** `[n, classes]`, row-major; each row sums to 1. */
  readonly probabilities: ArrayLike<number>;
}

/** The most probable class of each sample; the first of equals. */
export function predictedClasses({ labels, truth, probabilities }: ProbabilityInput): Int32Array {
  const classes = labels.length;
  return Int32Array.from(truth, (_, row) => {
    let best = 0;
    for (let index = 1; index < classes; index++) {
      if (probabilities[row * classes + index] > probabilities[row * classes + best]) best = index;
    }
    return best;
  });
}

/**
 * Share of samples whose true class is among the `k` most probable, 0..1. Of classes of equal probability those with the higher index come
 * first, as in scikit-learn's `top_k_accuracy_score`.
 * @throws {InvalidDataError} when the input does not fit together, or k is not 1 … classes.
 */
export function topKAccuracy(input: ProbabilityInput, k: number): number {
  checkProbabilities(input);
  const { labels, truth, probabilities } = input;
  const classes = labels.length;
  if (!Number.isInteger(k) || k < 1 || k > classes) {
    throw new InvalidDataError({ expected: `k from 1 to ${classes}`, found: `${k}`, fix: 'correct it' });
  }
  let right = 0;
  for (let row = 0; row < truth.length; row++) {
    const own = probabilities[row * classes + truth[row]];
    let before = 0;
    for (let index = 0; index < classes; index++) {
      const other = probabilities[row * classes + index];
      if (other > own || (other === own && index > truth[row])) before++;
    }
    if (before < k) right++;
  }
  return right / truth.length;
}

/**
 * Checks what every figure from probabilities relies on.
 * @throws {InvalidDataError} when there are no samples, the lengths do not fit, or a number is not a probability.
 */
export function checkProbabilities({ labels, truth, probabilities }: ProbabilityInput): void {
  const problem = findProblem(labels.length, truth, probabilities);
  if (problem === undefined) return;
  throw new InvalidDataError({
    expected: `${labels.length} probabilities and a true class for each sample, and at least one sample`,
    found: problem,
    fix: "pass the model's probabilities and the truth in the model's label order",
  });
}

function findProblem(classes: number, truth: ArrayLike<number>, probabilities: ArrayLike<number>): string | undefined {
  if (truth.length === 0) return 'no samples';
  if (probabilities.length !== truth.length * classes) {
    return `${probabilities.length} probabilities for ${truth.length} samples`;
  }
  for (let row = 0; row < truth.length; row++) {
    if (!(Number.isInteger(truth[row]) && truth[row] >= 0 && truth[row] < classes)) {
      return `the true class ${truth[row]} for sample ${row}`;
    }
  }
  for (let place = 0; place < probabilities.length; place++) {
    if (probabilities[place] >= 0 && probabilities[place] <= 1 + 1e-5) continue;
    return `the probability ${probabilities[place]} for sample ${Math.floor(place / classes)}`;
  }
  return undefined;
}

import { InvalidDataError } from '@mien/core';
import { checkProbabilities, type ProbabilityInput, predictedClasses } from './probabilities.js';

/** Samples whose confidence lies between `low` (exclusive, but for 0) and `high`. */
export interface ConfidenceBin {
  readonly low: number;
  readonly high: number;
  readonly n: number;
  /** Mean confidence of the samples; 0 without any. */
  readonly confidence: number;
  /** Share of them that is right; 0 without any. */
  readonly accuracy: number;
}

/** Whether a model is right as often as it says; plain data. */
export interface CalibrationReport {
  /** Expected calibration error: mean distance of confidence and accuracy over the bins, weighted by samples. */
  readonly expectedError: number;
  /** The largest distance of a bin. */
  readonly maximumError: number;
  /** Brier score over all classes: mean of Σ (probability − truth)², 0..2. */
  readonly brier: number;
  /** Mean of −log of the true class's probability, in nats; at least 10⁻¹² is taken for a probability. */
  readonly logLoss: number;
  /** Mean probability of the predicted class. */
  readonly meanConfidence: number;
  readonly accuracy: number;
  readonly bins: readonly ConfidenceBin[];
}

const FLOOR = 1e-12;

/**
 * Calibration of the predicted class's probability (Naeini et al. 2015; Guo et al. 2017, arXiv 1706.04599, equations 3 and 5), in bins of
 * equal width.
 * @throws {InvalidDataError} as `checkProbabilities`.
 */
export function evaluateCalibration(input: ProbabilityInput, { bins: count = 15 } = {}): CalibrationReport {
  checkProbabilities(input);
  const { labels, truth, probabilities } = input;
  const predicted = predictedClasses(input);
  const sums = Array.from({ length: count }, () => ({ n: 0, confidence: 0, right: 0 }));
  let brier = 0;
  let logLoss = 0;
  for (let row = 0; row < truth.length; row++) {
    const confidence = probabilities[row * labels.length + predicted[row]];
    const bin = sums[Math.min(count - 1, Math.max(0, Math.ceil(confidence * count) - 1))];
    bin.n += 1;
    bin.confidence += confidence;
    if (predicted[row] === truth[row]) bin.right += 1;
    for (let index = 0; index < labels.length; index++) {
      brier += (probabilities[row * labels.length + index] - (index === truth[row] ? 1 : 0)) ** 2;
    }
    logLoss -= Math.log(Math.max(FLOOR, probabilities[row * labels.length + truth[row]]));
  }
  const n = truth.length;
  const bins = sums.map((bin, index) => ({
    low: index / count,
    high: (index + 1) / count,
    n: bin.n,
    confidence: bin.n === 0 ? 0 : bin.confidence / bin.n,
    accuracy: bin.n === 0 ? 0 : bin.right / bin.n,
  }));
  const distances = bins.map(({ confidence, accuracy }) => Math.abs(confidence - accuracy));
  return {
    expectedError: bins.reduce((sum, bin, index) => sum + (bin.n / n) * distances[index], 0),
    maximumError: Math.max(...distances),
    brier: brier / n,
    logLoss: logLoss / n,
    meanConfidence: sums.reduce((sum, { confidence }) => sum + confidence, 0) / n,
    accuracy: sums.reduce((sum, { right }) => sum + right, 0) / n,
    bins,
  };
}

/** Limits of the search; a temperature outside says that something else is wrong. */
const TEMPERATURES = { minimum: 0.05, maximum: 20 } as const;

/**
 * The temperature that probabilities are softened (above 1) or sharpened with so that the log loss is least (Guo et al. 2017, section 4.2). Fit it on
 * validation, apply it to whatever comes after; the predicted classes do not change.
 * Golden-section search over the logarithm of the temperature, where the loss has one minimum.
 * @throws {InvalidDataError} as `checkProbabilities`.
 */
export function fitTemperature(input: ProbabilityInput): number {
  checkProbabilities(input);
  const { labels, truth, probabilities } = input;
  const classes = labels.length;
  // Logits but for a constant a row, which softmax takes out again.
  const logits = Float64Array.from(probabilities, (value) => Math.log(Math.max(FLOOR, value)));
  const loss = (logTemperature: number) => {
    const scale = Math.exp(-logTemperature);
    let total = 0;
    for (let row = 0; row < truth.length; row++) {
      let sum = 0;
      for (let index = 0; index < classes; index++) sum += Math.exp(scale * logits[row * classes + index]);
      total += Math.log(sum) - scale * logits[row * classes + truth[row]];
    }
    return total;
  };
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(TEMPERATURES.minimum), Math.log(TEMPERATURES.maximum)];
  let [a, b] = [high - ratio * (high - low), low + ratio * (high - low)];
  let [lossA, lossB] = [loss(a), loss(b)];
  while (high - low > 1e-7) {
    if (lossA < lossB) {
      [high, b, lossB] = [b, a, lossA];
      a = high - ratio * (high - low);
      lossA = loss(a);
    } else {
      [low, a, lossA] = [a, b, lossB];
      b = low + ratio * (high - low);
      lossB = loss(b);
    }
  }
  return Math.exp((low + high) / 2);
}

/**
 * Probabilities at a temperature: softmax of their logarithms divided by it.
 * @throws {InvalidDataError} when the temperature is not above 0.
 */
export function applyTemperature(probabilities: ArrayLike<number>, classes: number, temperature: number): Float32Array {
  if (!(temperature > 0)) {
    throw new InvalidDataError({ expected: 'a temperature above 0', found: `${temperature}`, fix: 'correct it' });
  }
  const scaled = Float32Array.from(probabilities, (value) => Math.max(FLOOR, value) ** (1 / temperature));
  for (let row = 0; row < scaled.length; row += classes) {
    let sum = 0;
    for (let index = row; index < row + classes; index++) sum += scaled[index];
    for (let index = row; index < row + classes; index++) scaled[index] /= sum;
  }
  return scaled;
}

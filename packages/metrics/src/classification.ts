import { InvalidDataError } from '@mien/core';

/** Figures of one class, or an average over classes. All but `support` are 0..1. */
export interface ClassFigures {
  readonly precision: number;
  readonly recall: number;
  /** Harmonic mean of precision and recall. */
  readonly f1: number;
  /** Samples whose true class this is; in an average, all samples. */
  readonly support: number;
}

/** Figures of one class, by name. */
export interface ClassReport extends ClassFigures {
  readonly label: string;
}

/** What `evaluateClassification` finds; plain data, safe to write as JSON. */
export interface ClassificationReport {
  /** Share of samples whose predicted class is the true one, 0..1. */
  readonly accuracy: number;
  /** Mean of the classes' F1, each class counting the same. */
  readonly macroF1: number;
  /** Mean of the classes' F1, weighted by support. */
  readonly weightedF1: number;
  /** Samples. */
  readonly n: number;
  readonly labels: readonly string[];
  /** One entry a label, in the order of `labels`. */
  readonly perClass: readonly ClassReport[];
  readonly macro: ClassFigures;
  readonly weighted: ClassFigures;
  /** Counts: `confusion[truth][predicted]`. */
  readonly confusion: readonly (readonly number[])[];
}

/** True and predicted classes of the same samples, as indices into `labels`. */
export interface ClassificationInput {
  readonly labels: readonly string[];
  readonly truth: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
}

/**
 * Accuracy, precision, recall and F1 per class with their averages, and the confusion matrix.
 *
 * Equal to scikit-learn's `classification_report(labels=range(k), zero_division=0)`: where nothing can be divided
 * (a class never predicted, or absent in truth) the figure is 0, and the macro average counts every label.
 *
 * @throws {InvalidDataError} when there are no samples, the lengths differ, a label stands twice, or a class is not an
 * index into `labels`.
 */
export function evaluateClassification(input: ClassificationInput): ClassificationReport {
  const confusion = countConfusion(input);
  return reportFromConfusion(input.labels, confusion);
}

/**
 * The confusion matrix: `matrix[truth][predicted]` counts samples.
 * @throws {InvalidDataError} as `evaluateClassification`.
 */
export function countConfusion({ labels, truth, predicted }: ClassificationInput): number[][] {
  checkLabels(labels);
  if (truth.length !== predicted.length) {
    throw new InvalidDataError({
      expected: 'as many predicted classes as true ones',
      found: `${truth.length} true, ${predicted.length} predicted`,
      fix: 'pass both for the same samples, in the same order',
    });
  }
  if (truth.length === 0) {
    throw new InvalidDataError({
      expected: 'at least one sample',
      found: 'none',
      fix: 'check that the split that is evaluated has samples',
    });
  }
  const matrix = labels.map(() => labels.map(() => 0));
  for (let sample = 0; sample < truth.length; sample++) {
    checkClass(truth[sample], labels, 'true', sample);
    checkClass(predicted[sample], labels, 'predicted', sample);
    matrix[truth[sample]][predicted[sample]]++;
  }
  return matrix;
}

/** All figures from a confusion matrix, `confusion[truth][predicted]`: of one evaluation, or of several added up. */
export function reportFromConfusion(
  labels: readonly string[],
  confusion: readonly (readonly number[])[],
): ClassificationReport {
  const perClass = labels.map((label, index) => {
    const correct = confusion[index][index];
    const support = sum(confusion[index]);
    const predicted = sum(confusion.map((row) => row[index]));
    return {
      label,
      precision: divide(correct, predicted),
      recall: divide(correct, support),
      f1: divide(2 * correct, support + predicted),
      support,
    };
  });
  const n = sum(perClass.map(({ support }) => support));
  const macro = average(
    perClass,
    perClass.map(() => 1),
  );
  const weighted = average(
    perClass,
    perClass.map(({ support }) => support),
  );
  const accuracy = sum(confusion.map((row, index) => row[index])) / n;
  return {
    accuracy,
    macroF1: macro.f1,
    weightedF1: weighted.f1,
    n,
    labels: [...labels],
    perClass,
    macro,
    weighted,
    confusion,
  };
}

function average(perClass: readonly ClassFigures[], weights: readonly number[]): ClassFigures {
  const mean = (pick: (figures: ClassFigures) => number) =>
    sum(perClass.map((figures, index) => pick(figures) * weights[index])) / sum(weights);
  return {
    precision: mean(({ precision }) => precision),
    recall: mean(({ recall }) => recall),
    f1: mean(({ f1 }) => f1),
    support: sum(perClass.map(({ support }) => support)),
  };
}

function divide(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function checkLabels(labels: readonly string[]): void {
  const repeated = labels.find((label, index) => labels.indexOf(label) !== index);
  if (labels.length > 0 && repeated === undefined) return;
  throw new InvalidDataError({
    expected: 'labels that are there and differ',
    found: repeated === undefined ? 'no labels' : `"${repeated}" twice`,
    fix: "pass the model's label order, each label once",
  });
}

function checkClass(index: number, labels: readonly string[], side: string, sample: number): void {
  if (Number.isInteger(index) && index >= 0 && index < labels.length) return;
  throw new InvalidDataError({
    expected: `a ${side} class that is an index into the ${labels.length} labels (0 … ${labels.length - 1})`,
    found: `${index} for sample ${sample}`,
    fix: 'map both sides to the same label order first',
    details: { sample, side, index },
  });
}

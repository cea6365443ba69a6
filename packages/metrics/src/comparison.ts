import { InvalidDataError } from '@mien/core';
import { accuracyInterval, type BootstrapOptions, type Interval } from './bootstrap.js';
import { evaluateCalibration } from './calibration.js';
import { type ClassificationReport, evaluateClassification } from './classification.js';
import { predictedClasses, topKAccuracy } from './probabilities.js';
import { accuracyDifferenceInterval, type McNemarResult, testMcNemar } from './significance.js';

/** What one model said of samples; those of several models are matched by `ids`. */
export interface ComparedModel {
  readonly name: string;
  readonly labels: readonly string[];
  readonly ids: readonly string[];
  /** True classes, as indices into `labels`. */
  readonly truth: ArrayLike<number>;
  /** `[n, classes]`. */
  readonly probabilities: ArrayLike<number>;
}

/** One model's figures over the samples that all have. */
export interface ComparedFigures {
  readonly name: string;
  readonly report: ClassificationReport;
  readonly accuracyInterval: Interval;
  readonly top2: number;
  readonly expectedCalibrationError: number;
  /** Against the first model; absent for it. */
  readonly againstFirst?: {
    /** Accuracy minus the first's. */
    readonly difference: number;
    readonly interval: Interval;
    readonly mcNemar: McNemarResult;
  };
}

/** Models side by side; plain data. */
export interface Comparison {
  readonly labels: readonly string[];
  /** Samples that every model was measured on; the figures are of these alone. */
  readonly n: number;
  /** Samples that some model lacks. */
  readonly leftOut: number;
  readonly models: readonly ComparedFigures[];
}

/**
 * Models on the samples that all of them were measured on, each tested against the first.
 * @throws {InvalidDataError} when fewer than two models are given, they share no sample, or disagree on labels or on what is true.
 */
export function compareModels(models: readonly ComparedModel[], options?: BootstrapOptions): Comparison {
  const { labels } = checkModels(models);
  const rowsOf = models.map(({ ids }) => new Map(ids.map((id, row) => [id, row])));
  const shared = models[0].ids.filter((id) => rowsOf.every((rows) => rows.has(id)));
  const all = new Set(models.flatMap(({ ids }) => ids));
  if (shared.length === 0) {
    throw new InvalidDataError({
      expected: 'models measured on the same samples',
      found: `none that ${models.map(({ name }) => name).join(' and ')} share`,
      fix: 'evaluate them on the same data set and split',
    });
  }
  const aligned = models.map((model, index) => select(model, labels, shared, rowsOf[index]));
  const [first] = aligned;
  for (const { name, truth } of aligned) {
    const row = truth.findIndex((label, at) => label !== first.truth[at]);
    if (row < 0) continue;
    throw new InvalidDataError({
      expected: 'one truth for each sample',
      found: `${labels[first.truth[row]]} in ${first.name} and ${labels[truth[row]]} in ${name} for ${shared[row]}`,
      fix: 'evaluate both on the same labels',
      details: { id: shared[row] },
    });
  }
  const predicted = aligned.map(predictedClasses);
  return {
    labels,
    n: shared.length,
    leftOut: all.size - shared.length,
    models: aligned.map((model, index) => {
      const pair = { truth: model.truth, first: predicted[0], second: predicted[index] };
      const report = evaluateClassification({ labels, truth: model.truth, predicted: predicted[index] });
      return {
        name: model.name,
        report,
        accuracyInterval: accuracyInterval({ truth: model.truth, predicted: predicted[index] }, options),
        top2: topKAccuracy(model, Math.min(2, labels.length)),
        expectedCalibrationError: evaluateCalibration(model).expectedError,
        ...(index > 0 && {
          againstFirst: {
            difference: report.accuracy - share(pair.truth, pair.first),
            interval: accuracyDifferenceInterval(pair, options),
            mcNemar: testMcNemar(pair),
          },
        }),
      };
    }),
  };
}

function checkModels(models: readonly ComparedModel[]): ComparedModel {
  const [first, ...others] = models;
  if (others.length === 0) {
    throw new InvalidDataError({
      expected: 'two models or more to compare',
      found: `${models.length}`,
      fix: 'name another',
    });
  }
  const other = others.find(({ labels }) => labels.toSorted().join() !== first.labels.toSorted().join());
  if (!other) return first;
  throw new InvalidDataError({
    expected: `models of the same classes: ${first.labels.join(', ')}`,
    found: `${other.labels.join(', ')} in ${other.name}`,
    fix: 'compare models that tell the same classes apart',
  });
}

/** A model's samples in the order of `ids`, its classes in the order of `labels`. */
function select(
  model: ComparedModel,
  labels: readonly string[],
  ids: readonly string[],
  rows: ReadonlyMap<string, number>,
) {
  const classes = labels.length;
  const ownOf = labels.map((label) => model.labels.indexOf(label));
  const truth = ids.map((id) => ownOf.indexOf(model.truth[rows.get(id) as number]));
  const probabilities = Float64Array.from({ length: ids.length * classes }, (_, place) => {
    const row = rows.get(ids[Math.floor(place / classes)]) as number;
    return model.probabilities[row * classes + ownOf[place % classes]];
  });
  return { name: model.name, labels, truth, probabilities };
}

function share(truth: ArrayLike<number>, predicted: ArrayLike<number>): number {
  let right = 0;
  for (let row = 0; row < truth.length; row++) if (truth[row] === predicted[row]) right++;
  return right / truth.length;
}

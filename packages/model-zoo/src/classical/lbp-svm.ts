import { createRandom } from '@mien/core';
import { z } from 'zod';
import {
  type ClassicalMethod,
  type FitArguments,
  type RestoreArguments,
  requireGreyPictures,
  toWeight,
} from './classical-method.js';
import { decisionValues, type FeatureMatrix, type LinearSvmOptions, selectRows, trainLinearSvm } from './linear-svm.js';
import { gridHistograms, localBinaryPatterns, UNIFORM_LABELS } from './local-binary-patterns.js';
import { applySigmoid, fitSigmoid } from './platt-scaling.js';

const optionsSchema = z.strictObject({
  /** The grid of cells, as the paper has it for 110×150 pixels. */
  rows: z.number().int().positive().default(7),
  columns: z.number().int().positive().default(6),
  /** Radius of the circle of 8 points, pixels. */
  radius: z.number().positive().default(2),
  /** Price of errors; histograms are shares, whose squares are small. */
  c: z.number().positive().default(10),
  /** When a machine's training ends; LIBLINEAR's default. */
  tolerance: z.number().positive().default(0.1),
  maxEpochs: z.number().int().positive().default(300),
  /** Parts of the data that are left out in turn to learn what decision values mean. */
  calibrationFolds: z.number().int().min(2).default(3),
});
type Options = z.infer<typeof optionsSchema>;

/**
 * Histograms of local binary patterns over a grid, and a linear support vector machine for each class against the others (Shan, Gong & McOwan 2009, Image and
 * Vision Computing 27). Probabilities by Platt scaling on parts that were left out, scaled to sum to 1.
 */
export const lbpSvm: ClassicalMethod<typeof optionsSchema> = {
  id: 'lbp-svm',
  source: 'Shan et al. 2009; Hsieh et al. 2008',
  tags: ['study', 'classical'],
  defaultInput: { height: 150, width: 110, channels: 1 },
  range: [0, 255],
  options: optionsSchema,
  fit({ input, classes, seed, options, pictures, targets }: FitArguments<Options>) {
    requireGreyPictures(input, pictures, targets.length);
    const features = extractFeatures(input, options, pictures, targets.length);
    const folds = assignFolds(targets.length, options.calibrationFolds, seed);
    const weights = new Float32Array(classes * (features.columns + 1));
    const sigmoids = new Float32Array(classes * 2);
    for (let label = 0; label < classes; label++) {
      const positive = Array.from(targets, (target) => target === label);
      const train = (rows: readonly number[], fold: number) =>
        trainLinearSvm(
          selectRows(features, rows),
          Int8Array.from(rows, (row) => (positive[row] ? 1 : -1)),
          options satisfies LinearSvmOptions,
          createRandom(seed, 'svm', label, fold),
        );
      const decisions = new Float64Array(targets.length);
      for (let fold = 0; fold < options.calibrationFolds; fold++) {
        const inside = [...folds.keys()].filter((row) => folds[row] !== fold);
        const outside = [...folds.keys()].filter((row) => folds[row] === fold);
        const values = decisionValues(selectRows(features, outside), train(inside, fold));
        outside.forEach((row, place) => {
          decisions[row] = values[place];
        });
      }
      const { slope, offset } = fitSigmoid(decisions, positive);
      sigmoids.set([slope, offset], label * 2);
      weights.set(train([...folds.keys()], options.calibrationFolds), label * (features.columns + 1));
    }
    return {
      'svm/weights': toWeight(weights, [classes, features.columns + 1]),
      'svm/sigmoids': toWeight(sigmoids, [classes, 2]),
    };
  },
  weightShapes: ({ classes, options: { rows, columns } }) => ({
    'svm/weights': [classes, rows * columns * UNIFORM_LABELS + 1],
    'svm/sigmoids': [classes, 2],
  }),
  restore({ input, classes, options, weights }: RestoreArguments<Options>) {
    const machines = weights['svm/weights'].data;
    const sigmoids = weights['svm/sigmoids'].data;
    return (pictures, batch) => {
      requireGreyPictures(input, pictures, batch);
      const features = extractFeatures(input, options, pictures, batch);
      const size = features.columns + 1;
      const probabilities = new Float32Array(batch * classes);
      for (let label = 0; label < classes; label++) {
        const sigmoid = { slope: sigmoids[2 * label], offset: sigmoids[2 * label + 1] };
        const values = decisionValues(features, machines.subarray(label * size, (label + 1) * size));
        values.forEach((value, row) => {
          probabilities[row * classes + label] = applySigmoid(sigmoid, value);
        });
      }
      return normaliseRows(probabilities, classes);
    };
  },
};

function extractFeatures(
  { height, width }: FitArguments<Options>['input'],
  { rows, columns, radius }: Options,
  pictures: Float32Array,
  count: number,
): FeatureMatrix {
  const size = rows * columns * UNIFORM_LABELS;
  const values = new Float32Array(count * size);
  for (let index = 0; index < count; index++) {
    const picture = pictures.subarray(index * height * width, (index + 1) * height * width);
    const labels = localBinaryPatterns(picture, height, width, radius);
    gridHistograms(labels, height, width, { rows, columns }, values.subarray(index * size, (index + 1) * size));
  }
  return { values, rows: count, columns: size };
}

/** A part for each row: shuffled, then dealt out. */
function assignFolds(count: number, folds: number, seed: number): Int32Array {
  const assigned = new Int32Array(count);
  const order = createRandom(seed, 'calibration').shuffle(Array.from({ length: count }, (_, row) => row));
  order.forEach((row, place) => {
    assigned[row] = place % folds;
  });
  return assigned;
}

/** Makes rows sum to 1; a row without anything becomes even. */
export function normaliseRows(values: Float32Array, columns: number): Float32Array {
  for (let start = 0; start < values.length; start += columns) {
    const row = values.subarray(start, start + columns);
    const sum = row.reduce((total, value) => total + value, 0);
    for (let column = 0; column < columns; column++) row[column] = sum > 0 ? row[column] / sum : 1 / columns;
  }
  return values;
}

import type { Random } from '@mien/core';

/** Rows of features, one after another. */
export interface FeatureMatrix {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

export interface LinearSvmOptions {
  /** Price of errors against the size of the weights. */
  readonly c: number;
  /** Ends when the projected gradients of an epoch differ by less. */
  readonly tolerance: number;
  readonly maxEpochs: number;
}

/**
 * A linear support vector machine with squared hinge loss: min ½‖w‖² + c Σ max(0, 1 − yᵢ w·xᵢ)², by dual coordinate descent (Hsieh et al. 2008, algorithm 1, L2-SVM).
 * The bias is the weight of a further feature that is 1, so it is regularised like the others, as in LIBLINEAR.
 * @param signs +1 or −1 for each row; @param random decides the order of the rows.
 * @returns `columns + 1` weights, the bias last.
 */
export function trainLinearSvm(
  { values, rows, columns }: FeatureMatrix,
  signs: Int8Array,
  { c, tolerance, maxEpochs }: LinearSvmOptions,
  random: Random,
): Float64Array {
  const weights = new Float64Array(columns + 1);
  const alphas = new Float64Array(rows);
  const diagonal = 1 / (2 * c);
  const curvatures = Float64Array.from({ length: rows }, (_, row) => {
    let sum = 1 + diagonal;
    for (let place = row * columns; place < (row + 1) * columns; place++) sum += values[place] ** 2;
    return sum;
  });
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  for (let epoch = 0; epoch < maxEpochs; epoch++) {
    let highest = Number.NEGATIVE_INFINITY;
    let lowest = Number.POSITIVE_INFINITY;
    for (let position = 0; position < rows; position++) {
      const other = random.integer(position, rows - 1);
      const row = order[other];
      order[other] = order[position];
      order[position] = row;
      const start = row * columns;
      let product = weights[columns];
      for (let column = 0; column < columns; column++) product += weights[column] * values[start + column];
      const gradient = signs[row] * product - 1 + diagonal * alphas[row];
      const projected = alphas[row] === 0 ? Math.min(gradient, 0) : gradient;
      highest = Math.max(highest, projected);
      lowest = Math.min(lowest, projected);
      if (projected === 0) continue;
      const before = alphas[row];
      alphas[row] = Math.max(before - gradient / curvatures[row], 0);
      const change = (alphas[row] - before) * signs[row];
      for (let column = 0; column < columns; column++) weights[column] += change * values[start + column];
      weights[columns] += change;
    }
    if (highest - lowest < tolerance) break;
  }
  return weights;
}

/** `w·x + b` of every row. */
export function decisionValues({ values, rows, columns }: FeatureMatrix, weights: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = weights[columns];
    for (let column = 0; column < columns; column++) sum += weights[column] * values[row * columns + column];
    return sum;
  });
}

/** Some rows of a matrix. */
export function selectRows({ values, columns }: FeatureMatrix, rows: readonly number[]): FeatureMatrix {
  const selected = new Float32Array(rows.length * columns);
  rows.forEach((row, place) => {
    selected.set(values.subarray(row * columns, (row + 1) * columns), place * columns);
  });
  return { values: selected, rows: rows.length, columns };
}

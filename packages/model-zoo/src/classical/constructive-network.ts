import { createRandom } from '@mien/core';
import { trainUnit, type UnitOptions, type UnitWeights, unitOutputs } from './hidden-unit.js';
import { leastSquares } from './least-squares.js';

export interface ConstructiveOptions extends UnitOptions {
  readonly maxUnits: number;
  /** Stops after so many units without a smaller validation error. */
  readonly patience: number;
  /** Share of the rows that validate. */
  readonly validationShare: number;
}

/** One hidden layer of tanh units with a linear output each class. */
export interface ConstructiveNetwork {
  /** `columns + 1` weights a unit, the bias last. */
  readonly units: readonly UnitWeights[];
  /** For each class the bias, then a weight for each unit. */
  readonly outputs: readonly Float64Array[];
}

export interface ConstructiveTask {
  /** `[rows, columns]`, standardised. */
  readonly inputs: Float64Array;
  readonly columns: number;
  readonly targets: ArrayLike<number>;
  readonly classes: number;
  readonly seed: number;
}

/** Against outputs of units that are nearly the same. */
const RIDGE = 1e-6;

/**
 * Grows a network with one hidden layer (Ma & Khorasani 2004, IEEE Trans. SMC B 34, section III): unit after unit is trained to take away what is left of the error
 * and pruned; then all output weights are fitted again by least squares to targets of 0 and 1, whose outputs estimate probabilities. Keeps as
 * many units as have the smallest squared error on rows that are left out.
 */
export function growNetwork(task: ConstructiveTask, options: ConstructiveOptions): ConstructiveNetwork {
  const { columns, classes, seed } = task;
  const rows = task.targets.length;
  const order = createRandom(seed, 'validation').shuffle(Array.from({ length: rows }, (_, row) => row));
  const held = Math.min(Math.max(Math.round(options.validationShare * rows), 1), rows - 1);
  const validation = select(task, order.slice(0, held));
  const training = select(task, order.slice(held));
  const units: UnitWeights[] = [];
  const trainingColumns: Float64Array[] = [new Float64Array(training.rows).fill(1)];
  const validationColumns: Float64Array[] = [new Float64Array(validation.rows).fill(1)];
  let outputs = leastSquares(trainingColumns, training.targets, RIDGE);
  let best = { error: squaredError(validationColumns, validation.targets, outputs), count: 0, outputs };
  while (units.length < options.maxUnits && units.length - best.count < options.patience) {
    const residuals = training.targets.map((target, label) => {
      const predicted = combine(trainingColumns, outputs[label]);
      return target.map((value, row) => value - predicted[row]);
    });
    const random = createRandom(seed, 'unit', units.length);
    const unit = trainUnit({ inputs: training.inputs, rows: training.rows, columns, residuals }, options, random);
    units.push(unit);
    trainingColumns.push(unitOutputs(training.inputs, training.rows, unit));
    validationColumns.push(unitOutputs(validation.inputs, validation.rows, unit));
    outputs = leastSquares(trainingColumns, training.targets, RIDGE);
    const error = squaredError(validationColumns, validation.targets, outputs);
    if (error < best.error) best = { error, count: units.length, outputs };
  }
  return { units: units.slice(0, best.count), outputs: best.outputs };

  function select({ inputs, targets }: ConstructiveTask, chosen: readonly number[]) {
    const values = new Float64Array(chosen.length * columns);
    chosen.forEach((row, place) => {
      values.set(inputs.subarray(row * columns, (row + 1) * columns), place * columns);
    });
    const oneHot = Array.from({ length: classes }, (_, label) =>
      Float64Array.from(chosen, (row) => Number(targets[row] === label)),
    );
    return { inputs: values, rows: chosen.length, targets: oneHot };
  }
}

/** Outputs `[rows, classes]`: each row sums to 1, single values may be below 0 or above 1. */
export function runNetwork({ units, outputs }: ConstructiveNetwork, inputs: Float64Array, rows: number): Float64Array {
  const columns = [new Float64Array(rows).fill(1), ...units.map((unit) => unitOutputs(inputs, rows, unit))];
  const values = new Float64Array(rows * outputs.length);
  outputs.forEach((weights, label) => {
    combine(columns, weights).forEach((value, row) => {
      values[row * outputs.length + label] = value;
    });
  });
  return values;
}

function combine(columns: readonly Float64Array[], weights: Float64Array): Float64Array {
  const sum = new Float64Array(columns[0].length);
  columns.forEach((column, index) => {
    for (let row = 0; row < sum.length; row++) sum[row] += weights[index] * column[row];
  });
  return sum;
}

function squaredError(
  columns: readonly Float64Array[],
  targets: readonly Float64Array[],
  outputs: readonly Float64Array[],
): number {
  return targets.reduce((total, target, label) => {
    const predicted = combine(columns, outputs[label]);
    return total + target.reduce((sum, value, row) => sum + (value - predicted[row]) ** 2, 0);
  }, 0);
}

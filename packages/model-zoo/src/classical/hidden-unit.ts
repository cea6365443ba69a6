import type { Random } from '@mien/core';

/** Inputs `[rows, columns]` and, for each class, what the network so far gets wrong, with mean 0. */
export interface UnitTask {
  readonly inputs: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly residuals: readonly Float64Array[];
}

export interface UnitOptions {
  /** Gradient steps for a candidate. */
  readonly iterations: number;
  /** Candidates that start from different weights; the best stays. */
  readonly candidates: number;
  /** Share of the objective that pruning may cost. */
  readonly pruning: number;
}

/** `columns` weights and a bias at the end; a pruned weight is 0. */
export type UnitWeights = Float64Array;

// Constants of Rprop (Riedmiller & Braun 1993).
const GROW = 1.2;
const SHRINK = 0.5;
const FIRST_STEP = 0.01;
const LARGEST_STEP = 1;
const SMALLEST_STEP = 1e-6;

/** tanh(w·x + b) of every row. */
export function unitOutputs(inputs: Float64Array, rows: number, weights: UnitWeights): Float64Array {
  const columns = weights.length - 1;
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = weights[columns];
    for (let column = 0; column < columns; column++) sum += weights[column] * inputs[row * columns + column];
    return Math.tanh(sum);
  });
}

/**
 * By how much a unit with these outputs lowers the summed squared error: Σₖ (eₖ·f)² / (f·f) with f centred (Kwok & Yeung 1997, objective S₁).
 * With `slopes`, the gradient by f.
 */
export function unitObjective(
  outputs: Float64Array,
  residuals: readonly Float64Array[],
  slopes?: Float64Array,
): number {
  const rows = outputs.length;
  const mean = outputs.reduce((sum, value) => sum + value, 0) / rows;
  let power = 1e-9 * rows;
  for (let row = 0; row < rows; row++) power += (outputs[row] - mean) ** 2;
  slopes?.fill(0);
  let gain = 0;
  for (const residual of residuals) {
    // The residual's mean is 0: centring f makes no difference here.
    let product = 0;
    for (let row = 0; row < rows; row++) product += residual[row] * outputs[row];
    gain += product ** 2;
    if (slopes) for (let row = 0; row < rows; row++) slopes[row] += (2 * product * residual[row]) / power;
  }
  const objective = gain / power;
  if (slopes) for (let row = 0; row < rows; row++) slopes[row] -= (2 * objective * (outputs[row] - mean)) / power;
  return objective;
}

/**
 * Trains a hidden unit to take away as much of the residual error as it can, and prunes its inputs: the weights whose removal costs least are set to 0
 * as long as all together cost no more than the allowed share, and the rest is trained again (Ma & Khorasani 2004, section III).
 */
export function trainUnit(task: UnitTask, options: UnitOptions, random: Random): UnitWeights {
  let best: UnitWeights | undefined;
  let bestObjective = -1;
  for (let candidate = 0; candidate < options.candidates; candidate++) {
    const scale = 1 / Math.sqrt(task.columns);
    const weights = Float64Array.from({ length: task.columns + 1 }, () => random.normal(0, scale));
    const objective = ascend(task, weights, options.iterations);
    if (objective > bestObjective) [best, bestObjective] = [weights, objective];
  }
  const full = best as UnitWeights;
  if (options.pruning === 0) return full;
  const pruned = prune(task, full, bestObjective, options.pruning);
  const objective = ascend(task, pruned, Math.ceil(options.iterations / 3));
  return objective >= bestObjective * (1 - options.pruning) ? pruned : full;
}

/** Rprop without weight-backtracking, on all rows at once; weights that are 0 stay 0. Leaves the best weights met. @returns their objective. */
function ascend({ inputs, rows, columns, residuals }: UnitTask, weights: UnitWeights, iterations: number): number {
  const size = columns + 1;
  const free = Uint8Array.from({ length: size }, (_, index) => Number(weights[index] !== 0));
  const steps = new Float64Array(size).fill(FIRST_STEP);
  const before = new Float64Array(size);
  const slopes = new Float64Array(rows);
  const best = weights.slice();
  let bestObjective = -1;
  for (let iteration = 0; iteration <= iterations; iteration++) {
    const outputs = unitOutputs(inputs, rows, weights);
    const objective = unitObjective(outputs, residuals, slopes);
    if (objective > bestObjective) {
      bestObjective = objective;
      best.set(weights);
    }
    const gradient = new Float64Array(size);
    for (let row = 0; row < rows; row++) {
      const slope = slopes[row] * (1 - outputs[row] ** 2);
      for (let column = 0; column < columns; column++) gradient[column] += slope * inputs[row * columns + column];
      gradient[columns] += slope;
    }
    for (let index = 0; index < size; index++) {
      if (!free[index]) continue;
      const agreement = gradient[index] * before[index];
      if (agreement > 0) steps[index] = Math.min(steps[index] * GROW, LARGEST_STEP);
      else if (agreement < 0) steps[index] = Math.max(steps[index] * SHRINK, SMALLEST_STEP);
      before[index] = agreement < 0 ? 0 : gradient[index];
      weights[index] += Math.sign(before[index]) * steps[index];
    }
  }
  weights.set(best);
  return bestObjective;
}

function prune(task: UnitTask, weights: UnitWeights, objective: number, allowed: number): UnitWeights {
  const { inputs, rows, columns, residuals } = task;
  const sums = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    sums[row] = weights[columns];
    for (let column = 0; column < columns; column++) sums[row] += weights[column] * inputs[row * columns + column];
  }
  const costs = Array.from({ length: columns }, (_, column) => {
    const outputs = sums.map((sum, row) => Math.tanh(sum - weights[column] * inputs[row * columns + column]));
    return { column, cost: objective - unitObjective(outputs, residuals) };
  }).sort((a, b) => a.cost - b.cost);
  const pruned = weights.slice();
  let budget = allowed * objective;
  for (const { column, cost } of costs) {
    budget -= Math.max(cost, 0);
    if (budget < 0) break;
    pruned[column] = 0;
  }
  return pruned;
}

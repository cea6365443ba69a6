import { createGrid, type Grid, preconditionByMultigrid } from './smoothing-grid.js';

/** Far more than any picture takes (two dozen); an end is certain. */
const MOST_ROUNDS = 200;

/**
 * Solves the sparse symmetric system of smoothing on a grid: (1 + Σ w) L − Σ w · (neighbour of L) = I, the sums over the up to four
 * neighbours that a pixel has. Every weight is above 0, so the matrix is positive definite.
 *
 * Conjugate gradients, preconditioned by a multigrid cycle: the number of rounds hardly grows with the reach of the smoothing.
 * @param right I, `width × height` values. @param across, down weights of the edges: `across[p]` joins pixel p and the one to its
 * right, `down[p]` p and the one below; 0 at the last column and row.
 * @returns L, with a residual below `tolerance` times that of I.
 */
export function solveSmoothing(
  right: Float64Array,
  across: Float64Array,
  down: Float64Array,
  width: number,
  tolerance: number,
): Float64Array {
  const grid = createGrid(across, down, width);
  const { first, size, solution: preconditioned } = grid;
  const end = first + size;
  // Arrays as the grid has them, with room for neighbours before and after.
  const room = () => new Float64Array(size + 2 * first);
  const solution = room();
  solution.set(right, first);
  const residual = room();
  const product = room();
  const direction = room();
  multiply(grid, solution, product);
  for (let at = first; at < end; at++) residual[at] = right[at - first] - product[at];
  let remaining = dot(residual, residual, first, end);
  const enough = tolerance * tolerance * dot(right, right, 0, size);
  let energy = 0;
  for (let round = 0; round < MOST_ROUNDS && remaining > enough; round++) {
    grid.right.set(residual);
    preconditionByMultigrid(grid);
    const before = energy;
    energy = dot(residual, preconditioned, first, end);
    const keep = round === 0 ? 0 : energy / before;
    for (let at = first; at < end; at++) direction[at] = preconditioned[at] + keep * direction[at];
    const step = energy / multiply(grid, direction, product);
    remaining = 0;
    for (let at = first; at < end; at++) {
      solution[at] += step * direction[at];
      const rest = residual[at] - step * product[at];
      residual[at] = rest;
      remaining += rest * rest;
    }
  }
  return solution.slice(first, end);
}

/** The matrix times values, into `product`. @returns values · product. */
function multiply({ width, first, size, diagonal, across, down }: Grid, values: Float64Array, product: Float64Array) {
  let energy = 0;
  for (let at = first, above = first - width, below = first + width; at < first + size; at++, above++, below++) {
    const sum =
      diagonal[at] * values[at] -
      across[at - 1] * values[at - 1] -
      across[at] * values[at + 1] -
      down[above] * values[above] -
      down[at] * values[below];
    product[at] = sum;
    energy += sum * values[at];
  }
  return energy;
}

function dot(a: Float64Array, b: Float64Array | Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum += a[at] * b[at];
  return sum;
}

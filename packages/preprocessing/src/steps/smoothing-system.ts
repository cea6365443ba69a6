/**
 * Solves the sparse symmetric system of smoothing on a grid: (1 + Σ w) L − Σ w · (neighbour of L) = I, the sums over the up to four
 * neighbours that a pixel has. Every weight is ≥ 0, so the matrix is positive definite and diagonally dominant.
 *
 * Conjugate gradients with a modified incomplete Cholesky factor (Gustafsson 1978), which a 5-point matrix needs one array for.
 * @param right I, `width × height` values. @param across, down weights of the edges: `across[p]` joins pixel p and the one to its
 * right, `down[p]` p and the one below; 0 at the last column and row.
 * @returns L, with a residual below `tolerance` times that of I.
 */
export function solveSmoothing(
  right: Float64Array,
  across: Float64Array,
  down: Float64Array,
  width: number,
  tolerance = 1e-5,
): Float64Array {
  const size = right.length;
  const diagonal = diagonalOf(across, down, width);
  const pivots = factorise(diagonal, across, down, width);
  const solution = right.slice();
  const product = new Float64Array(size);
  multiply(product, solution, diagonal, across, down, width);
  const residual = new Float64Array(size);
  for (let at = 0; at < size; at++) residual[at] = right[at] - product[at];
  const preconditioned = new Float64Array(size);
  const direction = new Float64Array(size);
  const enough = tolerance * tolerance * dot(right, right);
  let energy = 0;
  for (let round = 0; round < MOST_ROUNDS && dot(residual, residual) > enough; round++) {
    precondition(preconditioned, residual, pivots, across, down, width);
    const before = energy;
    energy = dot(residual, preconditioned);
    const keep = round === 0 ? 0 : energy / before;
    for (let at = 0; at < size; at++) direction[at] = preconditioned[at] + keep * direction[at];
    multiply(product, direction, diagonal, across, down, width);
    const step = energy / dot(direction, product);
    for (let at = 0; at < size; at++) {
      solution[at] += step * direction[at];
      residual[at] -= step * product[at];
    }
  }
  return solution;
}

/** Far more than any picture takes (dozens); an end is certain. */
const MOST_ROUNDS = 1000;

function diagonalOf(across: Float64Array, down: Float64Array, width: number): Float64Array {
  const diagonal = new Float64Array(across.length);
  for (let at = 0; at < diagonal.length; at++) {
    const left = at > 0 ? across[at - 1] : 0;
    const above = at >= width ? down[at - width] : 0;
    diagonal[at] = 1 + left + above + across[at] + down[at];
  }
  return diagonal;
}

function multiply(
  product: Float64Array,
  values: Float64Array,
  diagonal: Float64Array,
  across: Float64Array,
  down: Float64Array,
  width: number,
): void {
  const size = values.length;
  // The weight that would wrap to the next row is 0, so rows need no care; only the ends of the array do.
  for (let at = 0; at < size; at++) {
    let sum = diagonal[at] * values[at];
    if (at > 0) sum -= across[at - 1] * values[at - 1];
    if (at + 1 < size) sum -= across[at] * values[at + 1];
    if (at >= width) sum -= down[at - width] * values[at - width];
    if (at + width < size) sum -= down[at] * values[at + width];
    product[at] = sum;
  }
}

/** How much of the fill-in that the factor drops goes to its diagonal: nearly all, which makes it converge in a third of the rounds. */
const MODIFICATION = 0.97;

/** The inverse pivots of the incomplete factor. */
function factorise(diagonal: Float64Array, across: Float64Array, down: Float64Array, width: number): Float64Array {
  const pivots = new Float64Array(diagonal.length);
  for (let at = 0; at < pivots.length; at++) {
    let pivot = diagonal[at];
    if (at > 0) {
      const weight = across[at - 1];
      pivot -= weight * (weight + MODIFICATION * down[at - 1]) * pivots[at - 1];
    }
    if (at >= width) {
      const weight = down[at - width];
      pivot -= weight * (weight + MODIFICATION * across[at - width]) * pivots[at - width];
    }
    pivots[at] = 1 / pivot;
  }
  return pivots;
}

function precondition(
  result: Float64Array,
  residual: Float64Array,
  pivots: Float64Array,
  across: Float64Array,
  down: Float64Array,
  width: number,
): void {
  const size = result.length;
  for (let at = 0; at < size; at++) {
    let value = residual[at];
    if (at > 0) value += across[at - 1] * result[at - 1];
    if (at >= width) value += down[at - width] * result[at - width];
    result[at] = value * pivots[at];
  }
  for (let at = size - 1; at >= 0; at--) {
    let value = 0;
    if (at + 1 < size) value += across[at] * result[at + 1];
    if (at + width < size) value += down[at] * result[at + width];
    result[at] += value * pivots[at];
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at] * b[at];
  return sum;
}

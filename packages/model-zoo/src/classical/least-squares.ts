/**
 * Least squares with a small penalty: the `[columns, targets]` matrix B that makes X·B closest to T, by Cholesky's factors of XᵀX + ridge·n·I.
 * @param columns of X, each with n values; @param targets columns of T.
 */
export function leastSquares(
  columns: readonly Float64Array[],
  targets: readonly Float64Array[],
  ridge: number,
): Float64Array[] {
  const size = columns.length;
  const dot = (a: Float64Array, b: Float64Array) => {
    let sum = 0;
    for (let row = 0; row < a.length; row++) sum += a[row] * b[row];
    return sum;
  };
  const factor: Float64Array[] = [];
  for (let i = 0; i < size; i++) {
    factor.push(new Float64Array(size));
    for (let j = 0; j <= i; j++) {
      let value = dot(columns[i], columns[j]) + (i === j ? ridge * columns[i].length : 0);
      for (let k = 0; k < j; k++) value -= factor[i][k] * factor[j][k];
      factor[i][j] = i === j ? Math.sqrt(value) : value / factor[j][j];
    }
  }
  return targets.map((target) => {
    const solution = Float64Array.from(columns, (column) => dot(column, target));
    for (let i = 0; i < size; i++) {
      for (let k = 0; k < i; k++) solution[i] -= factor[i][k] * solution[k];
      solution[i] /= factor[i][i];
    }
    for (let i = size - 1; i >= 0; i--) {
      for (let k = i + 1; k < size; k++) solution[i] -= factor[k][i] * solution[k];
      solution[i] /= factor[i][i];
    }
    return solution;
  });
}

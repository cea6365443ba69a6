import { munkres } from 'munkres';

/** More than any sum of costs, which are 0..1 each, of faces in one picture. */
const FORBIDDEN = 1e6;

/**
 * Pairs rows with columns so that as many as possible are paired and the sum of costs is least (the Hungarian algorithm: Kuhn 1955,
 * Munkres 1957).
 * @param costs [rows][columns], 0..1; `undefined` where a row and a column must not be paired.
 * @returns pairs [row, column], by row.
 */
export function assign(costs: readonly (readonly (number | undefined)[])[]): [row: number, column: number][] {
  if (costs.length === 0 || costs[0].length === 0) return [];
  const matrix = costs.map((row) => row.map((cost) => cost ?? FORBIDDEN));
  return munkres(matrix)
    .filter(([row, column]) => costs[row][column] !== undefined)
    .sort(([a], [b]) => a - b);
}

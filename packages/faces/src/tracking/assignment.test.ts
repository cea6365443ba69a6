import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assign } from './assignment.js';

type Costs = (number | undefined)[][];

/** Every way of pairing rows with columns, tried out: [pairs, least sum]. */
function bruteForce(costs: Costs, row = 0, used: readonly number[] = []): [pairs: number, sum: number] {
  if (row === costs.length) return [0, 0];
  let best = bruteForce(costs, row + 1, used);
  costs[row].forEach((cost, column) => {
    if (cost === undefined || used.includes(column)) return;
    const [pairs, sum] = bruteForce(costs, row + 1, [...used, column]);
    if (pairs + 1 > best[0] || (pairs + 1 === best[0] && sum + cost < best[1])) best = [pairs + 1, sum + cost];
  });
  return best;
}

const matrices = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })).chain(([rows, columns]) =>
  fc.array(
    fc.array(fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined, freq: 3 }), {
      minLength: columns,
      maxLength: columns,
    }),
    { minLength: rows, maxLength: rows },
  ),
);

test('pairs as many as can be, at the least cost, as trying every way does', () => {
  fc.assert(
    fc.property(matrices, (costs) => {
      const pairs = assign(costs);
      const sum = pairs.reduce((total, [row, column]) => total + (costs[row][column] as number), 0);
      const [count, least] = bruteForce(costs);
      expect(pairs).toHaveLength(count);
      expect(sum).toBeCloseTo(least, 6);
      expect(new Set(pairs.map(([row]) => row)).size).toBe(count);
      expect(new Set(pairs.map(([, column]) => column)).size).toBe(count);
    }),
    { seed: 1, numRuns: 300 },
  );
});

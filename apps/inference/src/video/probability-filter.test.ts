import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProbabilityFilter } from './probability-filter.js';

test('a step is reached to 1 − 1/e after the time constant, whatever the frame rate', () => {
  for (const frames of [1, 3, 30]) {
    const filter = new ProbabilityFilter(0.5);
    filter.next([1, 0], 0);
    let row: Float64Array = new Float64Array();
    for (let frame = 1; frame <= frames; frame++) row = filter.next([0, 1], (0.5 * frame) / frames);
    expect(row[0]).toBeCloseTo(1 / Math.E, 9);
    expect(row[1]).toBeCloseTo(1 - 1 / Math.E, 9);
  }
});

test('probabilities stay probabilities: in 0..1, between the least and the greatest that came, with sum 1', () => {
  const row = fc
    .tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 9 }))
    .map((parts) => parts.map((part) => part / (parts[0] + parts[1] + parts[2])));
  const step = fc.double({ min: 0, max: 5, noNaN: true });
  fc.assert(
    fc.property(fc.double({ min: 0, max: 3, noNaN: true }), fc.array(fc.tuple(row, step)), (seconds, rows) => {
      const filter = new ProbabilityFilter(seconds);
      let time = 0;
      for (const [index, [values, passed]] of rows.entries()) {
        time += passed;
        const smooth = filter.next(values, time);
        expect(smooth.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
        for (const [label, value] of smooth.entries()) {
          const came = rows.slice(0, index + 1).map(([each]) => each[label]);
          expect(value).toBeGreaterThanOrEqual(Math.min(...came) - 1e-12);
          expect(value).toBeLessThanOrEqual(Math.max(...came) + 1e-12);
        }
      }
    }),
  );
});

test('0 is no smoothing', () => {
  const filter = new ProbabilityFilter(0);
  filter.next([1, 0], 0);
  expect([...filter.next([0.2, 0.8], 0)]).toEqual([0.2, 0.8]);
});

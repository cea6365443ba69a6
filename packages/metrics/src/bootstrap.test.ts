import { readFileSync } from 'node:fs';
import { InvalidDataError } from '@mien/core';
import { expect, test } from 'vitest';
import { accuracyInterval, bootstrapInterval, quantile } from './bootstrap.js';

interface Fixture {
  intervals: { n: number; correct: number; level: number; low: number; high: number }[];
  percentiles: { values: number[]; expected: [number, number][] };
}
const fixture: Fixture = JSON.parse(readFileSync(new URL('./fixtures/scikit-learn.json', import.meta.url), 'utf8'));

test.each(fixture.intervals)('accuracy $correct / $n at level $level: the exact binomial interval (SciPy)', (exact) => {
  const truth = new Uint8Array(exact.n);
  const predicted = Uint8Array.from(truth, (_, sample) => (sample < exact.correct ? 0 : 1));
  const interval = accuracyInterval({ truth, predicted }, { level: exact.level, resamples: 4000, seed: 3 });
  // The quantile of 4,000 draws scatters by about 0.04 standard deviations of the accuracy; four times that is allowed.
  const deviation = Math.sqrt(((exact.correct / exact.n) * (1 - exact.correct / exact.n)) / exact.n);
  const tolerance = 4 * 0.04 * deviation + 1 / exact.n;
  expect(Math.abs(interval.low - exact.low)).toBeLessThanOrEqual(tolerance);
  expect(Math.abs(interval.high - exact.high)).toBeLessThanOrEqual(tolerance);
});

test('quantiles are those of numpy.percentile', () => {
  const sorted = Float64Array.from(fixture.percentiles.values).sort();
  for (const [share, expected] of fixture.percentiles.expected) {
    expect(quantile(sorted, share)).toBeCloseTo(expected, 14);
  }
});

test('the same seed gives the same interval, another seed another', () => {
  const input = { truth: [0, 1, 0, 1, 1, 0, 1, 0, 1, 1], predicted: [0, 1, 1, 1, 0, 0, 1, 0, 0, 1] };
  const mean = (seed: number) => bootstrapInterval(50, (indices) => indices.reduce((a, b) => a + b) / 50, { seed });
  expect(accuracyInterval(input, { seed: 9 })).toEqual(accuracyInterval(input, { seed: 9 }));
  expect(mean(1)).not.toEqual(mean(2));
});

test('options that make no sense are refused', () => {
  expect(() => accuracyInterval({ truth: [], predicted: [] })).toThrow(InvalidDataError);
  expect(() => accuracyInterval({ truth: [0], predicted: [] })).toThrow(/1 true, 0 predicted/);
  expect(() => bootstrapInterval(5, () => 0, { level: 95 })).toThrow(/level 95/);
  expect(() => bootstrapInterval(5, () => 0, { resamples: 0 })).toThrow(/0 resamples/);
});

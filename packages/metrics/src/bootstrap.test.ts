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

test('the answers of several models to one picture are no more evidence than one: the interval is that of the pictures', () => {
  const truth = [0, 1, 0, 1, 1, 0, 1, 0, 1, 1];
  const predicted = [0, 1, 1, 1, 0, 0, 1, 0, 0, 1];
  const thrice = <Value>(values: readonly Value[]) => [...values, ...values, ...values];
  const units = thrice(truth.map((_, picture) => `picture ${picture}`));
  const once = accuracyInterval({ truth, predicted });
  expect(accuracyInterval({ truth: thrice(truth), predicted: thrice(predicted), units })).toEqual(once);
  expect(accuracyInterval({ truth, predicted, units: units.slice(0, 10) })).toEqual(once);
  const taken = accuracyInterval({ truth: thrice(truth), predicted: thrice(predicted) });
  expect(taken.high - taken.low).toBeLessThan(0.7 * (once.high - once.low));
});

test('units of different sizes: the interval of the mean over people who are right or wrong as a whole is the binomial one', () => {
  const people = Array.from({ length: 200 }, (_, person) => ({
    person: `${person}`,
    right: person % 4 !== 0,
    pictures: 1 + (person % 3),
  }));
  const rows = people.flatMap(({ person, right, pictures }) =>
    Array.from({ length: pictures }, () => ({ person, right })),
  );
  const { low, high } = accuracyInterval({
    truth: rows.map(() => 0),
    predicted: rows.map(({ right }) => (right ? 0 : 1)),
    units: rows.map(({ person }) => person),
  });
  // Variance of a ratio of sums (Cochran 1977, section 2.11): between people, of right − share × pictures.
  const share = rows.filter(({ right }) => right).length / rows.length;
  const sum = people.reduce((total, { right, pictures }) => total + (pictures * ((right ? 1 : 0) - share)) ** 2, 0);
  const half = 1.96 * (Math.sqrt(sum) / rows.length);
  expect(Math.abs(low - (share - half))).toBeLessThan(0.15 * half);
  expect(Math.abs(high - (share + half))).toBeLessThan(0.15 * half);
});

test('options that make no sense are refused', () => {
  expect(() => accuracyInterval({ truth: [], predicted: [] })).toThrow(InvalidDataError);
  expect(() => accuracyInterval({ truth: [0], predicted: [] })).toThrow(/1 true, 0 predicted/);
  expect(() => accuracyInterval({ truth: [0], predicted: [0], units: [] })).toThrow(/1 predicted, 0 units/);
  expect(() => bootstrapInterval(5, () => 0, { level: 95 })).toThrow(/level 95/);
  expect(() => bootstrapInterval(5, () => 0, { resamples: 0 })).toThrow(/0 resamples/);
});

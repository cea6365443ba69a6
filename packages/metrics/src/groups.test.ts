import { InvalidDataError } from '@mien/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluateClassification } from './classification.js';
import { evaluateByGroup } from './groups.js';

const labels = ['happy', 'sad', 'fear'];
const interval = { resamples: 50 };

test('each group is evaluated by itself, and the gap names best and worst', () => {
  const truth = [0, 0, 1, 1, 0, 0, 1, 1, 2, 0];
  const predicted = [0, 0, 1, 0, 0, 1, 0, 1, 2, 0];
  const groups = ['f', 'f', 'f', 'f', 'm', 'm', 'm', 'm', 'm', undefined];
  const result = evaluateByGroup({ labels, truth, predicted, groups, order: ['m'], interval })!;
  expect(result.groups.map(({ group, n, accuracy }) => ({ group, n, accuracy }))).toEqual([
    { group: 'm', n: 5, accuracy: 3 / 5 },
    { group: 'f', n: 4, accuracy: 3 / 4 },
  ]);
  expect(result.ungrouped).toBe(1);
  // Only the men have "fear": it is left out of the comparison. F1 of happy and sad, by hand: 4/5, 2/3 and 2/4, 2/4.
  expect(result.comparedLabels).toEqual(['happy', 'sad']);
  expect(result.groups[0].macroF1).toBeCloseTo(0.5, 12);
  expect(result.groups[1].macroF1).toBeCloseTo((4 / 5 + 2 / 3) / 2, 12);
  expect(result.gap.accuracy).toMatchObject({ value: 3 / 4 - 3 / 5, best: 'f', worst: 'm' });
  expect(result.gap.macroF1).toMatchObject({ best: 'f', worst: 'm' });
  expect(result.groups[0].report).toEqual(
    evaluateClassification({ labels, truth: truth.slice(4, 9), predicted: predicted.slice(4, 9) }),
  );
});

test('the groups together are the whole: counts add up, and accuracies average by size', () => {
  const sample = fc.tuple(fc.nat(2), fc.nat(2), fc.constantFrom('x', 'y', 'z'));
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 60 }), (samples) => {
      const input = { labels, truth: samples.map((s) => s[0]), predicted: samples.map((s) => s[1]) };
      const whole = evaluateClassification(input);
      const { groups, gap } = evaluateByGroup({ ...input, groups: samples.map((s) => s[2]), interval })!;
      expect(groups.reduce((total, { accuracy, n }) => total + accuracy * n, 0) / whole.n).toBeCloseTo(whole.accuracy);
      const summed = whole.confusion.map((row, r) =>
        row.map((_, c) => groups.reduce((total, { report }) => total + report.confusion[r][c], 0)),
      );
      expect(summed).toEqual(whole.confusion);
      expect(gap.accuracy.value).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 50 },
  );
});

test('no group at all is no report; lengths that differ are refused', () => {
  const input = { labels, truth: [0], predicted: [0] };
  expect(evaluateByGroup({ ...input, groups: [undefined] })).toBeUndefined();
  expect(() => evaluateByGroup({ ...input, groups: [] })).toThrow(InvalidDataError);
  expect(() => evaluateByGroup({ ...input, groups: [] })).toThrow(/1 true, 1 predicted, 0 groups/);
});

test('the gap has an interval: of two groups the normal one of a difference of shares', () => {
  const labels = ['a', 'b'];
  const n = 400;
  const groups = Array.from({ length: 2 * n }, (_, row) => (row < n ? 'female' : 'male'));
  const truth = groups.map((_, row) => row % 2);
  // 80 % and 70 % right, half of each class.
  const isRight = (row: number) => Math.floor((row % n) / 2) % 10 < (row < n ? 8 : 7);
  const predicted = truth.map((label, row) => (isRight(row) ? label : 1 - label));
  const { gap } = evaluateByGroup({ labels, truth, predicted, groups })!;
  expect(gap.accuracy).toMatchObject({ best: 'female', worst: 'male' });
  expect(gap.accuracy.value).toBeCloseTo(0.1, 12);
  const deviation = Math.sqrt((0.8 * 0.2 + 0.7 * 0.3) / n);
  expect(gap.accuracy.interval?.low).toBeCloseTo(0.1 - 1.96 * deviation, 1.7);
  expect(gap.accuracy.interval?.high).toBeCloseTo(0.1 + 1.96 * deviation, 1.7);
  // With classes as even as these, macro F1 lies close to accuracy.
  expect(gap.macroF1.interval?.low).toBeCloseTo(gap.accuracy.interval?.low ?? 0, 1.7);
  const one = evaluateByGroup({ labels, truth, predicted, groups: truth.map(() => 'all') })!;
  expect(one.gap.accuracy).toEqual({ value: 0, best: 'all', worst: 'all' });
});

test('intervals of groups and of the gap are those of the pictures, however many models answered each', () => {
  const labels = ['happy', 'sad'];
  const truth = Array.from({ length: 60 }, (_, row) => row % 2);
  const predicted = truth.map((label, row) => (row % 5 === 0 ? 1 - label : label));
  const groups = truth.map((_, row) => (row % 3 === 0 ? 'female' : 'male'));
  const twice = <Value>(values: readonly Value[]) => [...values, ...values];
  const once = evaluateByGroup({ labels, truth, predicted, groups })!;
  const units = twice(truth.map((_, row) => `${row}`));
  const both = evaluateByGroup({
    labels,
    truth: twice(truth),
    predicted: twice(predicted),
    groups: twice(groups),
    units,
  })!;
  expect(both.groups.map(({ accuracyInterval }) => accuracyInterval)).toEqual(
    once.groups.map(({ accuracyInterval }) => accuracyInterval),
  );
  expect(both.gap).toEqual(once.gap);
  expect(() => evaluateByGroup({ labels, truth, predicted, groups, units: ['a'] })).toThrow(/1 units/);
});

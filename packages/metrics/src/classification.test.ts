import { readFileSync } from 'node:fs';
import { InvalidDataError } from '@mien/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateClassification } from './classification.js';
import { formatFixed, formatReport } from './format.js';

type Figures = Record<'precision' | 'recall' | 'f1-score' | 'support', number>;
interface Case {
  name: string;
  labels: string[];
  truth: number[];
  predicted: number[];
  report: Record<string, Figures> & { accuracy: number };
  confusion: number[][];
  text: string;
  text4: string;
}
const fixture: { cases: Case[] } = JSON.parse(
  readFileSync(new URL('./fixtures/scikit-learn.json', import.meta.url), 'utf8'),
);

describe.each(fixture.cases)(
  'as scikit-learn: $name',
  ({ labels, truth, predicted, report, confusion, text, text4 }) => {
    const ours = evaluateClassification({ labels, truth, predicted });
    const renamed = ({ precision, recall, f1, support }: (typeof ours)['macro']) => ({
      precision,
      recall,
      'f1-score': f1,
      support,
    });

    test('counts and per-class figures are the same numbers to the last bit', () => {
      expect(ours.confusion).toEqual(confusion);
      expect(ours.accuracy).toBe(report.accuracy);
      for (const entry of ours.perClass) expect(renamed(entry)).toEqual(report[entry.label]);
    });

    test('averages are the same to within the order of summation', () => {
      for (const [name, figures] of [
        ['macro avg', ours.macro],
        ['weighted avg', ours.weighted],
      ] as const) {
        for (const [key, value] of Object.entries(renamed(figures))) {
          expect(Math.abs(value - report[name][key as keyof Figures])).toBeLessThanOrEqual(4.5e-16);
        }
      }
      expect([ours.macroF1, ours.weightedF1]).toEqual([ours.macro.f1, ours.weighted.f1]);
    });

    test('the text is the same, character for character', () => {
      expect(formatReport(ours)).toBe(text);
      expect(formatReport(ours, { digits: 4 })).toBe(text4);
    });

    test('the report survives JSON', () => {
      expect(JSON.parse(JSON.stringify(ours))).toEqual(ours);
    });
  },
);

const problem = fc.integer({ min: 1, max: 9 }).chain((k) =>
  fc.record({
    labels: fc.constant(Array.from({ length: k }, (_, index) => `label ${index}`)),
    pairs: fc.array(fc.tuple(fc.nat(k - 1), fc.nat(k - 1)), { minLength: 1, maxLength: 80 }),
    order: fc.shuffledSubarray([...Array(k).keys()], { minLength: k, maxLength: k }),
  }),
);

test('the confusion matrix sums to n, and weighted recall is accuracy', () => {
  fc.assert(
    fc.property(problem, ({ labels, pairs }) => {
      const report = evaluateClassification({
        labels,
        truth: pairs.map(([truth]) => truth),
        predicted: pairs.map(([, predicted]) => predicted),
      });
      expect(report.confusion.flat().reduce((a, b) => a + b)).toBe(pairs.length);
      expect(report.n).toBe(pairs.length);
      expect(report.weighted.recall).toBeCloseTo(report.accuracy, 12);
      for (const { precision, recall, f1 } of report.perClass) {
        expect(Math.min(precision, recall) <= f1 + 1e-12 && f1 <= Math.max(precision, recall) + 1e-12).toBe(true);
      }
    }),
  );
});

test('another order of labels is the same report in another order; the order of samples does not matter', () => {
  fc.assert(
    fc.property(problem, ({ labels, pairs, order }) => {
      const newIndex = (old: number) => order.indexOf(old);
      const before = evaluateClassification({
        labels,
        truth: pairs.map((p) => p[0]),
        predicted: pairs.map((p) => p[1]),
      });
      const reversed = [...pairs].reverse();
      const after = evaluateClassification({
        labels: order.map((old) => labels[old]),
        truth: Uint8Array.from(reversed, (p) => newIndex(p[0])),
        predicted: Int32Array.from(reversed, (p) => newIndex(p[1])),
      });
      expect(after.accuracy).toBe(before.accuracy);
      expect(after.macroF1).toBeCloseTo(before.macroF1, 12);
      expect(after.weightedF1).toBeCloseTo(before.weightedF1, 12);
      expect(after.perClass).toEqual(order.map((old) => before.perClass[old]));
      expect(after.confusion).toEqual(order.map((row) => order.map((column) => before.confusion[row][column])));
    }),
  );
});

test('what cannot be evaluated is refused by name', () => {
  const labels = ['a', 'b'];
  const refuse = (input: Parameters<typeof evaluateClassification>[0], message: RegExp) => {
    expect(() => evaluateClassification(input)).toThrow(InvalidDataError);
    expect(() => evaluateClassification(input)).toThrow(message);
  };
  refuse({ labels, truth: [], predicted: [] }, /at least one sample; found none/);
  refuse({ labels, truth: [0], predicted: [0, 1] }, /1 true, 2 predicted/);
  refuse({ labels, truth: [0, 2], predicted: [0, 1] }, /true class .* found 2 for sample 1/);
  refuse({ labels, truth: [0, 1], predicted: [0, -1] }, /predicted class .* found -1 for sample 1/);
  refuse({ labels, truth: [0.5], predicted: [0] }, /found 0.5/);
  refuse({ labels, truth: [Number.NaN], predicted: [0] }, /found NaN/);
  refuse({ labels: ['a', 'a'], truth: [0], predicted: [0] }, /"a" twice/);
  refuse({ labels: [], truth: [0], predicted: [0] }, /no labels/);
});

test('exact ties round to even, as printf does; near ties do not', () => {
  // Python: '%.2f' % x, and '%.0f' % x
  for (const [value, text] of [
    [0.125, '0.12'],
    [0.375, '0.38'],
    [0.625, '0.62'],
    [0.875, '0.88'],
    [0.145, '0.14'],
    [0.165, '0.17'],
    [-0.125, '-0.12'],
    [1, '1.00'],
  ] as const) {
    expect(formatFixed(value, 2)).toBe(text);
  }
  expect([0.5, 1.5, 2.5].map((value) => formatFixed(value, 0))).toEqual(['0', '2', '2']);
});

import { readFileSync } from 'node:fs';
import { InvalidDataError } from '@mien/core';
import { describe, expect, test } from 'vitest';
import { applyTemperature, evaluateCalibration, fitTemperature } from './calibration.js';
import { predictedClasses, topKAccuracy } from './probabilities.js';
import { evaluateRanking } from './ranking.js';
import { accuracyDifferenceInterval, testMcNemar } from './significance.js';

interface Case {
  readonly name: string;
  readonly truth: number[];
  readonly probabilities: number[];
  readonly classes: number;
  readonly rocAuc: Record<string, number>;
  readonly averagePrecision: Record<string, number>;
  readonly topK: number[];
  readonly curves: Record<string, { roc: [number, number][]; precisionRecall: [number, number][] }>;
  readonly expectedError: number;
  readonly maximumError: number;
  readonly brier: number;
  readonly logLoss: number;
  readonly temperature: number;
}
const fixture: {
  cases: Case[];
  mcnemar: { onlyFirst: number; onlySecond: number; exactP: number; chiSquare: number; chiSquareP: number }[];
} = JSON.parse(readFileSync(new URL('./fixtures/probabilities.json', import.meta.url), 'utf8'));

describe.each(fixture.cases)('as scikit-learn: $name', (expected) => {
  const labels = Array.from({ length: expected.classes }, (_, index) => `class ${index}`);
  const input = { labels, truth: expected.truth, probabilities: expected.probabilities };

  test('areas under the curves', () => {
    const { perClass, macroRocAuc, macroAveragePrecision } = evaluateRanking(input);
    for (const [index, entry] of perClass.entries()) {
      const [auc, precision] = [expected.rocAuc[index], expected.averagePrecision[index]];
      if (auc === undefined) {
        expect(entry).toMatchObject({ support: 0, roc: [], precisionRecall: [] });
        expect([entry.rocAuc, entry.averagePrecision]).toEqual([undefined, undefined]);
      } else {
        expect(entry.rocAuc).toBeCloseTo(auc, 12);
        expect(entry.averagePrecision).toBeCloseTo(precision, 12);
      }
    }
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    expect(macroRocAuc).toBeCloseTo(mean(Object.values(expected.rocAuc)), 12);
    expect(macroAveragePrecision).toBeCloseTo(mean(Object.values(expected.averagePrecision)), 12);
  });

  test('every drawn point is one of the curve, in its order, ends included', () => {
    const { perClass } = evaluateRanking(input);
    for (const [index, { roc, precisionRecall }] of Object.entries(expected.curves)) {
      const ours = perClass[Number(index)];
      const places = ours.roc.map(({ x, y }) => roc.findIndex(([fpr, tpr]) => isClose(fpr, x) && isClose(tpr, y)));
      expect(places.every((place) => place >= 0)).toBe(true);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect([ours.roc[0], ours.roc.at(-1)]).toEqual([
        { x: 0, y: 0 },
        { x: 1, y: 1 },
      ]);
      const found = ours.precisionRecall.every(({ x, y }) =>
        precisionRecall.some(([recall, precision]) => isClose(recall, x) && isClose(precision, y)),
      );
      expect(found).toBe(true);
      expect(ours.precisionRecall.at(-1)?.x).toBe(1);
    }
  });

  test('top-k accuracy', () => {
    expected.topK.forEach((value, index) => {
      expect(topKAccuracy(input, index + 1)).toBe(value);
    });
    expect(topKAccuracy(input, expected.classes)).toBe(1);
  });

  test('calibration', () => {
    const report = evaluateCalibration(input);
    for (const key of ['expectedError', 'maximumError', 'brier', 'logLoss'] as const) {
      expect(report[key]).toBeCloseTo(expected[key], 10);
    }
    expect(report.bins.reduce((sum, { n }) => sum + n, 0)).toBe(expected.truth.length);
    expect(report.accuracy).toBeCloseTo(expected.topK[0], 1);
  });

  test('the fitted temperature is that of a bounded search by SciPy, and applying it lowers the log loss alone', () => {
    const temperature = fitTemperature(input);
    expect(temperature).toBeCloseTo(expected.temperature, 4);
    const scaled = { ...input, probabilities: applyTemperature(input.probabilities, labels.length, temperature) };
    expect(evaluateCalibration(scaled).logLoss).toBeLessThanOrEqual(evaluateCalibration(input).logLoss);
    expect(predictedClasses(scaled)).toEqual(predictedClasses(input));
    expect(fitTemperature(scaled)).toBeCloseTo(1, 3);
  });
});

const isClose = (a: number, b: number) => Math.abs(a - b) < 1e-11;

test.each(fixture.mcnemar)('McNemar as SciPy: $onlyFirst against $onlySecond', (expected) => {
  const { onlyFirst, onlySecond } = expected;
  // Both right five times, both wrong twice, then the samples they differ on.
  const first = [...Array(7).fill(0), ...Array(onlyFirst).fill(1), ...Array(onlySecond).fill(0)];
  const second = [...Array(7).fill(0), ...Array(onlyFirst).fill(0), ...Array(onlySecond).fill(1)];
  const truth = [0, 0, 0, 0, 0, 1, 1, ...Array(onlyFirst + onlySecond).fill(1)];
  const result = testMcNemar({ truth, first, second });
  expect(result).toMatchObject({ onlyFirst, onlySecond, bothRight: 5, bothWrong: 2, n: truth.length });
  expect(result.exactP).toBeCloseTo(expected.exactP, 10);
  expect(result.chiSquare).toBeCloseTo(expected.chiSquare, 12);
  expect(result.chiSquareP).toBeCloseTo(expected.chiSquareP, 6);
});

test('the difference’s interval covers it, and the sign says which is better', () => {
  const truth = Array(200).fill(0);
  const first = truth.map((_, row) => (row % 4 === 0 ? 1 : 0));
  const second = truth.map((_, row) => (row % 10 === 0 ? 1 : 0));
  const { low, high } = accuracyDifferenceInterval({ truth, first, second });
  expect(low).toBeLessThan(0.15);
  expect(high).toBeGreaterThan(0.15);
  expect(low).toBeGreaterThan(0.05);
  const same = accuracyDifferenceInterval({ truth, first, second: first });
  expect([same.low, same.high]).toEqual([0, 0]);
});

test('what cannot be evaluated is refused by name', () => {
  const labels = ['a', 'b'];
  const refuse = (truth: number[], probabilities: number[], message: RegExp) => {
    for (const evaluate of [evaluateRanking, evaluateCalibration, fitTemperature]) {
      expect(() => evaluate({ labels, truth, probabilities })).toThrow(InvalidDataError);
      expect(() => evaluate({ labels, truth, probabilities })).toThrow(message);
    }
  };
  refuse([], [], /no samples/);
  refuse([0], [0.5], /1 probabilities for 1 samples/);
  refuse([2], [0.5, 0.5], /true class 2 for sample 0/);
  refuse([0], [Number.NaN, 0.5], /probability NaN for sample 0/);
  refuse([0], [1.5, -0.5], /probability 1.5/);
  expect(() => topKAccuracy({ labels, truth: [0], probabilities: [1, 0] }, 3)).toThrow(/k from 1 to 2/);
  expect(() => applyTemperature([1, 0], 2, 0)).toThrow(/above 0/);
  expect(() => testMcNemar({ truth: [0], first: [0], second: [] })).toThrow(/1 true, 1 and 0 predicted/);
});

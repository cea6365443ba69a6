import { expect, test } from 'vitest';
import { learningRateAt, learningRateSchema } from './learning-rate.js';

const parse = (value: object) => learningRateSchema.parse(value);

test('cosine warms up, peaks, and ends at its final rate', () => {
  const schedule = parse({ schedule: 'cosine', initial: 0.01, final: 0.001, warmUpEpochs: 2 });
  expect(learningRateAt(schedule, 0, 12)).toBe(0);
  expect(learningRateAt(schedule, 1, 12)).toBeCloseTo(0.005);
  expect(learningRateAt(schedule, 2, 12)).toBeCloseTo(0.01);
  expect(learningRateAt(schedule, 7, 12)).toBeCloseTo(0.0055);
  expect(learningRateAt(schedule, 12, 12)).toBeCloseTo(0.001);
});

test('step multiplies at its epochs; constant does not change', () => {
  const step = parse({ schedule: 'step', initial: 1, epochs: [2, 4], factor: 0.5 });
  expect([0, 1.9, 2, 3, 4.5].map((progress) => learningRateAt(step, progress, 6))).toEqual([1, 1, 0.5, 0.5, 0.25]);
  expect(learningRateAt(parse({ schedule: 'constant', initial: 0.3 }), 5, 6)).toBe(0.3);
});

test('unknown keys are errors', () => {
  expect(() => parse({ schedule: 'constant', initial: 1, final: 0 })).toThrow(/final/);
});

import { expect, test } from 'vitest';
import references from '../fixtures/torch-references.json' with { type: 'json' };
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

test("cosine with restarts is PyTorch's CosineAnnealingWarmRestarts, after the warm-up", () => {
  const schedule = { schedule: 'cosine', initial: 0.1, final: 0.01, restarts: { epochs: 2, factor: 2 } };
  const { moments, rates } = references.schedules.restarts;
  moments.forEach((moment, index) => {
    expect(learningRateAt(parse(schedule), moment, 14)).toBeCloseTo(rates[index], 12);
    expect(learningRateAt(parse({ ...schedule, warmUpEpochs: 3 }), moment + 3, 17)).toBeCloseTo(rates[index], 12);
  });
  // The last step of a cycle is its lowest.
  expect(learningRateAt(parse(schedule), 2, 14)).toBeCloseTo(0.01, 12);
});

test('step multiplies at its epochs; constant does not change', () => {
  const step = parse({ schedule: 'step', initial: 1, epochs: [2, 4], factor: 0.5 });
  expect([0, 1.9, 2, 3, 4.5].map((progress) => learningRateAt(step, progress, 6))).toEqual([1, 1, 0.5, 0.5, 0.25]);
  expect(learningRateAt(parse({ schedule: 'constant', initial: 0.3 }), 5, 6)).toBe(0.3);
  expect(learningRateAt(parse({ schedule: 'constant', initial: 0.3, warmUpEpochs: 2 }), 1, 6)).toBe(0.15);
});

test.each([
  ['factor .5, patience 1', { factor: 0.5, patience: 1 }],
  ['factor .1, patience 0, minimum .005', { factor: 0.1, patience: 0, minimum: 0.005 }],
] as const)("reduce on plateau is PyTorch's: %s", (name, options) => {
  const schedule = parse({ schedule: 'reduce-on-plateau', initial: 0.1, ...options });
  const { losses } = references.schedules.plateau;
  const history = losses.map((validationLoss, index) => ({
    epoch: index + 1,
    trainLoss: 0,
    trainAccuracy: 0,
    validationLoss,
    validationAccuracy: -validationLoss,
    learningRate: 0,
    seconds: 0,
  }));
  const byAccuracy = parse({
    schedule: 'reduce-on-plateau',
    initial: 0.1,
    monitor: 'validationAccuracy',
    ...options,
  });
  references.schedules.plateau[name].forEach((rate, epoch) => {
    const done = history.slice(0, epoch);
    expect(learningRateAt(schedule, epoch + 0.5, losses.length, done)).toBeCloseTo(rate, 12);
    expect(learningRateAt(byAccuracy, epoch + 0.5, losses.length, done)).toBeCloseTo(rate, 12);
  });
});

test('unknown keys are errors', () => {
  expect(() => parse({ schedule: 'constant', initial: 1, final: 0 })).toThrow(/final/);
});

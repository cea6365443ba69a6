import { obtainedMetricSchema } from '@mien/core';
import { expect, test } from 'vitest';
import { toCardMetric } from './card-metric.js';
import { evaluatePredictions } from './evaluate-part.js';

/** Women are read rightly three times of four, men twice of four. */
const predictions = {
  dataset: 'drawn',
  split: 'test',
  labels: ['happy' as const, 'sad' as const],
  ids: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'],
  truth: [0, 1, 0, 1, 0, 1, 0, 1],
  probabilities: [0, 1, 0, 1, 0, 0, 1, 1].flatMap((sad) => (sad ? [0.2, 0.8] : [0.8, 0.2])),
  groups: {
    gender: ['female', 'female', 'female', 'female', 'male', 'male', 'male', 'male'],
    angle: [null, null, null, null, null, null, null, null],
  },
};

test('a card carries the bias table: groups, the gap and its interval, and the calibration', () => {
  const evaluation = evaluatePredictions(predictions, { dataset: 'drawn', split: 'test', obtained: 'held-out' }, 2);
  const metric = obtainedMetricSchema.parse(JSON.parse(JSON.stringify(toCardMetric(evaluation))));
  expect(metric.accuracy).toBe(0.75);
  expect(Object.keys(metric.bias ?? {})).toEqual(['gender']);
  const { groups, gap } = metric.bias?.gender ?? {};
  expect(groups?.map(({ group, n, accuracy }) => [group, n, accuracy])).toEqual([
    ['female', 4, 1],
    ['male', 4, 0.5],
  ]);
  expect(gap).toMatchObject({ value: 0.5, best: 'female', worst: 'male' });
  expect(gap?.low).toBeLessThan(0.5);
  expect(gap?.high).toBeGreaterThan(0.5);
  expect(metric.interval?.low).toBeLessThan(0.75);
  // 80 % sure and right in 75 of 100: 5 points off; at temperature 2 less sure, 67 %, and 8 points off.
  expect(metric.calibration?.expectedError).toBeCloseTo(0.05, 6);
  expect(metric.calibration).toMatchObject({ temperature: 2, expectedErrorAtTemperature: expect.closeTo(0.0833, 3) });
});

test('groups without a class in common have no macro F1 on the card, not 0', () => {
  const person = ['F01', 'F02', 'F01', 'F02', 'F01', 'F02', 'F01', 'F02'];
  const apart = { ...predictions, groups: { person } };
  const { bias } = toCardMetric(evaluatePredictions(apart, { dataset: 'drawn', split: 'test', obtained: 'held-out' }));
  expect(bias?.person.groups).toEqual([
    { group: 'F01', n: 4, accuracy: 0.75 },
    { group: 'F02', n: 4, accuracy: 0.75 },
  ]);
  const together = toCardMetric(
    evaluatePredictions(predictions, { dataset: 'drawn', split: 'test', obtained: 'held-out' }),
  );
  expect(together.bias?.gender.groups[0].macroF1).toBe(1);
});

test('samples count once on a card, however many seeds answered for them', () => {
  const about = { dataset: 'drawn', split: 'test', obtained: 'held-out' } as const;
  const { ids, truth, probabilities, groups } = predictions;
  const twice = {
    ...predictions,
    ids: [...ids, ...ids],
    truth: [...truth, ...truth],
    probabilities: [...probabilities, ...probabilities],
    groups: { gender: [...groups.gender, ...groups.gender] },
  };
  const { n, seeds, accuracy, bias } = toCardMetric(evaluatePredictions(twice, about));
  expect([n, seeds, accuracy]).toEqual([8, 2, 0.75]);
  expect(bias?.gender.groups.map((group) => group.n)).toEqual([4, 4]);
  expect(toCardMetric(evaluatePredictions(predictions, about))).not.toHaveProperty('seeds');
});

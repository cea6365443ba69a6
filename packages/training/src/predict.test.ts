import { expect, test } from 'vitest';
import { scorePredictions } from './predict.js';

test('loss is the mean of −log of the true class, accuracy the share of right answers', () => {
  const score = scorePredictions({
    probabilities: Float32Array.of(0.5, 0.5, 0.25, 0.75),
    predicted: Int32Array.of(0, 1),
    truth: Int32Array.of(0, 0),
  });
  expect(score.loss).toBeCloseTo((Math.log(2) + Math.log(4)) / 2, 6);
  expect(score.accuracy).toBe(0.5);
});

test('a true class of probability 0 gives a large loss, not an infinite one', () => {
  const score = scorePredictions({
    probabilities: Float32Array.of(0, 1),
    predicted: Int32Array.of(1),
    truth: Int32Array.of(0),
  });
  expect(Number.isFinite(score.loss)).toBe(true);
});

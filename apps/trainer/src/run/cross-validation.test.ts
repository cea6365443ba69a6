import { expect, test } from 'vitest';
import { describeSpread, spreadOf } from './cross-validation.js';

test('the spread is the sample standard deviation (NumPy: std([.6, .7, .8], ddof=1) = .1)', () => {
  const spread = spreadOf([0.6, 0.7, 0.8]);
  expect(spread.mean).toBeCloseTo(0.7, 12);
  expect(spread.standardDeviation).toBeCloseTo(0.1, 12);
  expect(describeSpread(spread)).toBe('70.0 % ± 10.0 (60.0 to 80.0)');
});

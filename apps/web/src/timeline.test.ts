import { expect, test } from 'vitest';
import { unbroken } from './timeline.js';

test('a face that was away leaves a gap', () => {
  const moments = [0, 0.5, 1.4, 3, 3.1].map((time) => ({ time }));
  expect(unbroken(moments)).toEqual([
    [0, 3],
    [3, 5],
  ]);
  expect(unbroken([])).toEqual([]);
});

import { expect, test } from 'vitest';
import { pickFrames } from './pick-frames.js';

test('frames are spread from the first to the last, and repeat where there are too few', () => {
  expect(pickFrames(23, 12)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]);
  expect(pickFrames(2, 4)).toEqual([0, 0, 1, 1]);
  expect(pickFrames(5, 1)).toEqual([4]);
});

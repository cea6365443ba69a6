import { expect, test } from 'vitest';
import { rgbOf } from './pixels.js';

test('the fourth channel goes, the others stay in their order', () => {
  const data = Uint8ClampedArray.of(1, 2, 3, 255, 4, 5, 6, 255);
  expect(rgbOf({ width: 2, height: 1, data })).toEqual({
    width: 2,
    height: 1,
    channels: 3,
    data: Uint8Array.of(1, 2, 3, 4, 5, 6),
  });
});

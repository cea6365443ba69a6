import type { PixelImage } from '@mien/core';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { quarterTurnsOf, turnPicture } from './turn-picture.js';

const image: PixelImage = {
  width: 5,
  height: 3,
  channels: 3,
  data: Uint8Array.from({ length: 45 }, (_, index) => index * 5),
};

test.each([0, 1, 2, 3] as const)('%i quarters clockwise are what sharp makes of them', async (quarters) => {
  const raw = { width: 5, height: 3, channels: 3 } as const;
  const expected = await sharp(image.data, { raw })
    .rotate(90 * quarters)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, data } = turnPicture(image, quarters);
  expect({ width, height }).toEqual({ width: expected.info.width, height: expected.info.height });
  expect([...data]).toEqual([...expected.data]);
});

/** As containers carry it: 16.16 fixed point, the last column 2.30. */
function matrixOf(a: number, b: number, c: number, d: number): Uint8Array {
  const values = [a, b, 0, c, d, 0, 0, 0, 16_384].map((value) => value * 65_536);
  return new Uint8Array(Int32Array.from(values).buffer);
}

test('display matrices give their quarters, and none without one', () => {
  expect(quarterTurnsOf(matrixOf(1, 0, 0, 1))).toBe(0);
  // A telephone held upright: QuickTime's matrix of 90° clockwise.
  expect(quarterTurnsOf(matrixOf(0, 1, -1, 0))).toBe(1);
  expect(quarterTurnsOf(matrixOf(-1, 0, 0, -1))).toBe(2);
  expect(quarterTurnsOf(matrixOf(0, -1, 1, 0))).toBe(3);
  expect(quarterTurnsOf(null)).toBe(0);
});

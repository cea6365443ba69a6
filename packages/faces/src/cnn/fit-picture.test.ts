import type { PixelImage } from '@mien/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitPicture } from './fit-picture.js';

/** A picture whose red is its column, green its row, blue constant. */
function gradient(width: number, height: number): PixelImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([(x * 255) / width, (y * 255) / height, 51], (y * width + x) * 3);
  }
  return { width, height, channels: 3, data };
}

describe('a picture fitted into an input', () => {
  test('keeps its shape, its place is said, and its edge is repeated around it', () => {
    const shape = fc.record({
      width: fc.integer({ min: 1, max: 300 }),
      height: fc.integer({ min: 1, max: 300 }),
      size: fc.constantFrom(64, 96, 192),
      border: fc.constantFrom(0, 0.1, 0.5),
    });
    fc.assert(
      fc.property(shape, ({ width, height, size, border }) => {
        const fitted = fitPicture(gradient(width, height), size, border, 32);
        const { scale, offsetX, offsetY } = fitted.placement;
        expect(fitted.width % 32).toBe(0);
        expect(fitted.height % 32).toBe(0);
        expect(Math.max(fitted.width, fitted.height)).toBe(size);
        expect(Math.max(width, height) * scale * (1 + 2 * border)).toBeCloseTo(size, 6);
        // As much on the left as on the right, above as below, and no less than the border.
        expect(offsetX).toBeCloseTo(fitted.width - width * scale - offsetX, 6);
        expect(Math.min(offsetX, offsetY)).toBeGreaterThanOrEqual(border * Math.max(width, height) * scale - 1e-6);
        const area = fitted.width * fitted.height;
        const at = (channel: number, x: number, y: number) =>
          fitted.planes[channel * area + Math.floor(y) * fitted.width + Math.floor(x)];
        // The middle of a place, brought back into the picture, has the gradient's value there.
        const [x, y] = [offsetX + (width * scale) / 2, offsetY + (height * scale) / 2];
        const column = (Math.floor(x) + 0.5 - offsetX) / scale;
        const step = 1 / scale / width + 1.5 / width + 0.02;
        expect(Math.abs((at(0, x, y) + 1) / 2 - Math.min(1, Math.max(0, column / width - 0.5 / width)))).toBeLessThan(
          step,
        );
        // The border repeats the edge: nothing in it is left of the first column or right of the last.
        expect(at(0, 0, y)).toBeLessThanOrEqual(at(0, x, y) + 1e-6);
        expect(at(0, fitted.width - 1, y)).toBeGreaterThanOrEqual(at(0, x, y) - 1e-6);
        expect(at(2, 0, 0)).toBeCloseTo(51 / 127.5 - 1, 5);
        expect(at(2, x, y)).toBeCloseTo(51 / 127.5 - 1, 5);
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  test('is the mean of 3 × 3 pixels when it is a third as large', () => {
    const width = 192;
    const data = Uint8Array.from({ length: width * width }, (_, index) => (index * 7919) % 251);
    const { planes, width: side } = fitPicture({ width, height: width, channels: 1, data }, 64, 0, 32);
    expect(side).toBe(64);
    for (const [x, y] of [
      [0, 0],
      [5, 9],
      [63, 63],
    ]) {
      let sum = 0;
      for (let row = 0; row < 3; row++)
        for (let column = 0; column < 3; column++) sum += data[(3 * y + row) * width + 3 * x + column];
      for (const channel of [0, 1, 2])
        expect(planes[channel * 64 * 64 + y * 64 + x]).toBeCloseTo(sum / 9 / 127.5 - 1, 5);
    }
  });

  test('is itself when the size is its own, and bilinear when it is enlarged', () => {
    const data = Uint8Array.from({ length: 64 * 64 }, (_, index) => (index * 31) % 256);
    const same = fitPicture({ width: 64, height: 64, channels: 1, data }, 64, 0, 32);
    expect(same.planes[64 * 10 + 20]).toBeCloseTo(data[64 * 10 + 20] / 127.5 - 1, 5);
    const { planes } = fitPicture({ width: 64, height: 64, channels: 1, data }, 128, 0, 32);
    // Place 21 of 128 is at 10.25 of 64, between the middles of pixels 10 and 11.
    const mix = (row: number) => 0.75 * data[64 * row + 10] + 0.25 * data[64 * row + 11];
    expect(planes[128 * 21 + 21]).toBeCloseTo((0.75 * mix(10) + 0.25 * mix(11)) / 127.5 - 1, 5);
  });
});

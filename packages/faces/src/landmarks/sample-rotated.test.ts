import type { PixelImage } from '@mien/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { similarityFromTarget } from '../alignment/rotated-box.js';
import { transformPoint } from '../alignment/similarity.js';
import { sampleRotated } from './sample-rotated.js';

const [WIDTH, HEIGHT] = [240, 200];

/** Red grows to the right, green downwards. */
const gradient: PixelImage = {
  width: WIDTH,
  height: HEIGHT,
  channels: 3,
  data: Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, index) => {
    const pixel = Math.floor(index / 3);
    return [pixel % WIDTH, Math.floor(pixel / WIDTH), 100][index % 3];
  }),
};

test('each place has the colour of where it looks, turned, enlarged or shrunk, also over the edge', () => {
  const boxes = fc.record({
    centreX: fc.integer({ min: 0, max: WIDTH }),
    centreY: fc.integer({ min: 0, max: HEIGHT }),
    side: fc.integer({ min: 8, max: 240 }),
    angle: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
  });
  fc.assert(
    fc.property(boxes, ({ centreX, centreY, side, angle }) => {
      const box = { centreX, centreY, width: side, height: side, angle };
      const planes = sampleRotated(gradient, box, 32);
      const toPicture = similarityFromTarget(box, 32, 32);
      for (const [column, row] of [
        [0, 0],
        [31, 0],
        [13, 20],
        [31, 31],
      ]) {
        const [x, y] = transformPoint(toPicture, [column + 0.5, row + 0.5]);
        // Where the mean of several pixels reaches over the edge, it lies a little inside.
        const tolerance = side / 32 < 2 ? 0.01 : side / 64 + 0.6;
        const expected = [Math.min(WIDTH - 1, Math.max(0, x - 0.5)), Math.min(HEIGHT - 1, Math.max(0, y - 0.5)), 100];
        expected.forEach((value, channel) => {
          expect(Math.abs(planes[channel * 32 * 32 + row * 32 + column] * 255 - value)).toBeLessThan(tolerance);
        });
      }
    }),
    { seed: 4, numRuns: 200 },
  );
});

test('grey is red, green and blue', () => {
  const data = Uint8Array.from({ length: 400 }, (_, index) => index % 256);
  const planes = sampleRotated(
    { width: 20, height: 20, channels: 1, data },
    { centreX: 10, centreY: 10, width: 20, height: 20, angle: 0 },
    20,
  );
  for (const channel of [0, 1, 2]) expect(planes[channel * 400 + 77] * 255).toBeCloseTo(77, 4);
});

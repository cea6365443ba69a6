import { createRandom, type PixelImage } from '@mien/core';
import { describe, expect, test } from 'vitest';
import { RESAMPLING_KERNELS, resample, resampleInJavaScript, weightsFor } from './resample.js';
import { stepKernelFor } from './step-kernel.js';
import { equaliseHistogram, equaliseInJavaScript } from './steps/equalise-histogram.js';
import { greyInJavaScript, toGrey } from './steps/grey.js';

const kernel = stepKernelFor(1);
if (!kernel) throw new Error('no compiled steps');

function noise(length: number): Uint8Array {
  const random = createRandom(1, 'step-kernel', length);
  return Uint8Array.from({ length }, () => random.integer(0, 255));
}

describe('compiled steps give JavaScript’s bytes', () => {
  test.each([1, 2, 5, 15, 16, 17, 31, 33, 1000, 4099])('of %i pixels', (pixels) => {
    const colour = noise(3 * pixels);
    const grey = noise(pixels);
    expect(kernel.grey(colour)).toEqual(greyInJavaScript(colour));
    const image: PixelImage = { width: pixels, height: 1, channels: 1, data: grey };
    expect(equaliseHistogram(image).data).toEqual(equaliseInJavaScript(grey));
    const levels = noise(256);
    const mapped = kernel.mapLevels(grey, (histogram) => {
      expect(histogram.reduce((sum, count) => sum + count)).toBe(pixels);
      return levels;
    });
    expect(mapped).toEqual(grey.map((level) => levels[level]));
    expect(kernel.mapLevels(grey, () => undefined)).toBe(grey);
  });

  test('the extremes of grey are theirs', () => {
    const corners = Uint8Array.from([0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255]);
    expect(kernel.grey(corners)).toEqual(Uint8Array.of(0, 255, 76, 150, 29));
  });

  const sizes: readonly (readonly [number, number, number, number])[] = [
    [1, 1, 3, 5],
    [7, 5, 4, 3],
    [33, 21, 8, 7],
    [40, 30, 40, 61],
    [100, 90, 48, 48],
    [562, 62, 256, 21],
  ];
  describe.each(RESAMPLING_KERNELS)('%s', (method) => {
    test.each(sizes)('%i × %i to %i × %i', (oldWidth, oldHeight, width, height) => {
      for (const channels of [1, 3] as const) {
        const data = noise(oldWidth * oldHeight * channels);
        const image: PixelImage = { width: oldWidth, height: oldHeight, channels, data };
        const across = weightsFor(oldWidth, width, method);
        const down = weightsFor(oldHeight, height, method);
        const expected = resampleInJavaScript(data, oldWidth * channels, channels, width, height, across, down);
        expect(resample(image, width, height, method).data).toEqual(expected);
      }
    });
  });
});

test('large pictures are left to JavaScript, whose memory is given back', () => {
  expect(stepKernelFor(100_000_000)).toBeUndefined();
  const large: PixelImage = { width: 3000, height: 2000, channels: 3, data: noise(18_000_000) };
  const grey = toGrey(large);
  expect(grey.data.length).toBe(6_000_000);
  expect(grey.data.subarray(0, 99)).toEqual(greyInJavaScript(large.data.subarray(0, 297)));
});

import type { PixelImage } from '@mien/core';
import { describe, expect, test } from 'vitest';
import { cropReplicated, cropSquare } from '../crop.js';
import { largestDifference, references } from '../fixtures/references.js';
import { resample } from '../resample.js';
import { equaliseHistogram } from './equalise-histogram.js';
import { toGrey } from './grey.js';

describe('grey', () => {
  test('is Pillow’s L to the byte and OpenCV’s within one level', () => {
    const grey = toGrey(references.colour);
    expect(largestDifference(grey, references.greyPillow)).toBe(0);
    expect(largestDifference(grey, references.greyOpenCv)).toBeLessThanOrEqual(1);
  });

  test('leaves grey pictures as they are, and white stays white', () => {
    expect(toGrey(references.greyPillow)).toBe(references.greyPillow);
    expect([...toGrey({ width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 255, 255) }).data]).toEqual([255]);
  });
});

describe('equalise-histogram', () => {
  test('is OpenCV’s equalizeHist', () => {
    expect(largestDifference(equaliseHistogram(references.dim), references.equalised)).toBe(0);
  });

  test('leaves a picture of one level as it is', () => {
    const flat: PixelImage = { width: 3, height: 1, channels: 1, data: Uint8Array.of(9, 9, 9) };
    expect([...equaliseHistogram(flat).data]).toEqual([9, 9, 9]);
  });
});

describe('resize', () => {
  test.each(references.resized)(
    '$kernel of $source is $by’s within one level ($picture.width × $picture.height)',
    (reference) => {
      const { source, kernel, crop, picture } = reference;
      const whole = source === 'grey' ? references.greyPillow : references.colour;
      const image = crop ? cropReplicated(whole, 0, 0, crop[0], crop[1]) : whole;
      expect(largestDifference(resample(image, picture.width, picture.height, kernel), picture)).toBeLessThanOrEqual(1);
    },
  );

  test('to the same size is the same picture, and a flat picture stays flat', () => {
    expect(resample(references.colour, 61, 53, 'lanczos')).toBe(references.colour);
    const flat: PixelImage = { width: 7, height: 5, channels: 1, data: new Uint8Array(35).fill(201) };
    for (const kernel of ['area', 'linear', 'cubic', 'lanczos'] as const) {
      expect(new Set(resample(flat, 13, 3, kernel).data)).toEqual(new Set([201]));
    }
  });
});

/** 4 × 3, the pixel at (x, y) is 10 y + x. */
const numbered: PixelImage = {
  width: 4,
  height: 3,
  channels: 1,
  data: Uint8Array.of(0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23),
};

describe('crop', () => {
  test('inside is the pixels themselves; outside repeats the nearest, on every side and far away', () => {
    expect([...cropReplicated(numbered, 1, 1, 2, 2).data]).toEqual([11, 12, 21, 22]);
    expect([...cropReplicated(numbered, -1, -1, 3, 3).data]).toEqual([0, 0, 1, 0, 0, 1, 10, 10, 11]);
    expect([...cropReplicated(numbered, 3, 2, 2, 2).data]).toEqual([23, 23, 23, 23]);
    expect([...cropReplicated(numbered, 9, -9, 2, 1).data]).toEqual([3, 3]);
    expect([...cropReplicated(numbered, -9, 9, 2, 1).data]).toEqual([20, 20]);
    expect([...cropReplicated(numbered, -2, 1, 8, 1).data]).toEqual([10, 10, 10, 11, 12, 13, 13, 13]);
  });

  test('keeps the channels of a pixel together', () => {
    const crop = cropReplicated(references.colour, -2, 51, 5, 4);
    const at = (x: number, y: number) => [...references.colour.data.subarray((y * 61 + x) * 3, (y * 61 + x) * 3 + 3)];
    expect([...crop.data.subarray(0, 9)]).toEqual([...at(0, 51), ...at(0, 51), ...at(0, 51)]);
    expect([...crop.data.subarray((3 * 5 + 4) * 3)]).toEqual(at(2, 52));
  });

  test('a square of the box, scaled about its middle and moved by shares of its side', () => {
    const box = { x: 10, y: 20, width: 20, height: 20 };
    const size = 64;
    // The value says where a pixel comes from: x in the first channel, y in the second.
    const data = new Uint8Array(size * size * 3);
    for (let pixel = 0; pixel < size * size; pixel++) {
      data[pixel * 3] = pixel % size;
      data[pixel * 3 + 1] = Math.floor(pixel / size);
    }
    const image: PixelImage = { width: size, height: size, channels: 3, data };
    const corner = (crop: PixelImage) => [crop.width, crop.height, crop.data[0], crop.data[1]];
    expect(corner(cropSquare(image, box))).toEqual([20, 20, 10, 20]);
    expect(corner(cropSquare(image, box, 1.5))).toEqual([30, 30, 5, 15]);
    expect(corner(cropSquare(image, box, 1, { x: 0.5, y: -0.25 }))).toEqual([20, 20, 20, 15]);
    expect(corner(cropSquare(image, { ...box, height: 10 }))).toEqual([20, 20, 10, 15]);
    expect(corner(cropSquare(image, { ...box, height: 10 }, 1, { x: 0, y: 0 }, 'shorter'))).toEqual([10, 10, 15, 20]);
  });
});

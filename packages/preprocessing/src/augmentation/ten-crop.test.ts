import { createRandom } from '@mien/core';
import { describe, expect, test } from 'vitest';
import { references } from '../fixtures/references.js';
import { augmentInto } from './augment.js';
import { augmentationSchema } from './augmentation-schema.js';
import { averageCrops, TEN_CROPS, tenCropInto } from './ten-crop.js';

const grey = references.greyPillow.data;
const shape = { width: 61, height: 53, channels: 1 };
const size = grey.length;

function crops(share: number): Float32Array[] {
  const target = new Float32Array(TEN_CROPS * size);
  tenCropInto(target, 0, grey, 0, shape, share, [0, 255]);
  return Array.from({ length: TEN_CROPS }, (_, crop) => target.slice(crop * size, (crop + 1) * size));
}

const mirrored = (source: Float32Array) => source.map((_, at) => source[at - (at % 61) + 60 - (at % 61)]);

describe('ten crops', () => {
  test('of the whole picture are the picture five times and its mirror image five times', () => {
    for (const [crop, pixels] of crops(1).entries()) {
      expect(pixels).toEqual(crop < 5 ? Float32Array.from(grey) : mirrored(Float32Array.from(grey)));
    }
  });

  test('reach into the corners, and the second five are the first mirrored', () => {
    const [topLeft, topRight, bottomLeft, bottomRight, ...rest] = crops(0.9);
    expect(topLeft[0]).toBeCloseTo(grey[0], 3);
    expect(topRight[60]).toBeCloseTo(grey[60], 3);
    expect(bottomLeft[size - 61]).toBeCloseTo(grey[size - 61], 3);
    expect(bottomRight[size - 1]).toBeCloseTo(grey[size - 1], 3);
    const plain = [topLeft, topRight, bottomLeft, bottomRight, rest[0]];
    for (const [crop, pixels] of plain.entries()) {
      const other = mirrored(rest[crop + 1]);
      for (let at = 0; at < size; at++) expect(Math.abs(pixels[at] - other[at])).toBeLessThan(0.01);
    }
  });

  test('the middle one is the zoom of training', () => {
    const zoomed = new Float32Array(size);
    const zoom = { minimum: 1 / 0.9, maximum: 1 / 0.9 };
    augmentInto(zoomed, 0, grey, 0, shape, augmentationSchema.parse({ zoom }), createRandom(1), [0, 255]);
    for (const [at, value] of crops(0.9)[4].entries()) expect(Math.abs(value - zoomed[at])).toBeLessThan(0.01);
  });

  test('their answers are averaged picture by picture', () => {
    const answers = Float32Array.from([1, 0, 0, 1, 0.2, 0.8, 0.4, 0.6]);
    expect([...averageCrops(answers, 2, 2)].map((value) => Number(value.toFixed(6)))).toEqual([0.5, 0.5, 0.3, 0.7]);
  });
});

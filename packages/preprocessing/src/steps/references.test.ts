import { readFileSync } from 'node:fs';
import type { Landmarks, PixelImage } from '@mien/core';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { largestDifference } from '../fixtures/references.js';
import { shareBeyond, stepReferences } from '../fixtures/step-references.js';
import { pipelineStepSchema } from '../pipeline-schema.js';
import { createStep } from './create-step.js';
import { cameraOf, frontalise } from './frontalise/frontalise.js';
import { toGrey } from './grey.js';

describe('against OpenCV, scikit-image and SciPy', () => {
  const named = stepReferences.steps.map((reference) => ({ ...reference, options: JSON.stringify(reference.step) }));
  const patterns = named.filter(({ step }) => step.step.includes('patterns'));

  test.each(named.filter((reference) => !patterns.includes(reference)))(
    '$options of $name within one grey level',
    ({ step, source, picture }) => {
      const before = source.data.slice();
      const made = createStep(pipelineStepSchema.parse(step)).apply({ image: source }).image;
      expect(largestDifference(made, picture)).toBeLessThanOrEqual(1);
      expect(source.data).toEqual(before);
    },
  );

  // Codes are names: one level off is another pattern. Where a point is exactly as bright as the pixel, the last bit of its
  // interpolation decides in scikit-image; here it counts as equal.
  test.each(patterns)('$options of $name but for exact ties', ({ step, source, picture }) => {
    const made = createStep(pipelineStepSchema.parse(step)).apply({ image: source }).image;
    expect(shareBeyond(made, picture, 0)).toBeLessThan(0.002);
  });
});

describe('by landmarks', () => {
  let portrait: PixelImage;
  beforeAll(async () => {
    const bytes = readFileSync(new URL('../fixtures/astronaut.png', import.meta.url));
    const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    portrait = { width: info.width, height: info.height, channels: 3, data };
  });
  const eyes: Landmarks = { scheme: 'eyes-2', points: stepReferences.eyes };
  const ibug68 = (points: [number, number][]): Landmarks => ({ scheme: 'ibug-68', points });

  test('align is SciPy’s affine_transform within one grey level; the eyes are level afterwards', () => {
    const made = createStep(pipelineStepSchema.parse({ step: 'align' })).apply({ image: portrait, landmarks: eyes });
    expect(largestDifference(made.image, stepReferences.align)).toBeLessThanOrEqual(1);
    const [[right, rightY], [left, leftY]] = made.landmarks?.points ?? [];
    expect(leftY).toBeCloseTo(rightY, 9);
    expect(left - right).toBeCloseTo(Math.hypot(83 - 55, 70 - 62), 9);
  });

  test('lopes-crop is SciPy’s affine_transform within one grey level; the eyes are where the paper says', () => {
    const made = createStep(pipelineStepSchema.parse({ step: 'lopes-crop' })).apply({
      image: portrait,
      landmarks: eyes,
    });
    expect(largestDifference(made.image, stepReferences.lopesCrop)).toBeLessThanOrEqual(1);
    const { width, height } = made.image;
    const [[right, y], [left]] = made.landmarks?.points ?? [];
    expect(y / height).toBeCloseTo(1.3 / 4.5, 6);
    expect((right + left) / 2 / width).toBeCloseTo(0.5, 6);
    expect((left - right) / width).toBeCloseTo(2 / 2.4, 1);
  });

  test.each(stepReferences.cameras)(
    'the camera is the one that SciPy’s least squares finds with OpenCV’s projection',
    (camera) => {
      const estimated = cameraOf(ibug68(camera.found));
      camera.rotation.forEach((value, at) => {
        expect(estimated.rotation[at]).toBeCloseTo(value, 4);
      });
      expect(estimated.scale / camera.scale).toBeCloseTo(1, 4);
      expect(estimated.x).toBeCloseTo(camera.x, 2);
      expect(estimated.y).toBeCloseTo(camera.y, 2);
    },
  );

  // OpenCV's remap takes places in 1/32 of a pixel, which is some levels at sharp edges.
  test.each(stepReferences.frontal)(
    'frontalise is the authors’ definition with OpenCV’s remap and blurs',
    (reference) => {
      const made = frontalise(toGrey(portrait), ibug68(reference.found), 800);
      const { width, height } = reference.picture;
      const data = new Uint8Array(width * height);
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) data[y * width + x] = made.data[(3 * y + 1) * made.width + 3 * x + 1];
      const thinned: PixelImage = { width, height, channels: 1, data };
      const mean = data.reduce((sum, value, at) => sum + Math.abs(value - reference.picture.data[at]), 0) / data.length;
      expect(mean).toBeLessThan(0.5);
      expect(shareBeyond(thinned, reference.picture, 3)).toBeLessThan(0.01);
    },
  );
});

import type { Box } from '@mien/core';
import { describe, expect, test } from 'vitest';
import { placed, readAstronaut, toGrey } from '../testing/pictures.js';
import { parseCascade } from './cascade-data.js';
import { loadCascade } from './cascade-store.js';
import { detectMultiScale, type MultiScaleOptions } from './detect-multi-scale.js';
import { detectWithOpenCv } from './detect-with-opencv.js';
import { groupRectangles } from './group-rectangles.js';
import { startHaarKernel } from './haar-kernel.js';
import { HAAR_CASCADES, type HaarCascade } from './haar-options.js';
import { loadOpenCv, type OpenCvMat, withOpenCv } from './opencv.js';

/** OpenCV's own search and ours, in the order of their boxes. */
async function searchBoth(name: HaarCascade, width: number, options: MultiScaleOptions) {
  const { cv } = await loadOpenCv();
  const kernel = startHaarKernel();
  const { cascade, data, stages } = await loadCascade(cv, name, {});
  if (!kernel || !data) throw new Error('no compiled search');
  const face = await readAstronaut();
  const wide = placed(
    face,
    [
      [3, 5],
      [170, 31],
    ],
    width,
    240,
  );
  const grey = await toGrey(wide);
  return withOpenCv(cv, (keep) => {
    const picture: OpenCvMat = keep(new cv.Mat(grey.height, grey.width, cv.CV_8UC1));
    picture.data.set(grey.data);
    const theirs = detectWithOpenCv(cv, keep, cascade, stages, picture, options);
    return { theirs: sorted(theirs), ours: sorted(detectMultiScale(cv, kernel, data, picture, options)) };
  });
}

const sorted = (hits: readonly { box: Box; weight: number }[]) =>
  hits.map(({ box, weight }) => [box.x, box.y, box.width, box.height, weight].join(' ')).sort();

describe.each(HAAR_CASCADES)('%s', (name) => {
  test.each([
    // Every window that passes; windows two apart, at sizes below twice the cascade's; odd widths.
    { width: 333, scaleFactor: 1.1, minNeighbours: 0, minSide: 0, maxSide: 0 },
    { width: 336, scaleFactor: 1.03, minNeighbours: 0, minSide: 30, maxSide: 90 },
    { width: 400, scaleFactor: 1.1, minNeighbours: 3, minSide: 0, maxSide: 0 },
    { width: 401, scaleFactor: 1.4, minNeighbours: 30, minSide: 20, maxSide: 500 },
  ])('the compiled search finds what OpenCV finds: %j', async ({ width, ...options }) => {
    const { theirs, ours } = await searchBoth(name, width, options);
    expect(ours).toEqual(theirs);
    if (name.startsWith('frontal') && options.minNeighbours < 30) expect(ours.length).toBeGreaterThan(0);
  });
});

test('a picture smaller than the window holds nothing', async () => {
  const { cv } = await loadOpenCv();
  const { data } = await loadCascade(cv, 'frontalface-alt2', {});
  const kernel = startHaarKernel();
  if (!kernel || !data) throw new Error('no compiled search');
  const options = { scaleFactor: 1.1, minNeighbours: 3, minSide: 0, maxSide: 0 };
  withOpenCv(cv, (keep) => {
    expect(detectMultiScale(cv, kernel, data, keep(new cv.Mat(19, 40, cv.CV_8UC1)), options)).toEqual([]);
  });
});

test('a cascade of another kind is left to OpenCV', () => {
  expect(parseCascade('<opencv_storage><featureType>LBP</featureType></opencv_storage>')).toBeUndefined();
  expect(parseCascade('')).toBeUndefined();
});

test('a large group swallows small ones inside it', () => {
  const around = Array.from({ length: 25 }, () => ({ box: { x: 10, y: 10, width: 100, height: 100 }, weight: 1 }));
  const inside = { box: { x: 40, y: 40, width: 30, height: 30 }, weight: 9 };
  expect(groupRectangles([...around, inside], 3)).toEqual([around[0]]);
  expect(groupRectangles([around[0], inside], 3)).toEqual([]);
  expect(groupRectangles([around[0], inside], 0)).toHaveLength(2);
});

import { readFileSync } from 'node:fs';
import { createRandom } from '@mien/core';
import { expect, test } from 'vitest';
import { inverseMap } from './affine-map.js';
import { drawElastic, drawPerspective, projectiveMap, remapInto } from './remap.js';
import { warpInto } from './warp.js';

/** Made by `fixtures/make-references.py`. */
const references = JSON.parse(readFileSync(new URL('fixtures/references.json', import.meta.url), 'utf8'));
const { width, height, channels, data } = references.picture;
const shape = { width, height, channels };
const source = Uint8Array.from(data);
const still = { flip: false, shearX: 0, shearY: 0, angle: 0, zoomX: 1, zoomY: 1, shiftX: 0, shiftY: 0 };
const identity = inverseMap(width, height, still);

type Bend = Parameters<typeof remapInto>[6];

function remap(bend: Bend, map = identity): Float32Array {
  const target = new Float32Array(source.length);
  remapInto(target, 0, source, 0, shape, map, bend, 1, 0);
  return target;
}

function warp(map: typeof identity): Float32Array {
  const target = new Float32Array(source.length);
  warpInto(target, 0, source, 0, shape, map, 1, 0);
  return target;
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, at) => Math.abs(value - b[at])));
}

test('flip, shear, turn, stretch and shift in one warp are SciPy’s', () => {
  const { geometry, data: expected } = references.affine;
  const map = inverseMap(width, height, { ...geometry, angle: (geometry.angle * Math.PI) / 180 });
  expect(largestDifference(warp(map), expected)).toBeLessThan(0.01);
  expect(largestDifference(remap({}, map), expected)).toBeLessThan(0.01);
});

test('a perspective is OpenCV’s', () => {
  const { corners, data: expected } = references.perspective;
  expect(largestDifference(remap({ perspective: projectiveMap(width, height, corners) }), expected)).toBeLessThan(0.01);
});

test('corners that stay and nodes that stay change nothing', () => {
  const random = createRandom(1);
  const perspective = drawPerspective(shape, 0, random);
  const elastic = drawElastic(shape, { strength: 0, cells: 3 }, random);
  expect(remap({ perspective })).toEqual(Float32Array.from(source));
  expect(remap({ elastic })).toEqual(Float32Array.from(source));
});

test('nodes that all move alike shift the picture, and nodes that move in proportion stretch it', () => {
  const cells = 4;
  const nodes = Array.from({ length: (cells + 3) ** 2 }, (_, node) => node);
  const shift = { cells, x: Float32Array.from(nodes, () => 1.5), y: Float32Array.from(nodes, () => -2) };
  const shifted = warp(inverseMap(width, height, { ...still, shiftX: -1.5, shiftY: 2 }));
  expect(largestDifference(remap({ elastic: shift }), shifted)).toBeLessThan(0.01);
  // A node's place is its column less the one outside, in cells; the way is a tenth of the distance to the left edge.
  const way = (node: number) => (((node % (cells + 3)) - 1) / cells) * (width - 1) * 0.1;
  const stretch = { cells, x: Float32Array.from(nodes, way), y: new Float32Array(nodes.length) };
  const stretched = warp({ ...identity, xx: 1.1 });
  expect(largestDifference(remap({ elastic: stretch }), stretched)).toBeLessThan(0.01);
});

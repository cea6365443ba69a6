import { InvalidDataError, type Landmarks } from '@mien/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alignmentOf, boxAroundEyes, levelling } from './alignment.js';
import { boundingBox, cornersOf, similarityFromTarget } from './rotated-box.js';
import {
  composeSimilarities,
  fitSimilarity,
  invertSimilarity,
  type Point,
  type Similarity,
  transformPoint,
} from './similarity.js';

const number = (most: number) => fc.double({ min: -most, max: most, noNaN: true });
const similarities = fc
  .record({
    scale: fc.double({ min: 0.1, max: 10, noNaN: true }),
    angle: number(Math.PI),
    x: number(500),
    y: number(500),
  })
  .map(({ scale, angle, x, y }): Similarity => ({ a: scale * Math.cos(angle), b: scale * Math.sin(angle), x, y }));
const points = fc.tuple(number(300), number(300));

function expectSame([x, y]: Point, [otherX, otherY]: Point): void {
  expect(Math.hypot(x - otherX, y - otherY)).toBeLessThan(1e-6);
}

describe('similarities', () => {
  test('their inverse undoes them; one after the other is both', () => {
    fc.assert(
      fc.property(similarities, similarities, points, (first, second, point) => {
        expectSame(transformPoint(invertSimilarity(first), transformPoint(first, point)), point);
        expectSame(
          transformPoint(composeSimilarities(first, second), point),
          transformPoint(second, transformPoint(first, point)),
        );
      }),
      { seed: 1 },
    );
  });

  test('are found again from points', () => {
    fc.assert(
      fc.property(similarities, fc.array(points, { minLength: 2, maxLength: 10 }), (transform, from) => {
        fc.pre(from.some(([x, y]) => Math.hypot(x - from[0][0], y - from[0][1]) > 1));
        const fitted = fitSimilarity(
          from,
          from.map((point) => transformPoint(transform, point)),
        );
        for (const point of from) expectSame(transformPoint(fitted, point), transformPoint(transform, point));
      }),
      { seed: 2 },
    );
  });

  test('fitted to points that no similarity joins, are those of scikit-image', () => {
    // SimilarityTransform.estimate of scikit-image 0.26: five landmarks to the template of ArcFace (112 × 112).
    const from: Point[] = [
      [61, 72],
      [104, 70],
      [80, 98],
      [66, 118],
      [100, 115],
    ];
    const to: Point[] = [
      [38.2946, 51.6963],
      [73.5318, 51.5014],
      [56.0252, 71.7366],
      [41.5493, 92.3655],
      [70.7299, 92.2041],
    ];
    const { a, b, x, y } = fitSimilarity(from, to);
    expect([a, b, x, y].map((value) => Number(value.toFixed(6)))).toEqual(SKIMAGE);
  });
});

const SKIMAGE = [0.862427, 0.022936, -12.695517, -11.570155];

describe('alignment', () => {
  test('of an upright face, by hand', () => {
    const alignment = alignmentOf({
      scheme: 'eyes-2',
      points: [
        [40, 50],
        [100, 50],
      ],
    });
    expect(alignment).toEqual({ rightEye: [40, 50], leftEye: [100, 50], middle: [70, 50], angle: 0, interOcular: 60 });
    // Lopes: twice the half distance wide …; here plain numbers.
    const box = boxAroundEyes(alignment, { width: 1.2, above: 0.65, below: 1.6 });
    expect(box.centreX).toBeCloseTo(70);
    expect(box.width).toBeCloseTo(72);
    expect(box.centreY - box.height / 2).toBeCloseTo(50 - 39);
    expect(box.centreY + box.height / 2).toBeCloseTo(50 + 96);
  });

  test('turns, moves and grows with the face', () => {
    const eyes = fc.record({ distance: fc.double({ min: 5, max: 200, noNaN: true }), transform: similarities });
    fc.assert(
      fc.property(eyes, ({ distance, transform }) => {
        const level: Landmarks = {
          scheme: 'eyes-2',
          points: [
            [10, 20],
            [10 + distance, 20],
          ],
        };
        const moved: Landmarks = {
          scheme: 'eyes-2',
          points: level.points.map((point) => transformPoint(transform, point)),
        };
        const alignment = alignmentOf(moved);
        const scale = Math.hypot(transform.a, transform.b);
        expect(alignment.interOcular / (distance * scale)).toBeCloseTo(1, 6);
        expect(Math.cos(alignment.angle - Math.atan2(transform.b, transform.a))).toBeCloseTo(1, 6);
        // Levelled, the eyes are on one line, as far apart as they were, the right one on the left.
        const [right, left] = moved.points.map((point) => transformPoint(levelling(alignment), point));
        expect(left[1] - right[1]).toBeCloseTo(0, 5);
        expect(left[0] - right[0]).toBeCloseTo(alignment.interOcular, 5);
        // The box around the eyes moves with the face.
        const margins = { width: 2, above: 1, below: 1.8 };
        const corners = cornersOf(boxAroundEyes(alignmentOf(level), margins));
        cornersOf(boxAroundEyes(alignment, margins)).forEach((corner, index) => {
          expectSame(corner, transformPoint(transform, corners[index]));
        });
      }),
      { seed: 3 },
    );
  });

  test('of 68 points takes the middles of both eyes', () => {
    const all = Array.from({ length: 68 }, (): [number, number] => [0, 0]);
    for (let at = 36; at < 42; at++) all[at] = [10 + (at - 36), 20];
    for (let at = 42; at < 48; at++) all[at] = [50, 20 + (at - 42)];
    expect(alignmentOf({ scheme: 'ibug-68', points: all })).toMatchObject({
      rightEye: [12.5, 20],
      leftEye: [50, 22.5],
    });
  });

  test('of landmarks without eyes, or with both in one place, is refused', () => {
    const broken: Landmarks[] = [
      { scheme: 'ibug-68', points: [[1, 1]] },
      {
        scheme: 'eyes-2',
        points: [
          [1, 1],
          [1, 1],
        ],
      },
      {
        scheme: 'points-5',
        points: [
          [Number.NaN, 1],
          [1, 1],
        ],
      },
    ];
    for (const landmarks of broken) expect(() => alignmentOf(landmarks)).toThrow(InvalidDataError);
  });
});

test('a rotated box’s target goes corner to corner', () => {
  const box = { centreX: 50, centreY: 30, width: 40, height: 20, angle: Math.PI / 2 };
  const transform = similarityFromTarget(box, 80, 40);
  expectSame(transformPoint(transform, [0, 0]), [60, 10]);
  expectSame(transformPoint(transform, [80, 40]), [40, 50]);
  expect(cornersOf(box).map((corner) => corner.map(Math.round))).toEqual([
    [60, 10],
    [60, 50],
    [40, 50],
    [40, 10],
  ]);
  const { x, y, width, height } = boundingBox(cornersOf(box));
  expect([x, y, width, height].map(Math.round)).toEqual([40, 10, 20, 40]);
});

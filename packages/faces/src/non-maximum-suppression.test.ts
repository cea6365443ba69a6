import { expect, test } from 'vitest';
import { intersectionOverUnion, suppressOverlaps } from './non-maximum-suppression.js';

const box = (x: number, y: number, side: number) => ({ x, y, width: side, height: side });

test('intersection over union of squares, by hand', () => {
  expect(intersectionOverUnion(box(0, 0, 10), box(0, 0, 10))).toBe(1);
  expect(intersectionOverUnion(box(0, 0, 10), box(5, 0, 10))).toBeCloseTo(50 / 150);
  expect(intersectionOverUnion(box(0, 0, 10), box(2, 2, 5))).toBeCloseTo(0.25);
  expect(intersectionOverUnion(box(0, 0, 10), box(10, 0, 10))).toBe(0);
  expect(intersectionOverUnion(box(0, 0, 10), box(20, 20, 10))).toBe(0);
});

test('of two that overlap the earlier stays; neighbours both stay', () => {
  const [first, same, neighbour] = [box(0, 0, 10), box(1, 1, 10), box(9, 0, 10)].map((b, at) => ({
    box: b,
    score: at,
  }));
  expect(suppressOverlaps([first, same, neighbour], 0.3)).toEqual([first, neighbour]);
  expect(suppressOverlaps([same, first, neighbour], 0.3)).toEqual([same, neighbour]);
});

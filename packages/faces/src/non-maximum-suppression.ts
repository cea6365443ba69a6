import type { Box, Face } from '@mien/core';

/** Intersection over union of two boxes, 0..1. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const shared = intersection(a, b);
  return shared === 0 ? 0 : shared / (area(a) + area(b) - shared);
}

/** The share of the smaller box that lies in the other, 0..1. */
export function overlapOfSmaller(a: Box, b: Box): number {
  return intersection(a, b) / Math.min(area(a), area(b));
}

function intersection(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width <= 0 || height <= 0 ? 0 : width * height;
}

function area({ width, height }: Box): number {
  return width * height;
}

/** Keeps each face that overlaps no face before it by more than `overlap`; the order given is the order of preference. */
export function suppressOverlaps(faces: readonly Face[], overlap: number): Face[] {
  const kept: Face[] = [];
  for (const face of faces) {
    if (kept.every(({ box }) => intersectionOverUnion(box, face.box) <= overlap)) kept.push(face);
  }
  return kept;
}

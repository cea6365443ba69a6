import type { Box, Face } from '@mien/core';

/** Intersection over union of two boxes, 0..1. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const intersection = width * height;
  return intersection / (a.width * a.height + b.width * b.height - intersection);
}

/** Keeps each face that overlaps no face before it by more than `overlap`; the order given is the order of preference. */
export function suppressOverlaps(faces: readonly Face[], overlap: number): Face[] {
  const kept: Face[] = [];
  for (const face of faces) {
    if (kept.every(({ box }) => intersectionOverUnion(box, face.box) <= overlap)) kept.push(face);
  }
  return kept;
}

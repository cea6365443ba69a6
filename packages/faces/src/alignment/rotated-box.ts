import type { Box } from '@mien/core';
import { type Point, type Similarity, transformPoint } from './similarity.js';

/** A rectangle that may be turned about its centre, in pixels of its picture. */
export interface RotatedBox {
  readonly centreX: number;
  readonly centreY: number;
  readonly width: number;
  readonly height: number;
  /** Radians, clockwise as seen; 0 is upright. */
  readonly angle: number;
}

/**
 * The transform from a target of `width` × `height` pixels, to be filled from a rotated box, into the picture: for each pixel of the
 * target it says where to look. The scale is the box's height over the target's.
 */
export function similarityFromTarget(box: RotatedBox, width: number, height: number): Similarity {
  const scale = box.height / height;
  const [a, b] = [scale * Math.cos(box.angle), scale * Math.sin(box.angle)];
  return {
    a,
    b,
    x: box.centreX - (a * width - b * height) / 2,
    y: box.centreY - (b * width + a * height) / 2,
  };
}

/** The corners, clockwise from what is the top left one when it is upright. */
export function cornersOf(box: RotatedBox): [number, number][] {
  const toPicture = similarityFromTarget(box, box.width, box.height);
  const corners: Point[] = [
    [0, 0],
    [box.width, 0],
    [box.width, box.height],
    [0, box.height],
  ];
  return corners.map((corner) => transformPoint(toPicture, corner));
}

/** The smallest upright box around points. */
export function boundingBox(points: readonly Point[]): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

import type { Landmarks } from '@mien/core';
import type { Point } from '../alignment/similarity.js';

/** Points of the face mesh (MediaPipe's canonical face, 468 points). */
export const MESH_POINTS = 468;

/** Outer corners of the right and the left eye in the mesh. */
export const MESH_EYES = [33, 263] as const;

/**
 * The mesh's points for each of iBUG's 68, right half of the face first where there are two. The contour of the mesh has 36 points; every
 * other one from the right temple to the chin is a point of the jaw, which is also what fits best of all on generated faces. A brow's
 * point is the middle of its upper and lower edge.
 */
const JAW = [127, 234, 132, 58, 172, 150, 176, 148, 152, 377, 400, 379, 397, 288, 361, 454, 356];
const RIGHT_BROW_UPPER = [70, 63, 105, 66, 107];
const RIGHT_BROW_LOWER = [46, 53, 52, 65, 55];
const LEFT_BROW_UPPER = [336, 296, 334, 293, 300];
const LEFT_BROW_LOWER = [285, 295, 282, 283, 276];
const NOSE = [168, 197, 5, 4, 75, 97, 2, 326, 305];
const EYES = [33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380];
const LIPS_OUTER = [61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181];
const LIPS_INNER = [78, 82, 13, 312, 308, 317, 14, 87];

const UPPER = [...JAW, ...RIGHT_BROW_UPPER, ...LEFT_BROW_UPPER, ...NOSE, ...EYES, ...LIPS_OUTER, ...LIPS_INNER];
const LOWER = [...JAW, ...RIGHT_BROW_LOWER, ...LEFT_BROW_LOWER, ...NOSE, ...EYES, ...LIPS_OUTER, ...LIPS_INNER];

/** iBUG's 68 points out of a mesh. */
export function toIbug68(mesh: readonly Point[]): Landmarks {
  const points = UPPER.map((upper, index): [number, number] => {
    const [[x, y], [otherX, otherY]] = [mesh[upper], mesh[LOWER[index]]];
    return [(x + otherX) / 2, (y + otherY) / 2];
  });
  return { scheme: 'ibug-68', points };
}

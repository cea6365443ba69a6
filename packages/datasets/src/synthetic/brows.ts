import { createRandom } from '@mien/core';
import type { BrowGeometry, FaceGeometry } from './face-geometry.js';
import { clamp, lerp, spline } from './numeric.js';
import { PaintMap } from './paint-map.js';

/** Draws both brows hair by hair; the hairs are a person's own, and move with the brow. */
export function createBrowMap(face: FaceGeometry): PaintMap {
  const map = new PaintMap(-0.58, 0.02, 0.58, 0.42, 210);
  for (const brow of face.brows) drawBrow(map, face, brow);
  return map;
}

function drawBrow(map: PaintMap, face: FaceGeometry, brow: BrowGeometry): void {
  const { person } = face;
  const random = createRandom(0, 'brow', person.id, brow.side, person.browThickness);
  const xs = brow.points.map((point) => point[0]);
  const ys = brow.points.map((point) => point[1]);
  // Skin that shows between the hairs is shaded by them.
  for (let step = 0; step < 16; step++) {
    const at = (along: number): [number, number] => [spline(xs, along), spline(ys, along)];
    const [from, to] = [at(step / 4), at((step + 1) / 4)];
    const thin = step < 9 ? 1 : 1 - (step - 8) / 9;
    map.line(...from, ...to, brow.thickness * 0.85 * thin, 0.42 * person.browDensity, 0.42 * person.browDensity);
  }
  const hairs = Math.round(85 * person.browDensity);
  for (let hair = 0; hair < hairs; hair++) {
    const along = ((hair + random.uniform(-0.5, 0.5)) / hairs) * 4;
    const x = spline(xs, clamp(along, 0, 4));
    const y = spline(ys, clamp(along, 0, 4));
    const ahead = clamp(along + 0.3, 0.3, 4);
    const directionX = spline(xs, ahead) - spline(xs, ahead - 0.3);
    const directionY = spline(ys, ahead) - spline(ys, ahead - 0.3);
    const length = Math.hypot(directionX, directionY) || 1;
    const profile = along < 0.6 ? lerp(0.7, 1, along / 0.6) : along < 2.2 ? 1 : lerp(1, 0.18, (along - 2.2) / 1.8);
    const half = brow.thickness * profile;
    const across = random.uniform(-1, 1);
    // Upright near the nose, along the brow further out.
    const upright = clamp(1.15 - along * 0.5, -0.15, 1) - 0.35 * Math.max(0, across);
    const reach = random.uniform(0.035, 0.05);
    const startX = x;
    const startY = y + across * half;
    const endX = startX + (directionX / length) * reach * (1 - 0.6 * Math.abs(upright));
    const endY = startY + (directionY / length) * reach + upright * half * 0.9;
    const strength = person.browDensity * random.uniform(0.65, 1);
    map.line(startX, startY, endX, endY, 0.0075, strength, strength * 0.75);
  }
}

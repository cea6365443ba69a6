import { decodeBase64 } from '../decode-base64.js';
import { DEPTH, DEPTH_SIDE, FRAME, LANDMARKS } from './reference-head.js';

/** Pixels a side of a frontalised picture. */
export const FRONTAL_SIZE = 320;

/** The reference head as a frontalised picture shows it, pixel by pixel. */
export interface ReferenceSurface {
  /** Points of the head in face units, three values a pixel; where there is no face, the first is NaN. */
  readonly points: Float32Array;
  /** How much of a pixel is taken from its own side whatever is seen there, 0..1: the eyes. */
  readonly eyes: Float32Array;
  /** The 68 landmarks in pixels of the frontalised picture. */
  readonly landmarks: readonly (readonly [number, number])[];
}

let made: ReferenceSurface | undefined;

/** Made when it is first needed. */
export function referenceSurface(): ReferenceSurface {
  made ??= { points: surfacePoints(), eyes: eyeMask(), landmarks: LANDMARKS.map(([x, y]) => toPixel(x, y)) };
  return made;
}

const PIXELS_PER_UNIT = FRONTAL_SIZE / FRAME.size;

function toPixel(x: number, y: number): [number, number] {
  return [(x - FRAME.left) * PIXELS_PER_UNIT, (FRAME.top - y) * PIXELS_PER_UNIT];
}

function surfacePoints(): Float32Array {
  const depth = decodeBase64(DEPTH);
  const levelAt = (row: number, column: number): number => {
    const at = 2 * (row * DEPTH_SIDE + column);
    return depth[at] + 256 * depth[at + 1];
  };
  const points = new Float32Array(3 * FRONTAL_SIZE * FRONTAL_SIZE);
  const step = (DEPTH_SIDE - 1) / FRONTAL_SIZE;
  for (let y = 0, at = 0; y < FRONTAL_SIZE; y++) {
    const down = (y + 0.5) * step;
    const row = Math.floor(down);
    for (let x = 0; x < FRONTAL_SIZE; x++, at += 3) {
      const across = (x + 0.5) * step;
      const column = Math.floor(across);
      const corners = [
        levelAt(row, column),
        levelAt(row, column + 1),
        levelAt(row + 1, column),
        levelAt(row + 1, column + 1),
      ];
      if (corners.includes(0)) {
        points[at] = Number.NaN;
        continue;
      }
      const above = corners[0] + (corners[1] - corners[0]) * (across - column);
      const below = corners[2] + (corners[3] - corners[2]) * (across - column);
      points[at] = FRAME.left + (x + 0.5) / PIXELS_PER_UNIT;
      points[at + 1] = FRAME.top - (y + 0.5) / PIXELS_PER_UNIT;
      points[at + 2] = ((above + (below - above) * (down - row) - 1) / 65000) * 2 - 1;
    }
  }
  return points;
}

/** An ellipse over each eye, half as wide again and as high as it is wide, with a soft edge. */
function eyeMask(): Float32Array {
  const mask = new Float32Array(FRONTAL_SIZE * FRONTAL_SIZE);
  for (const corner of [36, 42]) {
    const [[left, leftY], [right, rightY]] = [LANDMARKS[corner], LANDMARKS[corner + 3]];
    const [middleX, middleY] = toPixel((left + right) / 2, (leftY + rightY) / 2);
    const radius = ((right - left) / 2) * PIXELS_PER_UNIT;
    for (let y = 0, at = 0; y < FRONTAL_SIZE; y++) {
      for (let x = 0; x < FRONTAL_SIZE; x++, at++) {
        const far = Math.hypot((x + 0.5 - middleX) / (1.5 * radius), (y + 0.5 - middleY) / radius);
        mask[at] = Math.max(mask[at], Math.min(1, Math.max(0, (1.25 - far) / 0.5)));
      }
    }
  }
  return mask;
}

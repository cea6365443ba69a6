import { InvalidDataError, type LandmarkScheme, type Landmarks } from '@mien/core';
import type { RotatedBox } from './rotated-box.js';
import { meanPoint, type Point, type Similarity } from './similarity.js';

/** How a face's eyes lie in its picture. Left and right are the person's own. */
export interface Alignment {
  readonly rightEye: Point;
  readonly leftEye: Point;
  /** Halfway between the eyes. */
  readonly middle: Point;
  /** Radians by which the line from the right to the left eye is turned from level, clockwise as seen, −π..π. */
  readonly angle: number;
  /** Pixels between the centres of the eyes. */
  readonly interOcular: number;
}

/** Which points of a scheme surround the right and the left eye. */
const EYES: Readonly<Record<LandmarkScheme, readonly [right: readonly number[], left: readonly number[]]>> = {
  'eyes-2': [[0], [1]],
  'points-5': [[0], [1]],
  'blazeface-6': [[0], [1]],
  'ibug-68': [
    [36, 37, 38, 39, 40, 41],
    [42, 43, 44, 45, 46, 47],
  ],
};

/**
 * Where the eyes are and how they are turned. An eye's centre is the mean of its points.
 * @throws {InvalidDataError} when points are missing or both eyes are in one place.
 */
export function alignmentOf({ scheme, points }: Landmarks): Alignment {
  const [rightEye, leftEye] = EYES[scheme].map((indices) => {
    const eye = indices.map((index) => points[index]);
    if (eye.includes(undefined as never)) throw wrong(scheme, `${points.length} points`);
    return meanPoint(eye);
  });
  const [dx, dy] = [leftEye[0] - rightEye[0], leftEye[1] - rightEye[1]];
  const interOcular = Math.hypot(dx, dy);
  if (!(interOcular > 0 && Number.isFinite(interOcular))) throw wrong(scheme, `eyes ${interOcular} pixels apart`);
  return { rightEye, leftEye, middle: meanPoint([rightEye, leftEye]), angle: Math.atan2(dy, dx), interOcular };
}

/** What lies around the eyes, in distances between the eyes. */
export interface EyeMargins {
  readonly width: number;
  /** Above the line of the eyes. */
  readonly above: number;
  /** Below the line of the eyes. */
  readonly below: number;
}

/** The box around a face that is turned with it, so that its eyes are level, and as wide and high as its eyes are apart says. */
export function boxAroundEyes(
  { middle, angle, interOcular }: Alignment,
  { width, above, below }: EyeMargins,
): RotatedBox {
  // Downwards in the face's own directions.
  const shift = ((below - above) / 2) * interOcular;
  return {
    centreX: middle[0] - Math.sin(angle) * shift,
    centreY: middle[1] + Math.cos(angle) * shift,
    width: width * interOcular,
    height: (above + below) * interOcular,
    angle,
  };
}

/** Turns a picture's points about the middle of the eyes until these are level; nothing is scaled. */
export function levelling({ middle: [x, y], angle }: Alignment): Similarity {
  const [a, b] = [Math.cos(angle), -Math.sin(angle)];
  return { a, b, x: x - (a * x - b * y), y: y - (b * x + a * y) };
}

function wrong(scheme: LandmarkScheme, found: string): InvalidDataError {
  return new InvalidDataError({
    expected: `landmarks with two eyes, in the order of ${scheme}`,
    found,
    fix: 'look for the face and its landmarks again, or leave it out',
    details: { scheme },
  });
}

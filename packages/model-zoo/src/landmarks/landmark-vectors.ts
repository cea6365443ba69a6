import { InvalidDataError, type Landmarks } from '@mien/core';

/** How many points `ibug-68` has. */
export const IBUG_POINTS = 68;

/** The 49 points that Jung et al. track: those of `ibug-68` without the jaw and the inner corners of the mouth. */
export const INNER_POINTS: readonly number[] = Array.from({ length: IBUG_POINTS }, (_, point) => point).filter(
  (point) => point >= 17 && point !== 60 && point !== 64,
);

/** The tip of the nose in `ibug-68`. */
const NOSE_TIP = 30;

/**
 * The coordinates of `ibug-68` landmarks as a vector, x before y: the input of `landmark-mlp`.
 * @throws {InvalidDataError} for landmarks of another scheme.
 */
export function landmarkVector(landmarks: Landmarks): Float32Array {
  requireIbug68(landmarks);
  return Float32Array.from(landmarks.points.flat());
}

/**
 * The landmarks of a sequence as the input of `dtgn`: for each frame the 49 inner points, x before y, from the tip of the nose and divided by
 * their standard deviation in that frame, each axis by its own (Jung et al. 2015, section 3.2).
 * @param sequence `ibug-68` landmarks, a frame each. @returns `frames × 98` values.
 * @throws {InvalidDataError} for landmarks of another scheme.
 */
export function trajectoryVector(sequence: readonly Landmarks[]): Float32Array {
  const vector = new Float32Array(sequence.length * INNER_POINTS.length * 2);
  for (const [frame, landmarks] of sequence.entries()) {
    requireIbug68(landmarks);
    for (const axis of [0, 1]) {
      const values = INNER_POINTS.map((point) => landmarks.points[point][axis]);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
      const origin = landmarks.points[NOSE_TIP][axis];
      values.forEach((value, index) => {
        // Points that all coincide have no shape.
        const scaled = deviation > 0 ? (value - origin) / deviation : 0;
        vector[(frame * INNER_POINTS.length + index) * 2 + axis] = scaled;
      });
    }
  }
  return vector;
}

function requireIbug68({ scheme, points }: Landmarks): void {
  if (scheme === 'ibug-68' && points.length === IBUG_POINTS) return;
  throw new InvalidDataError({
    expected: `${IBUG_POINTS} landmarks of the scheme ibug-68`,
    found: `${points.length} of ${scheme}`,
    fix: 'find the landmarks with a model of that scheme',
    details: { scheme, points: points.length },
  });
}

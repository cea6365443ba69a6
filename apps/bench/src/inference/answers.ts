import type { FacePrediction } from '@mien/core';

/** What the server says of one picture: faces, or the code of an error. */
export type PictureAnswer =
  | {
      readonly name?: string;
      readonly width: number;
      readonly height: number;
      readonly faces: readonly FacePrediction[];
    }
  | { readonly name?: string; readonly error: { readonly code: string } };

/** Networks of other batch sizes sum in another order. */
const TOLERANCE = 1e-5;

/**
 * Whether an answer is the expected one: the same outcome, faces in the same places, the same probabilities but for rounding.
 * @returns the largest difference of a probability; Infinity when anything else differs.
 */
export function differenceOf(answer: PictureAnswer, expected: PictureAnswer): number {
  if ('error' in answer || 'error' in expected) {
    return 'error' in answer && 'error' in expected && answer.error.code === expected.error.code ? 0 : Infinity;
  }
  const { width, height, faces } = expected;
  if (answer.width !== width || answer.height !== height || answer.faces.length !== faces.length) return Infinity;
  let largest = 0;
  for (const [index, face] of answer.faces.entries()) {
    if (JSON.stringify(face.box) !== JSON.stringify(faces[index].box)) return Infinity;
    const probabilities = Object.entries(faces[index].probabilities);
    for (const [name, value] of probabilities) {
      largest = Math.max(largest, Math.abs((face.probabilities[name as 'happy'] ?? Infinity) - value));
    }
  }
  return largest;
}

/** @returns whether a difference is but rounding. */
export function isEqual(difference: number): boolean {
  return difference <= TOLERANCE;
}

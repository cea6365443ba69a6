import type { FacePrediction } from '@mien/core';
import { expect, test } from 'vitest';
import { differenceOf, isEqual } from './answers.js';

const face: FacePrediction = {
  box: { x: 1, y: 2, width: 3, height: 4 },
  score: 1,
  label: 'happy',
  confidence: 0.75,
  probabilities: { happy: 0.75, sad: 0.25 },
};
const answer = { width: 10, height: 20, faces: [face] };
const damaged = { error: { code: 'MIEN_INVALID_IMAGE' } };

test('the same outcome, place and probabilities are equal, rounding aside', () => {
  expect(differenceOf(answer, answer)).toBe(0);
  expect(differenceOf(damaged, damaged)).toBe(0);
  const rounded = { ...answer, faces: [{ ...face, probabilities: { happy: 0.750001, sad: 0.249999 } }] };
  expect(isEqual(differenceOf(rounded, answer))).toBe(true);
});

test.each([
  ['an error instead of faces', damaged],
  ['another size', { ...answer, width: 11 }],
  ['a face less', { ...answer, faces: [] }],
  ['another place', { ...answer, faces: [{ ...face, box: { ...face.box, x: 1.5 } }] }],
  ['other probabilities', { ...answer, faces: [{ ...face, probabilities: { happy: 0.74, sad: 0.26 } }] }],
  ['a probability that is missing', { ...answer, faces: [{ ...face, probabilities: { happy: 0.75 } }] }],
])('%s is not equal', (_what, other) => {
  expect(isEqual(differenceOf(other, answer))).toBe(false);
});

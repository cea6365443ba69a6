import { expect, test } from 'vitest';
import { toPrediction } from './prediction.js';

test('probabilities keep the label order of the model', () => {
  const prediction = toPrediction(['sad', 'happy', 'angry'], Float32Array.of(0.25, 0.5, 0.25));
  expect(prediction).toEqual({
    label: 'happy',
    confidence: 0.5,
    probabilities: { sad: 0.25, happy: 0.5, angry: 0.25 },
  });
});

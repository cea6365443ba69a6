import { expect, test } from 'vitest';
import { describeCameraError } from './camera.js';
import { describeFaces, describeTimeline } from './wording.js';

test('faces are said as one would', () => {
  expect(describeFaces([])).toBe('No face found.');
  expect(describeFaces([{ id: 1, label: 'fear', confidence: 0.514 }])).toBe('One face: face 1 looks afraid, 51 %.');
  const two = [1, 2].map((id) => ({ id, label: 'happy' as const, confidence: 1 }));
  expect(describeFaces(two)).toBe('2 faces: face 1 looks happy, 100 %; face 2 looks happy, 100 %.');
});

test('the timeline is said by its largest parts', () => {
  const moments = [0, 4].map((time) => ({ time, probabilities: { happy: 0.7, sad: 0.25, angry: 0.05 } }));
  expect(describeTimeline(3, moments)).toBe('Face 3 over 4 s: happy 70 %, sad 25 %.');
  expect(describeTimeline(3, [])).toBe('Nothing was read yet.');
});

test('each way that a camera fails is said, and what to do instead', () => {
  const names = ['NotAllowedError', 'NotFoundError', 'NotReadableError', 'InsecureContext', 'AbortError'];
  const texts = names.map(describeCameraError);
  expect(new Set(texts).size).toBe(names.length);
  for (const text of texts) expect(text).toMatch(/picture or a video instead\.$/);
  expect(texts[0]).toMatch(/refused.*Allow it/);
  expect(texts[4]).toMatch(/AbortError/);
});

import { expect, test } from 'vitest';
import { ALL_EMOTIONS, parseEmotion } from './emotion.js';
import { UnknownLabelError } from './errors.js';

test('canonical names and the spellings of known data sets are read, whatever their case', () => {
  for (const emotion of ALL_EMOTIONS) expect(parseEmotion(emotion.toUpperCase())).toBe(emotion);
  expect(['Anger', 'happiness', 'AFRAID', 'sadness', 'surprised'].map(parseEmotion)).toEqual([
    'angry',
    'happy',
    'fear',
    'sad',
    'surprise',
  ]);
});

test('any other word is refused by name, words of Object.prototype too', () => {
  for (const word of ['', 'bored', 'constructor', '__proto__'])
    expect(() => parseEmotion(word)).toThrow(UnknownLabelError);
  expect(() => parseEmotion('bored')).toThrow(/"bored"/);
});

import { UnknownLabelError } from './errors.js';

/** The seven expressions of the study, in FER-2013's order (class 0 … 6). The order of a model's outputs is its bundle's `labels`. */
export const EMOTIONS = ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'] as const;

/** Every expression any supported data set names: the seven, and contempt (CK+, FER+). */
export const ALL_EMOTIONS = [...EMOTIONS, 'contempt'] as const;

export type Emotion = (typeof ALL_EMOTIONS)[number];

/** Spellings met in data sets' folder and file names, lower case, beside the canonical one. */
const SPELLINGS: Readonly<Record<string, Emotion>> = {
  anger: 'angry',
  disgusted: 'disgust',
  afraid: 'fear',
  fearful: 'fear',
  happiness: 'happy',
  joy: 'happy',
  sadness: 'sad',
  surprised: 'surprise',
  contemptuous: 'contempt',
};

/** Whether `value` is one of the canonical emotion names. */
export function isEmotion(value: unknown): value is Emotion {
  return (ALL_EMOTIONS as readonly unknown[]).includes(value);
}

/**
 * The emotion that a data set's spelling means (`Anger`, `happiness`, `AFRAID`, …); case does not matter.
 * @throws {UnknownLabelError} when the word names no emotion.
 */
export function parseEmotion(word: string): Emotion {
  const lower = word.trim().toLowerCase();
  if (isEmotion(lower)) return lower;
  const emotion = Object.hasOwn(SPELLINGS, lower) ? SPELLINGS[lower] : undefined;
  if (emotion) return emotion;
  throw new UnknownLabelError({
    expected: `an emotion, one of ${ALL_EMOTIONS.join(', ')} (or ${Object.keys(SPELLINGS).join(', ')})`,
    found: `"${word}"`,
    fix: 'rename the label or folder, or leave it out of the data set',
  });
}

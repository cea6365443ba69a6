import type { Emotion } from '@mien/core';
import { type Moment, meanProbabilities } from './history.js';
import type { ReadFace } from './protocol.js';

export const percent = (share: number) => `${Math.round(100 * share)} %`;

/** What a screen reader says of a picture or of the moment. */
export function describeFaces(faces: readonly Pick<ReadFace, 'id' | 'label' | 'confidence'>[]): string {
  if (faces.length === 0) return 'No face found.';
  const each = faces.map(
    ({ id, label, confidence }) => `face ${id} looks ${ADJECTIVES[label]}, ${percent(confidence)}`,
  );
  return `${faces.length === 1 ? 'One face' : `${faces.length} faces`}: ${each.join('; ')}.`;
}

/** How a face looks, said of it. */
const ADJECTIVES: Readonly<Record<Emotion, string>> = {
  angry: 'angry',
  disgust: 'disgusted',
  fear: 'afraid',
  happy: 'happy',
  sad: 'sad',
  surprise: 'surprised',
  neutral: 'neutral',
  contempt: 'contemptuous',
};

/** The timeline in words. */
export function describeTimeline(id: number, moments: readonly Moment[]): string {
  const shares = meanProbabilities(moments).filter(([, share]) => share >= 0.1);
  if (shares.length === 0) return 'Nothing was read yet.';
  const seconds = Math.round((moments.at(-1) as Moment).time - moments[0].time);
  const parts = shares.slice(0, 3).map(([emotion, share]) => `${emotion} ${percent(share)}`);
  return `Face ${id} over ${seconds} s: ${parts.join(', ')}.`;
}

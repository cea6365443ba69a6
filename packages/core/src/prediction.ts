import type { Emotion } from './emotion.js';
import type { Face } from './face.js';

/** What a model says of one face. */
export interface Prediction {
  /** The most probable emotion. */
  readonly label: Emotion;
  /** Probability of `label`, 0..1. */
  readonly confidence: number;
  /** A probability for each of the model's labels, in its order; they sum to 1. */
  readonly probabilities: Readonly<Partial<Record<Emotion, number>>>;
}

/** A face together with what the model says of it. */
export type FacePrediction = Face & Prediction;

/**
 * Turns a model's output row into a prediction.
 * @param labels the model's label order; @param probabilities one value a label, summing to 1.
 */
export function toPrediction(labels: readonly Emotion[], probabilities: ArrayLike<number>): Prediction {
  let best = 0;
  const byEmotion: Partial<Record<Emotion, number>> = {};
  labels.forEach((label, index) => {
    byEmotion[label] = probabilities[index];
    if (probabilities[index] > probabilities[best]) best = index;
  });
  return { label: labels[best], confidence: probabilities[best], probabilities: byEmotion };
}

import { ALL_EMOTIONS, type Emotion } from '@mien/core';

/** The class of each vote column; after them come "unknown" and "not a face". */
const CLASSES: readonly Emotion[] = ['neutral', 'happy', 'surprise', 'sad', 'angry', 'disgust', 'fear', 'contempt'];

/** The four ways in which FER+'s authors make labels of votes (Barsoum et al. 2016, section 4). */
export const FERPLUS_LABELS = ['majority', 'probability', 'cross-entropy', 'multi-target'] as const;
export type FerPlusLabels = (typeof FERPLUS_LABELS)[number];

/**
 * Why a row has no label: no class (or classes together) has the majority, or what the most votes are for is "unknown" or
 * "not a face".
 */
export type FerPlusExclusion = 'no-majority' | 'unknown' | 'not-a-face';

export type FerPlusLabel =
  | {
      readonly emotion: Emotion;
      /** Probabilities in the order of `ALL_EMOTIONS`; absent for the majority's label. */
      readonly distribution?: readonly number[];
    }
  | { readonly excluded: FerPlusExclusion };

/** Of the votes that count, one class or the chosen classes together must have more than this share. */
const MAJORITY = 0.5;
/** Classes are taken, the largest first, until they have this share of the votes … */
const ENOUGH = 0.75;
/** … and there are at most this many. */
const MOST_CLASSES = 3;
/** With multi-target labels, every class with this share of the votes is a target. */
const TARGET = 0.3;

/**
 * The label of a picture by the rules of FER+'s authors (Barsoum et al. 2016, arXiv 1608.01041, as their published loader
 * has them). First, columns with a single vote are outliers and count nothing. Then
 * - `majority`: the column with more than half of the votes;
 * - `probability` and `cross-entropy`: the largest columns, ties together, until they have three quarters of the votes or are
 *   three; "unknown" or "not a face" ends this, and counts only when it comes first. They must have more than half of
 *   the votes and be no more than three. The distribution is their votes, scaled to sum to 1. The
 *   two differ in what training is meant to do with it: draw one label each time it shows the picture, or take it as the target;
 * - `multi-target`: every column with 30 % of the votes; together they must have more than half. The distribution has the
 *   same value for each, for a loss that rewards any one of them.
 *
 * The emotion is that of the most votes, the first column of a tie. A picture has no label where the rule finds none, or where
 * "unknown" or "not a face" has the most.
 * @param votes ten counts, in the order of `FERPLUS_COLUMNS`.
 */
export function labelOfVotes(votes: readonly number[], labels: FerPlusLabels): FerPlusLabel {
  const counted = votes.map((count) => (count > 1 ? count : 0));
  const total = sum(counted);
  const kept =
    labels === 'majority'
      ? counted.map((count) => (count > MAJORITY * total ? count : 0))
      : labels === 'multi-target'
        ? counted.map((count) => (count >= TARGET * total ? count : 0))
        : keepLargest(counted, total);
  if (kept === undefined || sum(kept) <= MAJORITY * total) return { excluded: 'no-majority' };
  const winner = kept.indexOf(Math.max(...kept));
  if (winner >= CLASSES.length) return { excluded: winner === CLASSES.length ? 'unknown' : 'not-a-face' };
  const emotion = CLASSES[winner];
  if (labels === 'majority') return { emotion };
  const weights = CLASSES.map((_, column) => (labels === 'multi-target' ? Math.sign(kept[column]) : kept[column]));
  const all = sum(weights);
  return { emotion, distribution: ALL_EMOTIONS.map((label) => weights[CLASSES.indexOf(label)] / all) };
}

/** The largest columns until they have enough of the votes; `undefined` when that takes too many. */
function keepLargest(counted: readonly number[], total: number): number[] | undefined {
  const left = [...counted];
  const kept = counted.map(() => 0);
  let classes = 0;
  let gathered = 0;
  let noEmotion = false;
  while (gathered < ENOUGH * total && classes < MOST_CLASSES && !noEmotion) {
    const most = Math.max(...left);
    for (let column = 0; column < left.length && !noEmotion; column++) {
      if (left[column] !== most) continue;
      left[column] = 0;
      gathered += most;
      noEmotion = column >= CLASSES.length;
      if (noEmotion && classes > 0) break;
      kept[column] = most;
      classes++;
    }
  }
  return classes > MOST_CLASSES ? undefined : kept;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

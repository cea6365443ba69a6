import { CROP_SHARE, type Views } from '@mien/training';
import type { Experiment } from '../configuration/experiment.js';

/** A split protocol as a card says it. */
export function describeProtocol({ split, leaks, evaluation }: Experiment): string {
  const { protocol, ...options } = split;
  const text = Object.entries(options).map(([key, value]) => `${key} ${value}`);
  if (leaks === 'drop') text.push('without leaks');
  if (leaks === 'allow') text.push('leaks allowed');
  text.push(...describeViews(evaluation.views, evaluation.cropShare));
  return text.length > 0 ? `${protocol} (${text.join(', ')})` : protocol;
}

/** Over how many views of a picture an answer is the mean; nothing for one. @param cropShare where it is not the usual one. */
export function describeViews(views: Views, cropShare: number = CROP_SHARE): string[] {
  if (views === 'one') return [];
  if (views === 'flip') return ['mean over two views'];
  return [`mean over ten crops${cropShare === CROP_SHARE ? '' : ` of ${cropShare} of a side`}`];
}

import type { Views } from '@mien/training';
import type { Experiment } from '../configuration/experiment.js';

/** A split protocol as a card says it. */
export function describeProtocol({ split, leaks, evaluation }: Experiment): string {
  const { protocol, ...options } = split;
  const text = Object.entries(options).map(([key, value]) => `${key} ${value}`);
  if (leaks === 'drop') text.push('without leaks');
  if (leaks === 'allow') text.push('leaks allowed');
  text.push(...describeViews(evaluation.views));
  return text.length > 0 ? `${protocol} (${text.join(', ')})` : protocol;
}

/** Over how many views of a picture an answer is the mean; nothing for one. */
export function describeViews(views: Views): string[] {
  return views === 'one' ? [] : [`mean over ${views === 'flip' ? 'two views' : 'ten crops'}`];
}

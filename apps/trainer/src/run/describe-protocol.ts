import type { Experiment } from '../configuration/experiment.js';

/** A split protocol as a card says it. */
export function describeProtocol({ split, leaks, evaluation }: Experiment): string {
  const { protocol, ...options } = split;
  const text = Object.entries(options).map(([key, value]) => `${key} ${value}`);
  if (leaks === 'drop') text.push('without leaks');
  if (leaks === 'allow') text.push('leaks allowed');
  if (evaluation.views !== 'one') text.push(`mean over ${evaluation.views === 'flip' ? 'two views' : 'ten crops'}`);
  return text.length > 0 ? `${protocol} (${text.join(', ')})` : protocol;
}

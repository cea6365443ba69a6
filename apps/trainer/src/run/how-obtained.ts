import type { ModelCard, Split } from '@mien/core';
import type { ReportEvaluation } from '@mien/metrics';

/**
 * How figures of a bundle on a part of a data set came about, by what its card says of its training. Of a set that it learned from, only the
 * parts that the set itself names are known to be the same as in training, and of several sets only the last one's protocol stands in the card.
 * @param sets the set's name and those of the sets that it shares pictures with (`pictureSetsOf`): parts of its own go by theirs.
 */
export function howObtained(
  { training }: Pick<ModelCard, 'training'>,
  sets: readonly string[],
  split: Split | 'all',
): ReportEvaluation['obtained'] {
  if (!sets.some((name) => training.datasets.includes(name))) return 'out-of-sample';
  const isOfficial = sets.includes(training.datasets.at(-1) as string) && /^official\b/.test(training.protocol);
  if (!isOfficial || split === 'train' || split === 'all') return 'in-sample';
  return split === 'validation' ? 'selected-on' : 'held-out';
}

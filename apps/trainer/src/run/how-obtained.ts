import { isDeepStrictEqual } from 'node:util';
import type { ModelCard, Split } from '@mien/core';
import type { SplitProtocol } from '@mien/datasets';
import type { ReportEvaluation } from '@mien/metrics';

/** What figures go by: a card, or what will stand in one. */
export interface Trained {
  readonly training: Pick<ModelCard['training'], 'datasets' | 'split'>;
}

/**
 * How figures of a model on a part of a data set came about, by what is known of its training. Of a set that it learned from, only the parts of
 * the same division are known to be the same as in training, and of several sets only the last one's division is known.
 * @param sets the set's name and those of the sets that it shares pictures with (`pictureSetsOf`): parts of its own go by theirs.
 * @param division what the part is one of.
 */
export function howObtained(
  { training }: Trained,
  sets: readonly string[],
  part: Split | 'all',
  division: SplitProtocol = { protocol: 'official' },
): ReportEvaluation['obtained'] {
  if (!sets.some((name) => training.datasets.includes(name))) return 'out-of-sample';
  const isSame = sets.includes(training.datasets.at(-1) as string) && isDeepStrictEqual(training.split, division);
  if (!isSame || part === 'train' || part === 'all') return 'in-sample';
  return part === 'validation' ? 'selected-on' : 'held-out';
}

import type { ModelCard, Split } from '@mien/core';
import type { ReportEvaluation } from '@mien/metrics';

/**
 * How figures of a bundle on a part of a data set came about, by what its card says of its training. Of a set that it learned from, only the
 * parts that the set itself names are known to be the same as in training, and of several sets only the last one's protocol stands in the card.
 */
export function howObtained(
  { training }: Pick<ModelCard, 'training'>,
  dataset: string,
  split: Split | 'all',
): ReportEvaluation['obtained'] {
  if (!training.datasets.includes(dataset)) return 'out-of-sample';
  const isOfficial = dataset === training.datasets.at(-1) && /^official\b/.test(training.protocol);
  if (!isOfficial || split === 'train' || split === 'all') return 'in-sample';
  return split === 'validation' ? 'selected-on' : 'held-out';
}

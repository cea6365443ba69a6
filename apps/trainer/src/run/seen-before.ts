import { InvalidDataError, type Split } from '@mien/core';
import type { SplitProtocol } from '@mien/datasets';
import type { ReportEvaluation } from '@mien/metrics';
import type { Experiment } from '../configuration/experiment.js';
import { howObtained, type Trained } from './how-obtained.js';
import type { RunSet } from './run-set.js';

/** A training whose knowledge a run begins with or is taught: a bundle's, or the first of two stages. */
export interface EarlierTraining extends Trained {
  readonly name: string;
}

type Measured = Exclude<Split, 'train'>;
type Obtained = ReportEvaluation['obtained'];

/** From unseen to learned by heart. */
const SEEN: readonly Obtained[] = ['out-of-sample', 'held-out', 'selected-on', 'in-sample'];

/**
 * How figures on a part come about when the trainings before are counted too: what one of them learned from is not held out, however the
 * pictures are divided now.
 * @param own what they are to the run's own training.
 */
export function obtainedAfter(
  earlier: readonly EarlierTraining[],
  { pictureSets }: Pick<RunSet, 'pictureSets'>,
  split: SplitProtocol,
  part: Measured,
  own: Obtained,
): Obtained {
  const all = earlier.map((training) => howObtained(training, pictureSets[part], part, split));
  return [own, ...all].reduce((most, next) => (SEEN.indexOf(next) > SEEN.indexOf(most) ? next : most));
}

/**
 * Makes sure that nothing which a run begins with, or is taught by, has learned from what the run is measured on.
 * @throws {InvalidDataError} when something has, or may have, unless `leaks` is `allow`: pictures cannot be taken out of weights, so `drop`
 * does not help.
 */
export function assertUnseen(
  earlier: readonly EarlierTraining[],
  data: Pick<RunSet, 'parts' | 'pictureSets'>,
  { split, leaks }: Pick<Experiment, 'split' | 'leaks'>,
): void {
  if (leaks === 'allow') return;
  for (const part of ['test', 'validation'] as const) {
    if (data.parts[part].length === 0) continue;
    const seen = earlier.find((one) => howObtained(one, data.pictureSets[part], part, split) === 'in-sample');
    if (seen === undefined) continue;
    const { datasets, split: earlierSplit } = seen.training;
    const division = earlierSplit ? 'divided otherwise' : 'divided as its card does not say';
    throw new InvalidDataError({
      expected: `weights and teachers that have learned nothing from the ${part} part`,
      found: `${seen.name}, which learned from ${datasets.join(', ')}, ${division}`,
      fix: 'begin with another bundle, divide the data as it did, or take the figures as in-sample: leaks: allow',
    });
  }
}

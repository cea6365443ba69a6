import { expandFolds, type SplitItem, type SplitProtocol } from '@mien/datasets';
import type { Experiment } from '../configuration/experiment.js';

/** One training of a run that has several. */
export interface Member {
  readonly split: SplitProtocol;
  readonly seed: number;
  /** Below the run's folder; empty for a run of one. */
  readonly folder: string;
  /** `fold 2 of 5, seed 3`; empty for a run of one. */
  readonly title: string;
}

/** Below a run's folder, of the model of all pictures. */
export const FINAL_FOLDER = 'final';

/** The trainings of an experiment: every fold of its protocol with `crossValidation`, each with every one of `seeds`. */
export function listMembers(experiment: Experiment, items: readonly SplitItem[]): Member[] {
  const splits = experiment.crossValidation ? listSplits(experiment.split, items) : [{ split: experiment.split }];
  const seeds = experiment.seeds ?? [experiment.seed];
  return splits.flatMap(({ split, name, title }: Split) =>
    seeds.map((seed) => ({
      split,
      seed,
      folder: [name, seeds.length > 1 && `seed-${seed}`].filter(Boolean).join('/'),
      title: [title, seeds.length > 1 && `seed ${seed}`].filter(Boolean).join(', '),
    })),
  );
}

/** With `finalModel`: the training on all that no epoch is chosen by. */
export function finalMember({ split, seeds, seed }: Experiment): Member {
  const own = split as {
    readonly validationShare?: number;
    readonly unit?: 'subject' | 'image';
    readonly seed?: number;
  };
  const { validationShare = 0.2, unit = 'subject', seed: splitSeed = 0 } = own;
  return {
    split: { protocol: 'hold-out', testShare: 0, validationShare, unit, seed: splitSeed },
    seed: seeds?.[0] ?? seed,
    folder: FINAL_FOLDER,
    title: 'final model',
  };
}

interface Split {
  readonly split: SplitProtocol;
  readonly name?: string;
  readonly title?: string;
}

function listSplits(protocol: SplitProtocol, items: readonly SplitItem[]): Split[] {
  if (protocol.protocol === 'by-gender') {
    const others = { female: 'male', male: 'female' } as const;
    const directions = [protocol.train, others[protocol.train]];
    return directions.map((train) => ({
      split: { ...protocol, train },
      name: `${train}-to-${others[train]}`,
      title: `trained on ${train}, tested on ${others[train]}`,
    }));
  }
  const folds = expandFolds(items, protocol);
  if (folds.length === 1) return [{ split: folds[0] }];
  return folds.map((split, index) => ({
    split,
    name: `fold-${index + 1}`,
    title:
      split.protocol === 'leave-one-subject-out' ? `without ${split.subject}` : `fold ${index + 1} of ${folds.length}`,
  }));
}

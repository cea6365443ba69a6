import { type Emotion, InvalidDataError, type Split } from '@mien/core';
import { assignSplits, type SplitIndices, type SplitProtocol } from '@mien/datasets';
import type { TrainingSource } from '@mien/training';
import { assertNoLeaks, checkParts } from '@mien/training';
import type { PictureSets } from '../configuration/dataset-definition.js';
import type { Experiment } from '../configuration/experiment.js';
import type { ModelInputs } from '../inputs/model-inputs.js';
import { dropTensorLeaks } from './drop-tensor-leaks.js';
import { mapLabels } from './label-order.js';

/** Tensors and how they are divided. */
export interface RunSet extends ModelInputs {
  readonly parts: SplitIndices;
  /** The data sets whose pictures are in each part, this one's own name last. */
  readonly pictureSets: Readonly<Record<Split, readonly string[]>>;
}

export interface SplitSetOptions {
  readonly split: SplitProtocol;
  readonly leaks: Experiment['leaks'];
  /** Whether the training chooses by a validation part (`needsValidation`). Default: yes. */
  readonly needsValidation?: boolean;
  /** The sets that share pictures with this one (`readPictureSets`). */
  readonly shares?: PictureSets;
}

/**
 * Divides a set, and makes sure of what the figures rest on.
 * @throws {InvalidDataError} when a part that is needed is empty, a class is measured that training never saw, or a picture of training is measured too and
 * `leaks` is `refuse`.
 */
export function splitSet(inputs: ModelInputs, options: SplitSetOptions): RunSet {
  const { set } = inputs;
  const { split, leaks, needsValidation = true, shares } = options;
  const assigned = assignSplits(set.samples, split, { require: ['train'] });
  if (needsValidation && assigned.validation.length === 0) {
    throw new InvalidDataError({
      expected: `samples in the validation part under the protocol ${split.protocol}, which the kept epoch is chosen by`,
      found: `none among ${set.samples.length} (train ${assigned.train.length}, test ${assigned.test.length})`,
      fix: 'give the split a validationShare or use another one, or keep the last epoch: training.keepBest: none',
    });
  }
  const parts = leaks === 'drop' ? dropTensorLeaks(assigned, set) : assigned;
  const source = (indices: readonly number[]) => ({
    set,
    indices,
    classOf: mapLabels(set.index.labels, set),
    range: [0, 1] as const,
  });
  const { validation, test } = parts;
  const measured = {
    ...(validation.length > 0 && { validation: source(validation) }),
    ...(test.length > 0 && { test: source(test) }),
  };
  checkParts(source(parts.train), measured);
  if (leaks === 'refuse') assertNoLeaks(source(parts.train), Object.values(measured));
  const pictureSetsIn = (indices: readonly number[]) => {
    const databases = new Set(indices.flatMap((index) => set.samples[index].groups?.database ?? []));
    const combined = [...databases].flatMap((name) => shares?.parts.get(name) ?? name);
    return [...new Set([...(shares?.picturesOf ?? []), ...combined, set.index.name])];
  };
  const pictureSets = {
    train: pictureSetsIn(parts.train),
    validation: pictureSetsIn(validation),
    test: pictureSetsIn(test),
  };
  return { ...inputs, parts, pictureSets };
}

/** Some rows of a run's data, as training and predictions take them. */
export function sourceOf(
  { set, landmarks }: ModelInputs,
  indices: readonly number[],
  { labels, range }: { readonly labels: readonly Emotion[]; readonly range: readonly [number, number] },
): TrainingSource {
  return { set, indices, classOf: mapLabels(labels, set), range, ...(landmarks && { landmarks }) };
}

import type { Emotion } from '@mien/core';
import { assignSplits, type SplitIndices, type SplitProtocol } from '@mien/datasets';
import type { TrainingSource } from '@mien/training';
import { assertNoLeaks, checkParts } from '@mien/training';
import type { Experiment } from '../configuration/experiment.js';
import type { ModelInputs } from '../inputs/model-inputs.js';
import { dropTensorLeaks } from './drop-tensor-leaks.js';
import { mapLabels } from './label-order.js';

/** Tensors and how they are divided. */
export interface RunSet extends ModelInputs {
  readonly parts: SplitIndices;
  /** The data sets whose pictures are in the training part, this one's own name last. */
  readonly learnedFrom: readonly string[];
}

export interface SplitSetOptions {
  readonly split: SplitProtocol;
  readonly leaks: Experiment['leaks'];
  /** The sets whose pictures these are, labelled anew. */
  readonly picturesOf?: readonly string[];
}

/**
 * Divides a set, and makes sure of what the figures rest on.
 * @throws {InvalidDataError} when a part is empty, a class is measured that training never saw, or a picture of training is measured too and
 * `leaks` is `refuse`.
 */
export function splitSet(inputs: ModelInputs, { split, leaks, picturesOf = [] }: SplitSetOptions): RunSet {
  const { set } = inputs;
  const assigned = assignSplits(set.samples, split, { require: ['train', 'validation'] });
  const parts = leaks === 'drop' ? dropTensorLeaks(assigned, set) : assigned;
  const source = (indices: readonly number[]) => ({
    set,
    indices,
    classOf: mapLabels(set.index.labels, set),
    range: [0, 1] as const,
  });
  const measured = { validation: source(parts.validation), ...(parts.test.length > 0 && { test: source(parts.test) }) };
  checkParts(source(parts.train), measured);
  if (leaks === 'refuse') assertNoLeaks(source(parts.train), Object.values(measured));
  const combined = parts.train.flatMap((index) => set.samples[index].groups?.database ?? []);
  return { ...inputs, parts, learnedFrom: [...new Set([...picturesOf, ...combined, set.index.name])] };
}

/** Some rows of a run's data, as training and predictions take them. */
export function sourceOf(
  { set, landmarks }: ModelInputs,
  indices: readonly number[],
  { labels, range }: { readonly labels: readonly Emotion[]; readonly range: readonly [number, number] },
): TrainingSource {
  return { set, indices, classOf: mapLabels(labels, set), range, ...(landmarks && { landmarks }) };
}

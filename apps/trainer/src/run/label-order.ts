import { type Emotion, UnknownLabelError } from '@mien/core';
import type { TensorSet } from '@mien/preprocessing/node';

/**
 * The model's class for each label of a tensor set.
 * @throws {UnknownLabelError} when samples carry a label that the model has no class for.
 */
export function mapLabels(modelLabels: readonly Emotion[], set: TensorSet): number[] {
  const present = new Set(set.labels);
  const unknown = set.index.labels.filter((label, index) => present.has(index) && !modelLabels.includes(label));
  if (unknown.length === 0) return set.index.labels.map((label) => modelLabels.indexOf(label));
  throw new UnknownLabelError({
    expected: `samples of the model's classes: ${modelLabels.join(', ')}`,
    found: `samples of ${unknown.join(', ')} in ${set.index.name}`,
    fix: 'use a model that knows them, or leave those samples out (mien-train evaluate --ignore-unknown-labels does)',
    details: { unknown },
  });
}

/** Samples that a model has classes for, and how many of each other class were left out. */
export interface KnownSamples {
  readonly indices: number[];
  /** By class, in the set's order. */
  readonly ignored: Readonly<Partial<Record<Emotion, number>>>;
  /** The model's class for each label of the set; −1 for those that `indices` has none of. */
  readonly classOf: number[];
}

/**
 * Of the samples of a tensor set, those whose label the model has a class for.
 * @throws {UnknownLabelError} when none is left.
 */
export function keepKnownLabels(
  modelLabels: readonly Emotion[],
  set: TensorSet,
  indices: readonly number[],
): KnownSamples {
  const classOf = set.index.labels.map((label) => modelLabels.indexOf(label));
  const known = indices.filter((index) => classOf[set.labels[index]] >= 0);
  const ignored: Partial<Record<Emotion, number>> = {};
  for (const [label, emotion] of set.index.labels.entries()) {
    if (classOf[label] >= 0) continue;
    const count = indices.filter((index) => set.labels[index] === label).length;
    if (count > 0) ignored[emotion] = count;
  }
  if (known.length > 0) return { indices: known, ignored, classOf };
  throw new UnknownLabelError({
    expected: `samples of the model's classes: ${modelLabels.join(', ')}`,
    found: `only samples of ${Object.keys(ignored).join(', ')} in ${set.index.name}`,
    fix: 'use another data set, or a model that knows them',
    details: { ignored },
  });
}

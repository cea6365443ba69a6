import { type Emotion, UnknownLabelError } from '@mien/core';
import type { TensorSet } from '@mien/preprocessing';

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
    fix: 'leave those classes out of the data set, or use a model that knows them',
    details: { unknown },
  });
}

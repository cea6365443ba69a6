import { ALL_EMOTIONS, InvalidDataError } from '@mien/core';
import { z } from 'zod';
import type { Batch, BatchSource } from '../batches.js';

/** How much each class counts in the loss. */
export const classWeightsSchema = z.union([
  /** Each class as much as any other: n / (classes × n of the class), as scikit-learn has it. */
  z.literal('balanced'),
  /** Factors by class; what is not named counts 1. */
  z.partialRecord(z.enum(ALL_EMOTIONS), z.number().positive()),
]);

export type ClassWeights = z.output<typeof classWeightsSchema>;

/**
 * The weight of each class in the model's order, from what is trained on.
 * @throws {InvalidDataError} when a class that is to be balanced has no sample, or a named one is not of the model.
 */
export function resolveClassWeights(weights: ClassWeights | undefined, source: BatchSource, classes: number): number[] {
  const names = Array.from({ length: classes }, (_, index) => source.set.index.labels[source.classOf.indexOf(index)]);
  if (weights === undefined) return names.map(() => 1);
  if (weights !== 'balanced') {
    const unknown = Object.keys(weights).filter((name) => !names.some((own) => own === name));
    if (unknown.length === 0) return names.map((name) => weights[name] ?? 1);
    throw new InvalidDataError({
      expected: `class weights of the model's classes: ${names.join(', ')}`,
      found: `a weight of ${unknown.join(', ')}`,
      fix: 'leave it out, or correct the name',
      details: { unknown },
    });
  }
  const counts = names.map(() => 0);
  for (const index of source.indices) counts[source.classOf[source.set.labels[index]]] += 1;
  const missing = names.filter((_, index) => counts[index] === 0);
  if (missing.length > 0) {
    throw new InvalidDataError({
      expected: 'a training sample of every class, to balance them',
      found: `none of ${missing.join(', ')}`,
      fix: 'give weights by name, or split so that every class is trained on',
      details: { missing },
    });
  }
  return counts.map((count) => source.indices.length / (classes * count));
}

/**
 * What each log-probability is multiplied by so that minus the sum over the batch is the loss: labels after smoothing (Szegedy et al. 2016,
 * section 7), times the classes' weights, divided by the sum of all of these. For one label a sample it is PyTorch's
 * `CrossEntropyLoss(weight, label_smoothing)` but for the divisor, where PyTorch leaves smoothing out.
 * @returns `[size, classes]`.
 */
export function weighTargets(
  { labels, size }: Pick<Batch, 'labels' | 'size'>,
  weights: readonly number[],
  smoothing: number,
): Float32Array {
  const classes = labels.length / size;
  const spread = smoothing / classes;
  const shares = Float64Array.from(
    labels,
    (share, place) => (share * (1 - smoothing) + spread) * weights[place % classes],
  );
  const total = shares.reduce((sum, share) => sum + share, 0);
  return Float32Array.from(shares, (share) => share / total);
}

import { InvalidDataError } from '@mien/core';
import type { TrainingSource } from './source.js';

/**
 * Whether there is something to learn and to measure.
 * @throws {InvalidDataError} when a part is empty, training has one class only, or a class is measured that training never saw.
 */
export function checkParts(train: TrainingSource, measured: Readonly<Record<string, TrainingSource>>): void {
  requireSamples(train, 'training');
  const seen = classesOf(train);
  if (seen.size < 2) {
    throw new InvalidDataError({
      expected: 'training samples of two classes or more',
      found: `${train.indices.length} of ${nameOf(train, [...seen][0])} alone`,
      fix: 'check the labels and the split protocol',
      details: { classes: [...seen] },
    });
  }
  for (const [part, source] of Object.entries(measured)) {
    requireSamples(source, part);
    const unseen = [...classesOf(source)].filter((own) => !seen.has(own)).map((own) => nameOf(source, own));
    if (unseen.length === 0) continue;
    throw new InvalidDataError({
      expected: `classes in ${part} that training has too`,
      found: `${unseen.join(', ')} in ${part} alone`,
      fix: 'use another split (fewer folds, another seed), or leave the class out with a class mapping',
      details: { part, unseen },
    });
  }
}

function requireSamples({ indices }: TrainingSource, part: string): void {
  if (indices.length > 0) return;
  throw new InvalidDataError({
    expected: `at least one ${part} sample`,
    found: 'none',
    fix: 'check the split protocol against what the data set has',
    details: { part },
  });
}

/** The model's classes that the samples have. */
function classesOf({ set, indices, classOf }: TrainingSource): Set<number> {
  return new Set(indices.map((index) => classOf[set.labels[index]]));
}

function nameOf({ set, classOf }: TrainingSource, own: number): string {
  return set.index.labels[classOf.indexOf(own)] ?? `class ${own}`;
}

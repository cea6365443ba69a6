import { createHash } from 'node:crypto';
import { ALL_EMOTIONS, type Emotion, InvalidDataError, type Sample, type Sequence } from '@mien/core';
import { z } from 'zod';
import type { OpenedDataset } from './opened-dataset.js';

const emotion = z.enum(ALL_EMOTIONS);

/**
 * What becomes of a data set's classes, as data: `{ contempt: drop }` brings CK+ to FER-2013's classes,
 * `{ contempt: disgust, fear: surprise }` joins classes. A class that is not named stays.
 */
export const classMappingSchema = z.partialRecord(emotion, z.union([emotion, z.literal('drop')]));

export type ClassMapping = z.output<typeof classMappingSchema>;

/**
 * A data set with other classes: samples and sequences of dropped classes are left out, which one issue a class counts; label
 * distributions lose the dropped classes' share, and their emotion becomes the largest of the rest. Labels keep their order.
 * @throws {InvalidDataError} when every class is dropped.
 */
export async function mapClasses(dataset: OpenedDataset, mapping: ClassMapping): Promise<OpenedDataset> {
  const targetOf = (label: Emotion): Emotion | undefined => {
    const target = mapping[label] ?? label;
    return target === 'drop' ? undefined : target;
  };
  const kept = new Set(dataset.labels.map(targetOf));
  const labels = ALL_EMOTIONS.filter((label) => kept.has(label));
  if (labels.length === 0) {
    throw new InvalidDataError({
      expected: `a class mapping that leaves classes of ${dataset.name}: ${dataset.labels.join(', ')}`,
      found: JSON.stringify(mapping),
      fix: 'drop fewer of them',
      details: { mapping },
    });
  }
  // In the order that the data set gives its labels in, for those that stay.
  const order = inOrderOf(dataset.labels, labels);
  const counts = new Map<Emotion, number>();
  const drops = dataset.labels.some((label) => targetOf(label) === undefined);
  for await (const sample of drops ? dataset.samples() : []) {
    if (mapSample(sample) === undefined) counts.set(sample.emotion, (counts.get(sample.emotion) ?? 0) + 1);
  }
  const { sequences } = dataset;

  function mapSample(sample: Sample): Sample | undefined {
    const { labelDistribution: shares, ...rest } = sample;
    if (shares === undefined) {
      const target = targetOf(sample.emotion);
      return target && { ...rest, emotion: target };
    }
    const sums = order.map((label) =>
      shares.reduce((sum, share, index) => (targetOf(dataset.labels[index]) === label ? sum + share : sum), 0),
    );
    const total = sums.reduce((sum, share) => sum + share, 0);
    // What mostly showed a dropped class is no good example of another.
    if (total <= 0.5) return undefined;
    const distribution = sums.map((share) => share / total);
    return {
      ...rest,
      emotion: order[distribution.indexOf(Math.max(...distribution))],
      labelDistribution: distribution,
    };
  }

  return {
    ...dataset,
    labels: order,
    issues: [
      ...dataset.issues,
      ...[...counts].map(([label, count]) => ({
        kind: 'dropped-class' as const,
        path: label,
        reason: `${count} picture(s) that the class mapping leaves out`,
        intended: true,
      })),
    ],
    async *samples() {
      for await (const sample of dataset.samples()) {
        const mapped = mapSample(sample);
        if (mapped) yield mapped;
      }
    },
    ...(sequences && {
      async *sequences(): AsyncGenerator<Sequence> {
        for await (const sequence of sequences()) {
          const target = targetOf(sequence.emotion);
          if (target) yield { ...sequence, emotion: target };
        }
      },
    }),
    fingerprint: async () =>
      createHash('sha256')
        .update(JSON.stringify(['classes', await dataset.fingerprint(), dataset.labels.map(targetOf).map(String)]))
        .digest('hex'),
  };
}

/** The wanted labels: first those that the set has, in its order, then those that only the mapping names. */
function inOrderOf(own: readonly Emotion[], wanted: readonly Emotion[]): Emotion[] {
  return [...own.filter((label) => wanted.includes(label)), ...wanted.filter((label) => !own.includes(label))];
}

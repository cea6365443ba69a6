import { createHash } from 'node:crypto';
import { ALL_EMOTIONS, type Emotion, InvalidConfigurationError, type Sample } from '@mien/core';
import type { OpenedDataset } from './opened-dataset.js';

/**
 * Several data sets as one, for training on some and testing on others (protocol `cross-database`) or on all together. A
 * sample's id and subject get the name of its set before them (`kdef/AF01/AF01ANS.JPG`, `kdef/F01`), so that they stay unique, and
 * `groups.database` is that name. The labels are those of all sets; bring sets with other classes together with `mapClasses` first.
 * @throws {InvalidConfigurationError} when there are no sets, or two have one name.
 */
export function combineDatasets(name: string, datasets: readonly OpenedDataset[]): OpenedDataset {
  const names = datasets.map((dataset) => dataset.name);
  if (names.length === 0 || new Set(names).size < names.length) {
    throw new InvalidConfigurationError({
      expected: 'data sets to combine, each with a name of its own',
      found: names.length === 0 ? 'none' : names.join(', '),
      fix: 'name each set once',
      details: { names },
    });
  }
  const present = new Set(datasets.flatMap(({ labels }) => labels));
  const labels = ALL_EMOTIONS.filter((label) => present.has(label));
  const withSequences = datasets.filter(({ sequences }) => sequences !== undefined);
  return {
    name,
    labels,
    licence: [...new Set(datasets.map(({ licence }) => licence))].join('; '),
    issues: datasets.flatMap((dataset) =>
      dataset.issues.map((issue) => ({ ...issue, path: `${dataset.name}/${issue.path}` })),
    ),
    async *samples() {
      for (const dataset of datasets) {
        for await (const sample of dataset.samples()) yield placeSample(sample, dataset, labels);
      }
    },
    ...(withSequences.length > 0 && {
      async *sequences() {
        for (const { name: database, sequences } of withSequences) {
          for await (const sequence of sequences?.() ?? []) {
            yield {
              ...placeFacts(sequence, database),
              frames: sequence.frames.map((frame) => ({ ...frame, id: `${database}/${frame.id}` })),
            };
          }
        }
      },
    }),
    fingerprint: async () => {
      const parts = await Promise.all(
        datasets.map(async (dataset) => [dataset.name, dataset.labels, await dataset.fingerprint()]),
      );
      return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
    },
  };
}

function placeSample(sample: Sample, dataset: OpenedDataset, labels: readonly Emotion[]): Sample {
  const placed = placeFacts(sample, dataset.name);
  const { labelDistribution: shares } = sample;
  if (shares === undefined) return placed;
  return { ...placed, labelDistribution: labels.map((label) => shares[dataset.labels.indexOf(label)] ?? 0) };
}

function placeFacts<Item extends Pick<Sample, 'id' | 'subject' | 'groups'>>(item: Item, database: string): Item {
  const { id, subject, groups } = item;
  return {
    ...item,
    id: `${database}/${id}`,
    ...(subject !== undefined && { subject: `${database}/${subject}` }),
    groups: { ...groups, database },
  };
}

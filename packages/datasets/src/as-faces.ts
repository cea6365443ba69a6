import { createHash } from 'node:crypto';
import type { OpenedDataset } from './opened-dataset.js';

/**
 * A data set whose every picture is a face already: no pipeline looks for one in it. So it goes together with photographs in a combined set,
 * framed as the faces are that the pipeline cuts out of those.
 */
export function asFaces(dataset: OpenedDataset): OpenedDataset {
  const { sequences } = dataset;
  return {
    ...dataset,
    async *samples() {
      for await (const sample of dataset.samples()) yield { ...sample, isFace: true };
    },
    ...(sequences && {
      async *sequences() {
        for await (const sequence of sequences()) yield { ...sequence, isFace: true };
      },
    }),
    fingerprint: async () =>
      createHash('sha256')
        .update(JSON.stringify(['faces', await dataset.fingerprint()]))
        .digest('hex'),
  };
}

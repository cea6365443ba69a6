import { createHash } from 'node:crypto';
import { dropLeaks, type SplitIndices } from '@mien/datasets';
import type { TensorSet } from '@mien/preprocessing/node';

/** Leaves out of training the rows whose pixels also stand in validation or test, and says how many on stderr. */
export function dropTensorLeaks(
  parts: SplitIndices,
  set: Pick<TensorSet, 'height' | 'width' | 'channels' | 'images'>,
): SplitIndices {
  const bytes = set.height * set.width * set.channels;
  const digests = new Map<number, string>();
  const contentOf = (row: number): string => {
    const known = digests.get(row);
    if (known !== undefined) return known;
    const pixels = set.images.subarray(row * bytes, (row + 1) * bytes);
    const digest = createHash('sha256').update(pixels).digest('base64');
    digests.set(row, digest);
    return digest;
  };
  const { parts: free, dropped } = dropLeaks(parts, contentOf);
  process.stderr.write(`left out of training: ${dropped.length} pictures that also stand in validation or test\n`);
  return free;
}

import { createHash } from 'node:crypto';
import { InvalidDataError } from '@mien/core';
import type { TensorSet } from '@mien/preprocessing/node';

/** Samples of a tensor set. */
export interface SamplesOfSet {
  readonly set: Pick<TensorSet, 'images' | 'height' | 'width' | 'channels' | 'samples'>;
  readonly indices: readonly number[];
}

/** A training picture that is also measured on. */
export interface Leak {
  /** Ids of the two samples; the same where one sample stands in both parts. */
  readonly trained: string;
  readonly measured: string;
  /** Row of the training sample in its set. */
  readonly index: number;
}

/** Training samples whose pixels, byte for byte, also stand in parts that are measured on. */
export function findLeaks(train: SamplesOfSet, measured: readonly SamplesOfSet[]): Leak[] {
  const ids = new Map<string, string>();
  for (const part of measured) {
    for (const index of part.indices) ids.set(digestOf(part, index), part.set.samples[index].id);
  }
  return train.indices.flatMap((index) => {
    const other = ids.get(digestOf(train, index));
    return other === undefined ? [] : [{ trained: train.set.samples[index].id, measured: other, index }];
  });
}

/**
 * The guard: figures on pictures that were trained on say nothing.
 * @throws {InvalidDataError} when a picture of training is also measured on; `details.leaks` has the first hundred.
 */
export function assertNoLeaks(train: SamplesOfSet, measured: readonly SamplesOfSet[]): void {
  const leaks = findLeaks(train, measured);
  if (leaks.length === 0) return;
  const [{ trained, measured: other }] = leaks;
  throw new InvalidDataError({
    expected: 'no picture of training in validation or test',
    found: `${leaks.length} of ${train.indices.length}, such as ${trained} and ${other}`,
    fix: 'leave them out of training (leaks: drop), or allow them knowingly (leaks: allow)',
    details: { leaks: leaks.slice(0, 100), count: leaks.length },
  });
}

function digestOf({ set }: SamplesOfSet, index: number): string {
  const size = set.height * set.width * set.channels;
  return createHash('sha1')
    .update(set.images.subarray(index * size, (index + 1) * size))
    .digest('base64');
}

import type { SplitIndices } from './splits.js';

/** Parts without leaks, and what had to go for it. */
export interface LeakFreeSplit {
  readonly parts: SplitIndices;
  /** Indices of training pictures that also stand in validation or test, ascending. */
  readonly dropped: readonly number[];
}

/**
 * Leaves out of training what also stands in validation or test, so that figures on those parts are of pictures never seen:
 * FER-2013 has 280 of PublicTest and 288 of PrivateTest in Training too.
 * @param contentOf what two pictures share when they are the same, such as a digest of their pixels.
 */
export function dropLeaks(parts: SplitIndices, contentOf: (index: number) => string): LeakFreeSplit {
  const measured = new Set([...parts.validation, ...parts.test].map(contentOf));
  const dropped = parts.train.filter((index) => measured.has(contentOf(index)));
  const gone = new Set(dropped);
  return { parts: { ...parts, train: parts.train.filter((index) => !gone.has(index)) }, dropped };
}

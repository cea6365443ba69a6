import type { Sample } from '@mien/core';

/** What a protocol looks at; a `Sample` is one. */
export type SplitItem = Pick<Sample, 'id' | 'emotion' | 'subject' | 'split' | 'groups'> & {
  /** The item that this one is an augmented copy of: it may only be trained on, and only where its original is. */
  readonly copyOf?: number;
};

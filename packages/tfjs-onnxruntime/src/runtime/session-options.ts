import type { SessionOptions } from './native.js';
import type { ResolvedOptions } from './options.js';

/** What a session is made for. */
export interface SessionWork {
  /** Operations of its graph. */
  readonly operations: number;
  /** How large they are; see `typicalOperationOf`. */
  readonly typicalOperation: number;
  /** One of few that are run again and again, as opposed to one of many in a cache. */
  readonly longLived: boolean;
}

/** Operations of a graph from which memory of its own is worth holding: a training step has more. */
const LARGE_GRAPH = 512;

/** Multiply-adds of an operation (some 15 µs) up to which waking a second thread costs more than it saves. */
const SMALL_OPERATION = 1.5e6;

/**
 * The session options for a graph. Each session with an arena keeps the memory of its largest run, and in one block (a quarter more, a few per
 * cent faster) where it is long-lived; the graphs of predictions in a cache share the process's heap instead, and training steps are 5 to 10 % slower without.
 */
export function sessionOptionsFor(
  { threads, sessionOptions }: Pick<ResolvedOptions, 'threads' | 'sessionOptions'>,
  { operations, typicalOperation, longLived }: SessionWork,
): SessionOptions {
  return {
    enableCpuMemArena: longLived || operations >= LARGE_GRAPH,
    enableMemPattern: longLived,
    intraOpNumThreads: typicalOperation < SMALL_OPERATION ? 1 : threads,
    ...sessionOptions,
  };
}

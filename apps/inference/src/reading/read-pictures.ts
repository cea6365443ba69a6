import type { PictureResult, PictureSource } from './read-batch.js';

/** Reads some pictures together: one thread's work. */
export type ReadSome = (sources: readonly PictureSource[]) => Promise<PictureResult[]>;

/**
 * Reads pictures in batches, at most `concurrency` batches at once, and yields the results in the order of the sources. Memory is bounded
 * by what is under way.
 */
export async function* readPictures(
  read: ReadSome,
  sources: readonly PictureSource[],
  { batch, concurrency }: { readonly batch: number; readonly concurrency: number },
): AsyncGenerator<PictureResult> {
  const running: Promise<PictureResult[]>[] = [];
  try {
    for (let start = 0; start < sources.length || running.length > 0; ) {
      while (start < sources.length && running.length < concurrency) {
        const results = read(sources.slice(start, start + batch));
        // A failure is thrown when its turn comes; until then it is not unhandled.
        results.catch(() => undefined);
        running.push(results);
        start += batch;
      }
      yield* await (running.shift() as Promise<PictureResult[]>);
    }
  } finally {
    await Promise.allSettled(running);
  }
}

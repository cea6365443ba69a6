/**
 * Runs `work` on items, at most `concurrency` at once, and yields the results in the items' order. No more than `concurrency` results
 * wait in memory. When the caller stops early, work already started is awaited, not left behind.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  concurrency: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      const promise = work(item);
      // The error is thrown when its turn comes; until then it is not unhandled.
      promise.catch(() => undefined);
      running.push(promise);
      if (running.length >= concurrency) yield await (running.shift() as Promise<Result>);
    }
    while (running.length > 0) yield await (running.shift() as Promise<Result>);
  } finally {
    await Promise.allSettled(running);
  }
}

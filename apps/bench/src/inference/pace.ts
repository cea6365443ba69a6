import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Holds callers back so that together they pass at most so many times a second, evenly.
 * @param perSecond passes a second; Infinity holds nobody back.
 * @returns waits for the caller's turn. Time that nobody asked in is not made up for.
 */
export function createPace(perSecond: number): () => Promise<void> {
  const milliseconds = 1000 / perSecond;
  let next = performance.now();
  return async () => {
    const now = performance.now();
    const turn = Math.max(next, now);
    next = turn + milliseconds;
    if (turn > now) await sleep(turn - now);
  };
}

import type { FastifyRateLimitStore } from '@fastify/rate-limit';

interface Window {
  count: number;
  start: number;
}

/** Clients remembered at once; the one seen longest ago is forgotten first. */
const MOST_CLIENTS = 10_000;

/** Counts requests for `@fastify/rate-limit` by a clock that never jumps: its own store goes by the time of day. */
export class MonotonicStore implements FastifyRateLimitStore {
  readonly #windows = new Map<string, Window>();

  incr(
    key: string,
    callback: (error: Error | null, result?: { current: number; ttl: number }) => void,
    timeWindow: number,
  ): void {
    const now = performance.now();
    const known = this.#windows.get(key);
    const window = known && now - known.start < timeWindow ? known : { count: 0, start: now };
    window.count++;
    // A Map keeps the order in which keys were set.
    this.#windows.delete(key);
    this.#windows.set(key, window);
    if (this.#windows.size > MOST_CLIENTS) this.#windows.delete(this.#windows.keys().next().value as string);
    callback(null, { current: window.count, ttl: timeWindow - (now - window.start) });
  }

  child(): MonotonicStore {
    return new MonotonicStore();
  }
}

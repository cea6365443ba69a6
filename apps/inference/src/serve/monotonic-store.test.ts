import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MonotonicStore } from './monotonic-store.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function count(store: MonotonicStore, key: string): { current: number; ttl: number } {
  let counted = { current: 0, ttl: 0 };
  store.incr(
    key,
    (_error, result) => {
      if (result) counted = result;
    },
    60_000,
  );
  return counted;
}

test('a window begins with its first request, counts each client, and ends', () => {
  const store = new MonotonicStore();
  expect(count(store, 'a')).toEqual({ current: 1, ttl: 60_000 });
  vi.advanceTimersByTime(59_000);
  expect(count(store, 'a')).toEqual({ current: 2, ttl: 1000 });
  expect(count(store, 'b').current).toBe(1);
  vi.advanceTimersByTime(1000);
  expect(count(store, 'a').current).toBe(1);
  expect(count(store, 'b').current).toBe(2);
});

test('a clock that jumps opens and closes no window', () => {
  const store = new MonotonicStore();
  count(store, 'a');
  vi.setSystemTime(Date.now() + 86_400_000);
  expect(count(store, 'a').current).toBe(2);
  vi.setSystemTime(0);
  expect(count(store, 'a')).toEqual({ current: 3, ttl: 60_000 });
});

test('of very many clients the one seen longest ago is forgotten', () => {
  const store = new MonotonicStore();
  count(store, 'first');
  count(store, 'second');
  count(store, 'first');
  for (let client = 0; client < 9999; client++) count(store, String(client));
  expect(count(store, 'first').current).toBe(3);
  expect(count(store, 'second').current).toBe(1);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPace } from './pace.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

vi.mock('node:timers/promises', () => ({ setTimeout: async (milliseconds: number) => waits.push(milliseconds) }));
const waits: number[] = [];

test('callers pass evenly, and time that nobody asked in is not made up for', async () => {
  waits.length = 0;
  const turn = createPace(10);
  await Promise.all([turn(), turn(), turn()]);
  expect(waits).toEqual([100, 200]);
  vi.advanceTimersByTime(5000);
  await Promise.all([turn(), turn()]);
  expect(waits).toEqual([100, 200, 100]);
});

test('without a rate nobody waits', async () => {
  waits.length = 0;
  const turn = createPace(Number.POSITIVE_INFINITY);
  await Promise.all([turn(), turn()]);
  expect(waits).toEqual([]);
});

import fc from 'fast-check';
import { afterEach, beforeEach, expect, vi } from 'vitest';

/** A run that failed fails again; FAST_CHECK_SEED looks elsewhere. */
fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 1) });

/** Output nobody asked for is a defect: a test that expects console output mocks it itself. */
const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;

/** TensorFlow.js's JavaScript backend, the reference in tests, greets its first user. */
const isBanner = ([text]: unknown[]) => String(text).includes('looks like you are running TensorFlow.js in Node.js');

beforeEach(() => {
  for (const method of methods) vi.spyOn(console, method);
});

afterEach(() => {
  for (const method of methods) {
    // biome-ignore lint/suspicious/noConsole: the guard itself
    const spy = vi.mocked(console[method]);
    if (!vi.isMockFunction(spy)) continue;
    const calls = spy.mock.calls.filter((call) => !isBanner(call));
    spy.mockRestore();
    expect(calls, `stray console.${method}`).toEqual([]);
  }
});

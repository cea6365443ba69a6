import { expect, it } from 'vitest';
import { resolveOptions } from './options.js';
import { sessionOptionsFor } from './session-options.js';

const light = { operations: 30, typicalOperation: 1e6, longLived: false };
const heavy = { operations: 30, typicalOperation: 1e8, longLived: false };

it('gives threads to graphs whose operations are worth waking them', () => {
  const options = resolveOptions({ threads: 3 });
  expect(sessionOptionsFor(options, heavy).intraOpNumThreads).toBe(3);
  expect(sessionOptionsFor(options, light).intraOpNumThreads).toBe(1);
});

it('lets graphs of training steps and long-lived ones hold memory', () => {
  const options = resolveOptions({});
  expect(sessionOptionsFor(options, heavy)).toMatchObject({ enableCpuMemArena: false, enableMemPattern: false });
  expect(sessionOptionsFor(options, { ...heavy, operations: 1000 })).toMatchObject({ enableCpuMemArena: true });
  expect(sessionOptionsFor(options, { ...light, longLived: true })).toMatchObject({ enableMemPattern: true });
});

it('leaves the last word to the session options of the user', () => {
  const options = resolveOptions({ threads: 3, sessionOptions: { intraOpNumThreads: 5, enableCpuMemArena: false } });
  expect(sessionOptionsFor(options, { ...light, longLived: true })).toMatchObject({
    intraOpNumThreads: 5,
    enableCpuMemArena: false,
  });
});

import { afterEach, expect, test, vi } from 'vitest';
import { refuseTelemetry } from './refuse-telemetry.js';

afterEach(() => vi.unstubAllEnvs());

test.each([
  [undefined, '1'],
  ['0', '0'],
])('where the environment says %s, it says %s', (before, after) => {
  vi.stubEnv('ORT_DISABLE_TELEMETRY', before);
  refuseTelemetry();
  expect(process.env.ORT_DISABLE_TELEMETRY).toBe(after);
});

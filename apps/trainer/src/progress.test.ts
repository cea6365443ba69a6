import { expect, test } from 'vitest';
import { formatDuration } from './progress.js';

test('durations read as people say them', () => {
  expect([0, 41.6, 60, 200, 3599, 3900, 7199].map(formatDuration)).toEqual([
    '0 s',
    '42 s',
    '1 min 00 s',
    '3 min 20 s',
    '59 min 59 s',
    '1 h 05 min',
    '2 h 00 min',
  ]);
});

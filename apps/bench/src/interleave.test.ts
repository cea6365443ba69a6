import { expect, test } from 'vitest';
import type { ContestantDefinition } from './contestant.js';
import { formatOutcome, interleave, median } from './interleave.js';

/** A contestant that claims a time and notes its turns in a file that the others see. */
function contestant(name: string, seconds: number): ContestantDefinition {
  const script = `
    console.log('a banner');
    console.log(JSON.stringify({ ready: '${name} 1.0' }));
    process.stdin.on('data', () => console.log(JSON.stringify({ seconds: ${seconds}, peakMemoryMiB: 10 })));`;
  return { name, command: process.execPath, arguments: ['-e', script], units: 100 };
}

test('contestants take turns and are compared with the reference, the absent are named with the reason', async () => {
  const outcome = await interleave(
    [
      contestant('ours', 0.5),
      contestant('theirs', 1),
      { name: 'gone', command: 'no-such-program', arguments: [], units: 1 },
      { name: 'broken', command: process.execPath, arguments: ['-e', 'throw new Error("cannot start")'], units: 1 },
    ],
    { rounds: 3, reference: 'theirs' },
  );
  expect(
    outcome.standings.map(({ name, median: middle, ratio, perSecond }) => [name, middle, ratio, perSecond.length]),
  ).toEqual([
    ['ours', 200, 2, 3],
    ['theirs', 100, 1, 3],
  ]);
  expect(outcome.absent.map(({ name }) => name)).toEqual(['gone', 'broken']);
  expect(outcome.absent[0].reason).toMatch(/ENOENT/);
  expect(outcome.absent[1].reason).toMatch(/cannot start/);
  expect(formatOutcome(outcome, 'pictures/s', 'theirs')).toMatch(/ours +200 +200–200 +2\.00/);
});

test('the median of an even count is the mean of the middle two', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([5, 1, 3])).toBe(3);
});

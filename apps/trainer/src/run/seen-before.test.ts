import { expect, test } from 'vitest';
import { assertUnseen, obtainedAfter } from './seen-before.js';

const official = { protocol: 'official' } as const;
const drawn = { protocol: 'hold-out', validationShare: 0.1, testShare: 0.2, unit: 'subject', seed: 3 } as const;

const web = { name: 'of-the-web', training: { datasets: ['web'], split: official } };
const studio = { name: 'of-the-studio', training: { datasets: ['web', 'studio'], split: drawn } };

/** What is measured, of which sets; training pictures may be of any. */
const measured = (validation: string[], test: string[]) => ({
  parts: { train: [0], validation: validation.map((_, index) => index), test: test.map((_, index) => index) },
  pictureSets: { train: ['web', 'studio'], validation, test },
});

test('weights or teachers that have learned from what is measured are refused by name, pictures dropped from training or not', () => {
  const split = { ...drawn, seed: 4 };
  for (const leaks of ['refuse', 'drop'] as const) {
    expect(() => assertUnseen([web, studio], measured(['studio'], ['studio']), { split, leaks })).toThrow(
      /learned nothing from the test part; found of-the-studio, which learned from web, studio, divided otherwise/,
    );
    expect(() => assertUnseen([studio], measured(['studio'], []), { split, leaks })).toThrow(/the validation part/);
    expect(() => assertUnseen([web], measured(['studio'], ['studio']), { split, leaks })).not.toThrow();
    expect(() => assertUnseen([studio], measured(['studio'], ['studio']), { split: drawn, leaks })).not.toThrow();
    // A later set's division says nothing of an earlier one's.
    expect(() => assertUnseen([studio], measured(['web'], ['web']), { split: official, leaks })).toThrow(/studio/);
    expect(() => assertUnseen([web], measured(['web'], ['web']), { split: official, leaks })).not.toThrow();
  }
});

test('of several combined sets, only those that are measured count', () => {
  const split = { protocol: 'cross-database', train: ['studio'], test: ['street'], seed: 1 } as never;
  expect(() => assertUnseen([studio], measured([], ['street', 'both']), { split, leaks: 'refuse' })).not.toThrow();
});

test('where it is allowed, the figure is not called held out', () => {
  const data = measured(['studio'], ['studio']);
  const split = { ...drawn, seed: 4 };
  expect(() => assertUnseen([studio], data, { split, leaks: 'allow' })).not.toThrow();
  expect(obtainedAfter([web, studio], data, split, 'test', 'held-out')).toBe('in-sample');
  expect(obtainedAfter([web], data, split, 'test', 'held-out')).toBe('held-out');
  // Epochs of an earlier training were chosen by this part, so it is not held out for the later one either.
  expect(obtainedAfter([studio], data, drawn, 'validation', 'held-out')).toBe('selected-on');
  expect(obtainedAfter([studio], data, drawn, 'test', 'held-out')).toBe('held-out');
  expect(obtainedAfter([], data, split, 'validation', 'selected-on')).toBe('selected-on');
});

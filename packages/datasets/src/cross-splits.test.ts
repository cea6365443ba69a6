import { EMOTIONS } from '@mien/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dropLeaks } from './drop-leaks.js';
import type { SplitItem } from './split-item.js';
import { assignSplits, expandFolds } from './splits.js';

const ANGLES = ['full-left', 'half-left', 'straight', 'half-right', 'full-right'] as const;

/** People of several films or sets, each at five angles with seven expressions. */
const posed = (persons: number): SplitItem[] =>
  Array.from({ length: persons }, (_, person) =>
    ANGLES.flatMap((angle) =>
      EMOTIONS.map((emotion) => ({
        id: `${person}/${angle}/${emotion}`,
        emotion,
        subject: `P${person}`,
        groups: { angle, database: person % 2 === 0 ? 'even' : 'odd' },
      })),
    ),
  ).flat();

const subjects = (items: readonly SplitItem[], part: readonly number[]) =>
  new Set(part.map((index) => items[index].subject));

describe('by-angle', () => {
  test('trains on some angles, tests on others and on other people', () => {
    const items = posed(20);
    const parts = assignSplits(items, { protocol: 'by-angle', train: ['straight'], test: ['full-left', 'full-right'] });
    const angles = (part: readonly number[]) => [...new Set(part.map((index) => items[index].groups.angle))];
    expect(angles(parts.train)).toEqual(['straight']);
    expect(angles(parts.validation)).toEqual(['straight']);
    expect(angles(parts.test)).toEqual(['full-left', 'full-right']);
    expect([parts.train.length, parts.validation.length, parts.test.length]).toEqual([14 * 7, 2 * 7, 4 * 14]);
  });
  test('needs angles', () => {
    const items = posed(9).map((item) => ({ ...item, groups: {} }));
    expect(() => assignSplits(items, { protocol: 'by-angle', train: ['straight'], test: ['half-left'] })).toThrow(
      /each have an angle/,
    );
  });
});

test('any protocol that leaves pictures out: nothing twice, nobody in two parts, the same for the same seed', () => {
  const angles = fc.uniqueArray(fc.constantFrom(...ANGLES), { minLength: 1 });
  const protocol = fc.oneof(
    fc.record({ protocol: fc.constant('by-angle' as const), train: angles, test: angles, seed: fc.nat(9) }),
    fc.record({
      protocol: fc.constant('cross-database' as const),
      train: fc.constant<string[]>(['even']),
      test: fc.constant<string[]>(['odd']),
      validationShare: fc.constantFrom(0, 0.3),
      seed: fc.nat(9),
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 30 }), protocol, (persons, split) => {
      const items = posed(persons);
      const parts = assignSplits(items, split);
      const all = Object.values(parts).flat();
      expect(new Set(all).size).toBe(all.length);
      const people = Object.values(parts).flatMap((part) => [...subjects(items, part)]);
      expect(new Set(people).size).toBe(people.length);
      expect(assignSplits(items, split)).toEqual(parts);
      const reversed = assignSplits(items.toReversed(), split);
      const ids = (list: readonly SplitItem[], part: readonly number[]) =>
        part.map((index) => list[index].id).toSorted();
      expect(ids(items.toReversed(), reversed.test)).toEqual(ids(items, parts.test));
    }),
  );
});

describe('k folds over the people of one of several sets', () => {
  test('each of them is tested once; validation is of them too, and everyone else trains in every fold', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 30 }),
        fc.nat(9),
        fc.constantFrom(0, 0.4),
        (persons, seed, validationShare) => {
          const items = posed(persons);
          const isOf = (database: string) => (index: number) => items[index].groups.database === database;
          const protocol = { protocol: 'k-fold', k: 3, database: 'even', validationShare, seed } as const;
          const folds = expandFolds(items, protocol).map((fold) => assignSplits(items, fold));
          const even = [...items.keys()].filter(isOf('even'));
          expect(folds.flatMap(({ test }) => test).toSorted((a, b) => a - b)).toEqual(even);
          for (const { train, validation, test } of folds) {
            expect(train.filter(isOf('odd'))).toEqual([...items.keys()].filter(isOf('odd')));
            expect(validation.every(isOf('even'))).toBe(true);
            expect(validation.length > 0).toBe(validationShare > 0);
            expect(train.length + validation.length + test.length).toBe(items.length);
          }
        },
      ),
    );
  });

  test('the same folds as of that set alone', () => {
    const items = posed(20);
    const alone = items.filter(({ groups }) => groups.database === 'even');
    const protocol = { protocol: 'k-fold', k: 3, fold: 1, seed: 5 } as const;
    const ids = (list: readonly SplitItem[], part: readonly number[]) => part.map((index) => list[index].id);
    expect(ids(items, assignSplits(items, { ...protocol, database: 'even' }).test)).toEqual(
      ids(alone, assignSplits(alone, protocol).test),
    );
  });

  test('a set that is not there is refused, and sets that are not combined', () => {
    const protocol = { protocol: 'k-fold', k: 3, database: 'kdef' } as const;
    expect(() => assignSplits(posed(9), protocol)).toThrow(/of even, odd; found "kdef"/);
    const alone = posed(9).map((item) => ({ ...item, groups: {} }));
    expect(() => assignSplits(alone, protocol)).toThrow(/each have a data set/);
  });
});

describe('leaks', () => {
  test('training loses what also stands in validation or test, and nothing else', () => {
    const contents = ['a', 'b', 'c', 'b', 'd', 'a', 'e', 'd'];
    const parts = { train: [0, 1, 2, 3, 4], validation: [5], test: [6, 7] };
    expect(dropLeaks(parts, (index) => contents[index])).toEqual({
      parts: { ...parts, train: [1, 2, 3] },
      dropped: [0, 4],
    });
  });
  test('any contents: afterwards training shares none with the others, and keeps all else', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 3, maxLength: 60 }), (contents) => {
        const third = (rest: number) => [...contents.keys()].filter((index) => index % 3 === rest);
        const before = { train: third(0), validation: third(1), test: third(2) };
        const { parts, dropped } = dropLeaks(before, (index) => String(contents[index]));
        const measured = new Set([...parts.validation, ...parts.test].map((index) => contents[index]));
        expect(parts.train.some((index) => measured.has(contents[index]))).toBe(false);
        expect(dropped.every((index) => measured.has(contents[index]))).toBe(true);
        expect([...parts.train, ...dropped].sort((a, b) => a - b)).toEqual(before.train);
      }),
    );
  });
});

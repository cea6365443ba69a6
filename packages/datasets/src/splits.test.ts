import { EMOTIONS, InvalidConfigurationError, InvalidDataError } from '@mien/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SplitItem } from './split-item.js';
import type { SplitProtocolInput } from './split-protocol.js';
import { assertNoLeak, assignSplits, expandFolds, type SplitIndices } from './splits.js';

/** KDEF without its angles: people × 7 expressions × 2 sessions. */
function people(female: number, male: number): SplitItem[] {
  return (['female', 'male'] as const).flatMap((gender) =>
    Array.from({ length: gender === 'female' ? female : male }, (_, number) => {
      const subject = `${gender === 'female' ? 'F' : 'M'}${String(number + 1).padStart(2, '0')}`;
      return ['A', 'B'].flatMap((session) =>
        EMOTIONS.map((emotion) => ({ id: `${session}${subject}-${emotion}`, emotion, subject, groups: { gender } })),
      );
    }).flat(),
  );
}

const sizes = ({ train, validation, test }: SplitIndices) => [train.length, validation.length, test.length];
const subjectsIn = (items: readonly SplitItem[], part: readonly number[]) =>
  new Set(part.map((index) => items[index].subject));

/** What holds for every protocol. */
function expectPartition(items: readonly SplitItem[], indices: SplitIndices): void {
  const all = [...indices.train, ...indices.validation, ...indices.test];
  expect(all.toSorted((a, b) => a - b)).toEqual([...items.keys()]);
  for (const part of Object.values(indices)) expect(part).toEqual(part.toSorted((a, b) => a - b));
  const parts = Object.values(indices).map((part) => subjectsIn(items, part));
  for (const [index, part] of parts.entries()) {
    for (const other of parts.slice(index + 1)) for (const subject of part) expect(other.has(subject)).toBe(false);
  }
}

/** People with any number of samples of any emotions. */
const anyItems = fc
  .array(
    fc.record({
      gender: fc.constantFrom('female' as const, 'male' as const),
      emotions: fc.array(fc.constantFrom(...EMOTIONS), { minLength: 1, maxLength: 12 }),
    }),
    { minLength: 6, maxLength: 24 },
  )
  .map((persons): SplitItem[] => {
    // One of each gender at least, twice, so that every protocol has people to work with.
    const genders = ['female', 'female', 'male', 'male'] as const;
    return persons.flatMap(({ gender, emotions }, person) =>
      emotions.map((emotion, index) => ({
        id: `${person}/${index}`,
        emotion,
        subject: `P${person}`,
        groups: { gender: genders[person] ?? gender },
      })),
    );
  });

const anyProtocol: fc.Arbitrary<SplitProtocolInput> = fc.oneof(
  fc.record({
    protocol: fc.constant('by-gender' as const),
    train: fc.constantFrom('female' as const, 'male' as const),
    validationShare: fc.constantFrom(0, 0.1, 0.5),
    seed: fc.integer(),
  }),
  fc.integer({ min: 2, max: 5 }).chain((k) =>
    fc.record({
      protocol: fc.constant('k-fold' as const),
      k: fc.constant(k),
      fold: fc.nat(k - 1),
      validationShare: fc.constantFrom(0, 0.2),
      seed: fc.integer(),
    }),
  ),
  fc.record({
    protocol: fc.constant('leave-one-subject-out' as const),
    subject: fc.constantFrom('P0', 'P3', 'P5'),
    validationShare: fc.constantFrom(0, 0.2),
    seed: fc.integer(),
  }),
  fc.record({
    protocol: fc.constant('hold-out' as const),
    validationShare: fc.constantFrom(0, 0.1, 0.3),
    testShare: fc.constantFrom(0.05, 0.4),
    seed: fc.integer(),
  }),
);

describe('every protocol', () => {
  test('gives disjoint parts that cover all and share nobody', () => {
    fc.assert(
      fc.property(anyItems, anyProtocol, (items, protocol) => {
        const indices = assignSplits(items, protocol);
        expectPartition(items, indices);
        if ('validationShare' in protocol) expect(indices.validation.length > 0).toBe(protocol.validationShare !== 0);
      }),
    );
  });

  test('gives the same parts again, in whatever order the items come', () => {
    fc.assert(
      fc.property(anyItems, anyProtocol, (items, protocol) => {
        const ids = (list: readonly SplitItem[]) => {
          const indices = assignSplits(list, protocol);
          return Object.values(indices).map((part) => part.map((index) => list[index].id).sort());
        };
        expect(ids(items.toReversed())).toEqual(ids(items));
      }),
    );
  });

  test('follows its seed', () => {
    const items = people(10, 10);
    const parts = [1, 2, 3, 4].map((seed) => JSON.stringify(assignSplits(items, { protocol: 'hold-out', seed })));
    expect(new Set(parts).size).toBe(4);
  });
});

describe('official', () => {
  const items: SplitItem[] = (['train', 'test', 'train', 'validation'] as const).map((split, index) => ({
    id: `${index}`,
    emotion: 'happy',
    split,
    groups: {},
  }));
  test('is the set’s own', () => {
    expect(assignSplits(items, { protocol: 'official' })).toEqual({ train: [0, 2], validation: [3], test: [1] });
  });
  test('may lack its test part; a part that is asked for must be there', () => {
    expect(assignSplits([items[0]], { protocol: 'official' })).toEqual({ train: [0], validation: [], test: [] });
    expect(() => assignSplits([items[1]], { protocol: 'official' })).toThrow(/samples in the train part.*none among 1/);
    expect(assignSplits([items[1]], { protocol: 'official' }, { require: ['test'] }).test).toEqual([0]);
  });
  test('of a set without parts is an error', () => {
    expect(() => assignSplits(people(2, 0), { protocol: 'official' })).toThrow(
      /a split of its own.*sample AF01-angry without/,
    );
  });
  test('that puts a person into two parts is stopped', () => {
    const leaking = items.map((item) => ({ ...item, subject: 'S1' }));
    expect(() => assignSplits(leaking, { protocol: 'official' })).toThrow(/subject S1 in train and in validation/);
  });
});

describe('by-gender', () => {
  const items = people(35, 35);
  test('trains on women and tests on men, or the reverse; validation are people of the first', () => {
    for (const [train, other] of [['female', 'M'] as const, ['male', 'F'] as const]) {
      const indices = assignSplits(items, { protocol: 'by-gender', train });
      expectPartition(items, indices);
      expect(sizes(indices)).toEqual([28 * 14, 7 * 14, 35 * 14]);
      expect([...subjectsIn(items, indices.test)].every((subject) => subject?.startsWith(other))).toBe(true);
    }
  });
  test('needs genders, and both of them', () => {
    const without = items.map((item) => ({ ...item, groups: {} }));
    expect(() => assignSplits(without, { protocol: 'by-gender', train: 'female' })).toThrow(
      /a gender, which the protocol by-gender/,
    );
    const women = people(5, 0);
    expect(() => assignSplits(women, { protocol: 'by-gender', train: 'female' })).toThrow(/samples in the test part/);
    const men = people(0, 5);
    expect(sizes(assignSplits(men, { protocol: 'by-gender', train: 'female' }, { require: ['test'] }))).toEqual([
      0, 0, 70,
    ]);
  });
});

describe('k-fold', () => {
  const items = people(35, 0);
  test('tests each person once over all folds, equal people in equal folds', () => {
    const folds = expandFolds(items, { protocol: 'k-fold', k: 5, seed: 3 });
    expect(folds).toHaveLength(5);
    const parts = folds.map((fold) => assignSplits(items, fold));
    expect(parts.flatMap(({ test }) => test).toSorted((a, b) => a - b)).toEqual([...items.keys()]);
    for (const part of parts) {
      expectPartition(items, part);
      expect(part.test).toHaveLength(7 * 14);
      // 28 people for training, a fifth of them for validation
      expect(subjectsIn(items, part.validation).size).toBe(6);
    }
  });
  test('with more folds than people is an error', () => {
    expect(() => assignSplits(people(3, 0), { protocol: 'k-fold', k: 5 })).toThrow(/at least 5 subjects.*found 3/);
  });
});

describe('leave-one-subject-out', () => {
  const items = people(4, 0);
  test('has a fold for each person', () => {
    const folds = expandFolds(items, { protocol: 'leave-one-subject-out' });
    expect(folds.map((fold) => 'subject' in fold && fold.subject)).toEqual(['F01', 'F02', 'F03', 'F04']);
    for (const fold of folds) {
      const indices = assignSplits(items, fold);
      expect(sizes(indices)).toEqual([28, 14, 14]);
      expectPartition(items, indices);
    }
  });
  test('of nobody, or of somebody unknown, is an error', () => {
    expect(() => assignSplits(items, { protocol: 'leave-one-subject-out' })).toThrow(InvalidConfigurationError);
    expect(() => assignSplits(items, { protocol: 'leave-one-subject-out', subject: 'M01' })).toThrow(
      /one of F01, F02.*found "M01"/,
    );
  });
});

describe('hold-out', () => {
  test('comes near its shares', () => {
    const indices = assignSplits(people(50, 50), { protocol: 'hold-out', validationShare: 0.1, testShare: 0.3 });
    expect(sizes(indices)).toEqual([60 * 14, 10 * 14, 30 * 14]);
  });
  test('by image splits a set without subjects, evenly in every class', () => {
    const items: SplitItem[] = Array.from({ length: 700 }, (_, index) => ({
      id: `${index}`,
      emotion: EMOTIONS[index % 7],
      groups: {},
    }));
    const indices = assignSplits(items, { protocol: 'hold-out', unit: 'image' });
    expectPartition(
      items.map((item) => ({ ...item, subject: item.id })),
      indices,
    );
    for (const emotion of EMOTIONS)
      expect(indices.test.filter((index) => items[index].emotion === emotion)).toHaveLength(20);
  });
});

describe('what is refused', () => {
  const nameless = people(5, 5).map(({ subject: _, ...item }) => item);
  test.each<SplitProtocolInput>([
    { protocol: 'k-fold', k: 5 },
    { protocol: 'leave-one-subject-out', subject: 'F01' },
    { protocol: 'hold-out' },
    { protocol: 'by-gender', train: 'female' },
  ])('$protocol on a set without subjects', (protocol) => {
    expect(() => assignSplits(nameless, protocol)).toThrow(InvalidDataError);
    expect(() => assignSplits(nameless, protocol)).toThrow(
      /a subject, which the protocol .* goes by; found sample \S+ without one/,
    );
  });

  test('by image where people are known, since they would stand on both sides', () => {
    expect(() => assignSplits(people(5, 5), { protocol: 'hold-out', unit: 'image' })).toThrow(
      /every subject in one part only/,
    );
  });

  test('no samples', () => {
    expect(() => assignSplits([], { protocol: 'official' })).toThrow(/expected samples to split; found none/);
  });

  test.each([
    [{ protocol: 'k-fold', k: 5, fold: 5 }, /fold: folds count from 0/],
    [{ protocol: 'k-fold', k: 1 }, /k: /],
    [{ protocol: 'hold-out', validationShare: 0.5, testShare: 0.5 }, /leave nothing for training/],
    [{ protocol: 'hold-out', share: 0.5 }, /share/],
    [{ protocol: 'by-name' }, /protocol/],
  ])('%o', (protocol, message) => {
    const split = () => assignSplits(people(5, 5), protocol as SplitProtocolInput);
    expect(split).toThrow(InvalidConfigurationError);
    expect(split).toThrow(message);
  });

  test('a leak made by hand', () => {
    const items = people(1, 0);
    expect(() => assertNoLeak(items, { train: [0], validation: [], test: [1] })).toThrow(
      /subject F01 in train and in test/,
    );
    expect(() => assertNoLeak(items, { train: [0, 1], validation: [], test: [] })).not.toThrow();
  });
});

test('augmented copies are trained on with their original, and measured on nowhere', () => {
  const originals = Array.from({ length: 40 }, (_, index) => ({
    id: `${index}`,
    emotion: (['happy', 'sad'] as const)[index % 2],
    groups: {},
  }));
  // The copies stand before and after their originals.
  const items = [
    ...originals.map((item, index) => ({ ...item, id: `${item.id}#1`, copyOf: 40 + index })),
    ...originals,
    ...originals.map((item, index) => ({ ...item, id: `${item.id}#2`, copyOf: 40 + index })),
  ];
  const protocol = { protocol: 'hold-out', unit: 'image' } as const;
  const plain = assignSplits(originals, protocol);
  const parts = assignSplits(items, protocol);
  const named = (indices: readonly number[]) => indices.map((index) => items[index].id);
  expect(named(parts.validation)).toEqual(plain.validation.map((index) => originals[index].id));
  expect(named(parts.test)).toEqual(plain.test.map((index) => originals[index].id));
  const ids = plain.train.map((index) => originals[index].id);
  expect(named(parts.train)).toEqual([...ids.map((id) => `${id}#1`), ...ids, ...ids.map((id) => `${id}#2`)]);
});

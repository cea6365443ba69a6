import type { Emotion } from '@mien/core';
import type { SplitProtocol } from '@mien/datasets';
import type { TensorSet } from '@mien/preprocessing/node';
import { describe, expect, test } from 'vitest';
import { evaluatePredictions } from './evaluate-part.js';
import { splitSet } from './run-set.js';

const labels: Emotion[] = ['happy', 'sad', 'fear'];

/** One pixel a picture, all different; `rows` are person and class. */
function setOf(rows: readonly (readonly [string, number])[]): TensorSet {
  return {
    index: { name: 'drawn', labels } as TensorSet['index'],
    height: 1,
    width: 1,
    channels: 1,
    images: Uint8Array.from(rows.keys()),
    labels: Uint8Array.from(rows, ([, label]) => label),
    samples: rows.map(([subject, label], row) => ({ id: `${row}`, subject, emotion: labels[label], groups: {} })),
  };
}

const withoutPerson = (subject: string): SplitProtocol => ({
  protocol: 'leave-one-subject-out',
  subject,
  validationShare: 0.34,
  seed: 1,
});
const person = (name: string, classes: readonly number[]) => classes.map((label) => [name, label] as const);

describe('data that cannot give an honest figure', () => {
  test('one picture', () => {
    expect(() => splitSet({ set: setOf([['a', 0]]) }, { split: withoutPerson('a'), leaks: 'refuse' })).toThrow(
      /train|sample/i,
    );
  });

  test('all one label', () => {
    const set = setOf(['a', 'b', 'c', 'd'].flatMap((name) => person(name, [1, 1])));
    expect(() => splitSet({ set }, { split: withoutPerson('a'), leaks: 'refuse' })).toThrow(
      /two classes or more; found \d of sad alone/,
    );
  });

  test('a class in test that training never saw', () => {
    const set = setOf([...person('a', [0, 1, 2]), ...['b', 'c', 'd'].flatMap((name) => person(name, [0, 1]))]);
    expect(() => splitSet({ set }, { split: withoutPerson('a'), leaks: 'refuse' })).toThrow(/found fear in test alone/);
  });

  test('nothing held back for validation, unless nothing is chosen by it', () => {
    const set = setOf(['a', 'b', 'c'].flatMap((name) => person(name, [0, 1])));
    const split = { ...withoutPerson('a'), validationShare: 0 } as SplitProtocol;
    expect(() => splitSet({ set }, { split, leaks: 'refuse' })).toThrow(/validation part.*keepBest: none/);
    const { parts } = splitSet({ set }, { split, leaks: 'refuse', needsValidation: false });
    expect(parts).toEqual({ train: [2, 3, 4, 5], validation: [], test: [0, 1] });
  });

  test('a fold with a class missing is measured on what it has: that class has no support, and its F1 is 0', () => {
    const set = setOf([...person('a', [0, 1]), ...['b', 'c', 'd', 'e'].flatMap((name) => person(name, [0, 1, 2]))]);
    const { parts } = splitSet({ set }, { split: withoutPerson('a'), leaks: 'refuse' });
    expect(parts.test).toEqual([0, 1]);
    const { report, ranking } = evaluatePredictions(
      {
        dataset: 'drawn',
        split: 'test',
        labels,
        ids: ['0', '1'],
        truth: [0, 1],
        probabilities: [0.8, 0.1, 0.1, 0.1, 0.8, 0.1],
        groups: {},
      },
      { dataset: 'drawn', split: 'test', obtained: 'held-out' },
    );
    expect(report.accuracy).toBe(1);
    expect(report.perClass[2]).toMatchObject({ label: 'fear', support: 0, f1: 0 });
    // Nothing can be ranked against it either; that is said, not made up.
    expect(ranking?.perClass[2].rocAuc ?? null).toBeNull();
  });
});

test('what is in each part: the sets that these pictures are of, those of its part of a combined set, and its own name last', () => {
  const drawn = setOf(['a', 'b', 'c', 'd'].flatMap((name) => person(name, [0, 1])));
  const options = { split: withoutPerson('a'), leaks: 'refuse' } as const;
  expect(splitSet({ set: drawn }, options).pictureSets.train).toEqual(['drawn']);
  const shares = { picturesOf: ['photographed'], parts: new Map([['trained', ['older', 'trained']]]) };
  expect(splitSet({ set: drawn }, { ...options, shares }).pictureSets.train).toEqual(['photographed', 'drawn']);
  const samples = drawn.samples.map((sample) => ({
    ...sample,
    groups: { database: sample.subject === 'd' ? 'tested' : 'trained' },
  }));
  const split: SplitProtocol = {
    protocol: 'cross-database',
    train: ['trained'],
    test: ['tested'],
    unit: 'subject',
    validationShare: 0.34,
    seed: 1,
  };
  const combined = { set: { ...drawn, samples } };
  const { pictureSets } = splitSet(combined, { split, leaks: 'refuse' });
  expect(pictureSets.train).toEqual(['trained', 'drawn']);
  expect(pictureSets.test).toEqual(['tested', 'drawn']);
  // What a part labels anew counts as well.
  expect(splitSet(combined, { split, leaks: 'refuse', shares }).pictureSets.train).toEqual([
    'photographed',
    'older',
    'trained',
    'drawn',
  ]);
});

import { assignSplits, type SplitItem } from '@mien/datasets';
import { expect, test } from 'vitest';
import type { Experiment } from '../configuration/experiment.js';
import { flattenParameters } from './export-history.js';
import { finalMember, listMembers } from './members.js';
import { nameRuns } from './name-runs.js';

const people = ['AF01', 'AF02', 'AM01', 'AM02'];
const items = people.map(
  (subject): SplitItem => ({
    id: subject,
    subject,
    emotion: 'happy',
    groups: { gender: subject[1] === 'F' ? 'female' : 'male' },
  }),
);
const list = (experiment: Partial<Experiment>) =>
  listMembers({ crossValidation: false, seed: 7, ...experiment } as Experiment, items).map(
    ({ folder, title, seed, split }) => ({ folder, title, seed, split }),
  );
const byGender = { protocol: 'by-gender', train: 'female', validationShare: 0.2, seed: 0 } as const;

test('one training needs no folder of its own', () => {
  expect(list({ split: byGender })).toEqual([{ folder: '', title: '', seed: 7, split: byGender }]);
});

test('a final model learns from all but the share that chooses its epoch, divided as the folds are', () => {
  const split = { protocol: 'k-fold', k: 2, fold: 0, validationShare: 0.5, unit: 'subject', seed: 3 } as const;
  const member = finalMember({ split, seed: 7, seeds: [4, 5] } as unknown as Experiment);
  expect(member).toMatchObject({ folder: 'final', seed: 4 });
  const parts = assignSplits(items, member.split, { require: ['train', 'validation'] });
  expect([parts.train.length, parts.validation.length, parts.test.length]).toEqual([2, 2, 0]);
});

test('folds, people left out, and both directions between the genders', () => {
  const kFold = { protocol: 'k-fold', k: 2, fold: 0, validationShare: 0.5, unit: 'subject', seed: 0 } as const;
  expect(list({ split: kFold, crossValidation: true }).map(({ folder, title }) => [folder, title])).toEqual([
    ['fold-1', 'fold 1 of 2'],
    ['fold-2', 'fold 2 of 2'],
  ]);
  const leaveOneOut = { protocol: 'leave-one-subject-out', validationShare: 0.2, seed: 0 } as const;
  expect(list({ split: leaveOneOut, crossValidation: true }).map(({ title }) => title)).toEqual(
    people.map((subject) => `without ${subject}`),
  );
  const both = list({ split: byGender, crossValidation: true });
  expect(both.map(({ folder, title }) => [folder, title])).toEqual([
    ['female-to-male', 'trained on female, tested on male'],
    ['male-to-female', 'trained on male, tested on female'],
  ]);
  expect(both.map(({ split }) => split)).toMatchObject([{ train: 'female' }, { train: 'male' }]);
});

test('each with every seed', () => {
  const members = list({ split: byGender, crossValidation: true, seeds: [3, 4] });
  expect(members.map(({ folder, seed }) => [folder, seed])).toEqual([
    ['female-to-male/seed-3', 3],
    ['female-to-male/seed-4', 4],
    ['male-to-female/seed-3', 3],
    ['male-to-female/seed-4', 4],
  ]);
  expect(list({ split: byGender, seeds: [3, 4] })[1]).toMatchObject({ folder: 'seed-4', title: 'seed 4' });
});

test('runs are named as shortly as tells them apart', () => {
  expect(nameRuns(['runs/a/2026-1', 'runs/a/2026-2/'])).toEqual(['2026-1', '2026-2']);
  expect(nameRuns(['runs/a/2026-1', 'runs/b/2026-1'])).toEqual(['a/2026-1', 'b/2026-1']);
  expect(nameRuns(['runs/a', 'runs/a'])).toHaveLength(2);
});

test('nested configuration becomes names with dots', () => {
  expect(flattenParameters({ a: { b: 1, c: [true, null] }, d: undefined, e: 'x' })).toEqual({
    'a.b': '1',
    'a.c.0': 'true',
    'a.c.1': 'null',
    e: 'x',
  });
});

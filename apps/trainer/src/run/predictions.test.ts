import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MissingInputError } from '@mien/core';
import type { TensorSample } from '@mien/preprocessing/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { evaluatePredictions } from './evaluate-part.js';
import {
  meanOfMembers,
  type PartPredictions,
  pool,
  readPredictions,
  toPartPredictions,
  writePredictions,
} from './predictions.js';

let run: string;
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'mien-predictions-'));
});
afterEach(() => rm(run, { recursive: true, force: true }));

const labels = ['happy', 'sad'] as const;
const sample = (id: string, gender: 'female' | 'male'): TensorSample => ({
  id,
  emotion: 'happy',
  subject: id[0],
  groups: { gender },
});
/** Two samples; `share` is what it says of happy, of which the first is one. */
const predict = (ids: string[], share: number, gender: 'female' | 'male'): PartPredictions =>
  toPartPredictions(
    { dataset: 'kdef', split: 'test' },
    labels,
    ids.map((id) => sample(id, gender)),
    {
      truth: Int32Array.of(0, 1),
      predicted: Int32Array.of(0, 0),
      probabilities: Float32Array.of(share, 1 - share, 0.1, 0.9),
    },
  );

test('folds are read as one; seeds as the mean of what they said', async () => {
  await writePredictions(join(run, 'female-to-male', 'seed-1', 'report'), [predict(['a1', 'a2'], 0.25, 'male')]);
  await writePredictions(join(run, 'female-to-male', 'seed-2', 'report'), [predict(['a1', 'a2'], 0.75, 'male')]);
  await writePredictions(join(run, 'male-to-female', 'seed-1', 'report'), [predict(['b1', 'b2'], 0.5, 'female')]);
  const [part, ...others] = await readPredictions(run);
  expect(others).toEqual([]);
  expect(part.ids).toEqual(['a1', 'a2', 'b1', 'b2']);
  expect(part.truth).toEqual([0, 1, 0, 1]);
  [0.5, 0.5, 0.1, 0.9, 0.5, 0.5, 0.1, 0.9].forEach((value, place) => {
    expect(part.probabilities[place]).toBeCloseTo(value, 6);
  });
  expect(part.groups.gender).toEqual(['male', 'male', 'female', 'female']);
  expect(part.groups.person).toEqual(['a', 'a', 'b', 'b']);
  expect(part.groups.angle).toEqual([null, null, null, null]);
  await expect(readPredictions(join(run, 'none'))).rejects.toThrow(MissingInputError);
});

test('pooled over both directions, the genders are compared', () => {
  const pooled = pool([predict(['a1', 'a2'], 0.25, 'male'), predict(['b1', 'b2'], 0.75, 'female')]);
  const { report, groups } = evaluatePredictions(pooled, { dataset: 'kdef', split: 'test', obtained: 'held-out' });
  expect([report.n, report.accuracy]).toEqual([4, 0.75]);
  expect(groups?.gender?.gap.accuracy).toMatchObject({ value: 0.5, best: 'female', worst: 'male' });
  expect(groups?.angle).toBeUndefined();
});

test('a picture that two seeds answered is one picture: what they say together, and no narrower an interval', () => {
  const seeds = [predict(['a1', 'a2'], 0.25, 'male'), predict(['a1', 'a2'], 0.9, 'male')];
  const part = { dataset: 'kdef', split: 'test', obtained: 'held-out' } as const;
  const [together] = meanOfMembers(seeds);
  expect(evaluatePredictions(together, part).report).toMatchObject({ n: 2, accuracy: 1 });
  const alike = [seeds[0], seeds[0]];
  expect(evaluatePredictions(pool(alike), part).accuracyInterval).toEqual(
    evaluatePredictions(seeds[0], part).accuracyInterval,
  );
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MissingInputError, WriteFailedError } from '@mien/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Experiment } from '../configuration/experiment.js';
import { createRunFolder, latestRunFolder } from './run-folder.js';

const experiment = { name: 'tiny', seed: 3 } as Experiment;
let runs: string;
beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), 'mien-runs-'));
});
afterEach(() => rm(runs, { recursive: true }));

test('runs that begin in the same second have folders of their own, and the newest that was begun is found', async () => {
  const now = new Date('2026-03-04T05:06:07.890Z');
  await expect(latestRunFolder(runs, experiment)).rejects.toThrow(MissingInputError);
  const first = await createRunFolder(runs, experiment, now);
  const second = await createRunFolder(runs, experiment, now);
  expect([first, second]).toEqual(
    ['2026-03-04T050607Z-3', '2026-03-04T050607Z-3-2'].map((name) => join(runs, 'tiny', name)),
  );
  await writeFile(join(first, 'run.json'), '{}');
  expect(await latestRunFolder(runs, experiment)).toBe(first);
  await writeFile(join(second, 'run.json'), '{}');
  expect(await latestRunFolder(runs, experiment)).toBe(second);
});

test('a place that cannot be written is an error that names it', async () => {
  await writeFile(join(runs, 'file'), '');
  await expect(createRunFolder(join(runs, 'file'), experiment)).rejects.toThrow(WriteFailedError);
});

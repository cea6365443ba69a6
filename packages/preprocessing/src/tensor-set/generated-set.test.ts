import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSyntheticDataset, openDataset } from '@mien/datasets';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PipelineInput } from '../pipeline-schema.js';
import { loadTensorSet } from './load-tensor-set.js';
import { preprocessDataset } from './preprocess-dataset.js';

/** Two generated people, seven expressions each, from JPEG files to tensors through the face detector. */
const PIPELINE: PipelineInput = [
  { step: 'crop-face', scale: 1.1 },
  { step: 'grey' },
  { step: 'resize', width: 48, height: 48 },
];

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mien-generated-'));
  await generateSyntheticDataset({ directory: join(root, 'images'), people: { female: 1, male: 1 }, angles: ['S'] });
});
afterAll(() => rm(root, { recursive: true, force: true }));

const open = () => openDataset({ type: 'synthetic', path: join(root, 'images') });

test('generated faces are found and cut, and keep who they are', async () => {
  const directory = join(root, 'whole');
  const { index } = await preprocessDataset({ dataset: await open(), pipeline: PIPELINE, directory });
  expect(index.skipped.bad).toBe(0);
  expect(index.count).toBeGreaterThanOrEqual(13);
  const set = await loadTensorSet(directory);
  expect(new Set(set.samples.map(({ subject }) => subject)).size).toBe(2);
  expect(new Set(set.samples.map(({ groups }) => groups.gender))).toEqual(new Set(['female', 'male']));
  // A face has light and dark: every picture spreads over the levels.
  for (let row = 0; row < index.count; row++) {
    const pixels = set.images.subarray(row * 2304, (row + 1) * 2304);
    expect(Math.max(...pixels) - Math.min(...pixels)).toBeGreaterThan(60);
  }
});

test('a truncated and an empty file are lines of the report', async () => {
  const images = join(root, 'images', 'AF01');
  const [original, other] = [await readFile(join(images, 'AF01HAS.JPG')), await readFile(join(images, 'AF01SAS.JPG'))];
  await truncate(join(images, 'AF01HAS.JPG'), Math.floor(original.length / 2));
  await writeFile(join(images, 'AF01SAS.JPG'), '');
  try {
    const directory = join(root, 'damaged');
    // Through KDEF's loader: the generated set's own would draw a damaged set again.
    const dataset = await openDataset({ type: 'kdef', path: join(root, 'images') });
    const { index } = await preprocessDataset({ dataset, pipeline: PIPELINE, directory });
    expect(index.skipped.bad).toBe(2);
    const { problems } = JSON.parse(await readFile(join(directory, 'report.json'), 'utf8'));
    const bad = problems.filter(({ code }: { code: string }) => code === 'MIEN_INVALID_IMAGE');
    expect(bad.map(({ id }: { id: string }) => id)).toEqual([
      expect.stringContaining('AF01HAS'),
      expect.stringContaining('AF01SAS'),
    ]);
    expect(index.samples.ids).not.toContain(bad[0].id);
  } finally {
    await writeFile(join(images, 'AF01HAS.JPG'), original);
    await writeFile(join(images, 'AF01SAS.JPG'), other);
  }
});

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset } from '@mien/core';
import { asFaces, openDataset } from '@mien/datasets';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { preprocessDataset } from './preprocess-dataset.js';

/** Threads run compiled code: `turbo run test` builds first; a bare vitest run in a fresh checkout skips. */
const built = ['../../dist/tensor-set/picture-worker.js', '../../../datasets/dist/index.js'].every((path) =>
  existsSync(new URL(path, import.meta.url)),
);
const pipeline = [{ step: 'grey' }, { step: 'equalise-histogram' }, { step: 'resize', width: 16, height: 16 }] as const;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mien-threads-'));
  await mkdir(join(root, 'images', 'happy'), { recursive: true });
  for (let index = 0; index < 30; index++) {
    const noise = { type: 'gaussian', mean: 128, sigma: 10 + index } as const;
    const picture = sharp({ create: { width: 60 + index, height: 50, channels: 3, background: 'red', noise } });
    await picture.jpeg().toFile(join(root, 'images', 'happy', `${String(index).padStart(2, '0')}.jpg`));
  }
  await writeFile(join(root, 'images', 'happy', '07b.jpg'), 'no picture');
});
afterAll(() => rm(root, { recursive: true }));

const open = () => openDataset({ type: 'image-folder', path: join(root, 'images') });
const files = async (name: string) =>
  Promise.all(
    ['index.json', 'report.json', 'shard-00000.safetensors'].map((file) => readFile(join(root, name, file), 'utf8')),
  );

test.skipIf(!built)(
  'with threads the tensors and the report are the same, whether samples have files or not',
  async () => {
    await preprocessDataset({ dataset: await open(), pipeline, directory: join(root, 'none') });
    await preprocessDataset({ dataset: await open(), pipeline, directory: join(root, 'threads'), threads: 2 });
    const expected = await files('none');
    expect(expected[1]).toContain('not-a-picture');
    expect(await files('threads')).toEqual(expected);
    const dataset = await open();
    const withoutFiles: Dataset = {
      ...dataset,
      async *samples() {
        for await (const { file: _, ...sample } of dataset.samples()) yield sample;
      },
    };
    await preprocessDataset({ dataset: withoutFiles, pipeline, directory: join(root, 'pixels'), threads: 2 });
    expect(await files('pixels')).toEqual(expected);
  },
);

test.skipIf(!built)('pictures that are faces already are told so to threads too', async () => {
  const looking = [{ step: 'crop-face' }, { step: 'resize', width: 16, height: 16 }] as const;
  const faces = asFaces(await open());
  const withoutFiles: Dataset = {
    ...faces,
    async *samples() {
      for await (const { file: _, ...sample } of faces.samples()) yield sample;
    },
  };
  await preprocessDataset({ dataset: faces, pipeline: looking, directory: join(root, 'faces') });
  const expected = await files('faces');
  // Noise, in which no face is found.
  expect(JSON.parse(expected[0]).count).toBe(30);
  for (const [name, dataset] of Object.entries({ files: faces, pixels: withoutFiles })) {
    const directory = join(root, `faces-${name}`);
    await preprocessDataset({ dataset, pipeline: looking, directory, threads: 2 });
    expect(await files(`faces-${name}`)).toEqual(expected);
  }
});

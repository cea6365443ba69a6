import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InvalidDataError, MissingInputError, type Sample, UnknownLabelError } from '@mien/core';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openImageFolder } from './image-folder.js';

let folder: string;
let root: string;
let picture: Uint8Array;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-image-folder-'));
  picture = await sharp({ create: { width: 4, height: 3, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
});
beforeEach(() => {
  root = join(folder, `${count++}`);
});
afterAll(() => rm(folder, { recursive: true }));

async function put(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), picture);
  }
}

async function list(): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of (await openImageFolder({ path: root })).samples()) samples.push(sample);
  return samples;
}

test('class folders in any spelling, nested below', async () => {
  await put('Surprise/b.png', 'anger/a.jpg', 'anger/person 1/ü.webp', 'Angry/x.PNG', 'CONTEMPT/c.tiff');
  const dataset = await openImageFolder({ path: root, licence: 'CC0' });
  expect(dataset).toMatchObject({ labels: ['angry', 'surprise', 'contempt'], licence: 'CC0', issues: [] });
  const samples = await list();
  expect(samples.map(({ id, emotion, split }) => [id, emotion, split])).toEqual([
    ['Angry/x.PNG', 'angry', undefined],
    ['CONTEMPT/c.tiff', 'contempt', undefined],
    ['Surprise/b.png', 'surprise', undefined],
    ['anger/a.jpg', 'angry', undefined],
    ['anger/person 1/ü.webp', 'angry', undefined],
  ]);
  expect(await samples[0].load()).toMatchObject({ width: 4, height: 3, channels: 3 });
});

test('a level of parts above the classes', async () => {
  await put('Train/Happy/1.png', 'Train/Happy/2.png', 'Val/Happy/1.png', 'Test/Sad/1.png');
  expect((await list()).map(({ id, emotion, split }) => [id, emotion, split])).toEqual([
    ['Test/Sad/1.png', 'sad', 'test'],
    ['Train/Happy/1.png', 'happy', 'train'],
    ['Train/Happy/2.png', 'happy', 'train'],
    ['Val/Happy/1.png', 'happy', 'validation'],
  ]);
});

test('loose pictures, files that are none, and empty classes are reported', async () => {
  await put('train/happy/1.png', 'train/loose.png', 'readme.md');
  await mkdir(join(root, 'train/sad'));
  const dataset = await openImageFolder({ path: root });
  expect(dataset.issues.map(({ kind, path }) => [kind, path])).toEqual([
    ['not-an-image', 'readme.md'],
    ['misplaced', 'train/loose.png'],
    ['empty-class', 'train/sad'],
  ]);
  expect(dataset.labels).toEqual(['happy', 'sad']);
});

describe('what is refused', () => {
  test.each(['joyful', 'train/joyful'])('an unknown class folder: %s', async (name) => {
    await put(`${name}/1.png`);
    const opening = openImageFolder({ path: root });
    await expect(opening).rejects.toThrow(UnknownLabelError);
    await expect(opening).rejects.toThrow(`found the folder "${name}"`);
    await expect(opening).rejects.toMatchObject({ details: { folder: name } });
  });

  test('split folders beside class folders', async () => {
    await put('train/happy/1.png', 'happy/1.png');
    await expect(openImageFolder({ path: root })).rejects.toThrow(/found train beside happy/);
  });

  test('no class folder, no pictures, no folder', async () => {
    await put('1.png');
    await expect(openImageFolder({ path: root })).rejects.toThrow(/no class folder and 1 loose picture/);
    await rm(join(root, '1.png'));
    await expect(openImageFolder({ path: root })).rejects.toThrow(MissingInputError);
    await mkdir(join(root, 'happy'));
    await expect(openImageFolder({ path: root })).rejects.toThrow(InvalidDataError);
    await expect(openImageFolder({ path: join(root, 'none') })).rejects.toThrow(MissingInputError);
  });
});

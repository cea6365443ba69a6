import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { MissingInputError } from '@mien/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPictures } from './find-pictures.js';

let folder: string;
const below = async (inputs: string[]) =>
  (await findPictures(inputs.map((input) => join(folder, input)))).map((file) => relative(folder, file));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-find-'));
  await mkdir(join(folder, 'deep', 'er'), { recursive: true });
  await mkdir(join(folder, 'empty'));
  for (const name of ['b.jpg', 'a.PNG', 'notes.txt', 'odd [1].jpg', 'deep/c.webp', 'deep/er/d.jpeg'])
    await writeFile(join(folder, name), '');
});
afterAll(() => rm(folder, { recursive: true }));

test('files stand as named, folders give the pictures below them, each once', async () => {
  expect(await below(['b.jpg'])).toEqual(['b.jpg']);
  expect(await below(['deep', 'deep/c.webp'])).toEqual(['deep/c.webp', 'deep/er/d.jpeg']);
  expect(await below(['.'])).toEqual(['a.PNG', 'b.jpg', 'deep/c.webp', 'deep/er/d.jpeg', 'odd [1].jpg']);
  expect(await below(['notes.txt'])).toEqual(['notes.txt']);
});

test('patterns are expanded, and a file whose name looks like a pattern is a file', async () => {
  expect(await below(['*.jpg'])).toEqual(['b.jpg', 'odd [1].jpg']);
  expect(await below(['**/*.{webp,jpeg}'])).toEqual(['deep/c.webp', 'deep/er/d.jpeg']);
  expect(await below(['odd [1].jpg'])).toEqual(['odd [1].jpg']);
  // As they were named: from the root, or from here.
  expect(await findPictures([join(folder, '*.jpg')])).toContain(join(folder, 'b.jpg'));
  const here = relative(process.cwd(), folder);
  expect(await findPictures([`${here}/*.jpg`])).toContain(join(here, 'b.jpg'));
});

test.each(['missing.jpg', 'empty', '*.gif'])('%s names nothing, which is an error', async (input) => {
  await expect(below([input])).rejects.toThrow(MissingInputError);
});

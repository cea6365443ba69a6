import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidConfigurationError, MissingInputError, type Sample } from '@mien/core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FERPLUS_COLUMNS } from './ferplus-votes.js';
import { type DatasetSource, datasetSourceSchema, openDataset } from './registry.js';
import { assignSplits } from './splits.js';
import { generateSyntheticDataset } from './synthetic/index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-registry-'));
  const pixels = Uint8Array.from({ length: 4 * 3 * 3 }, (_, index) => 7 * index);
  const picture = await sharp(pixels, { raw: { width: 4, height: 3, channels: 3 } })
    .png()
    .toBuffer();
  const csv = `emotion,pixels,Usage\n3,${new Array(2304).fill(7).join(' ')},Training\n`;
  const votes = `Usage,Image name,${FERPLUS_COLUMNS.join(',')}\nTraining,fer0000000.png,0,9,0,1,0,0,0,0,0,0\n`;
  await mkdir(join(folder, 'ferplus'));
  await writeFile(join(folder, 'fer.csv'), csv);
  await writeFile(join(folder, 'ferplus', 'fer2013.csv'), csv);
  await writeFile(join(folder, 'ferplus', 'fer2013new.csv'), votes);
  for (const [sub, name] of [
    ['kdef', 'AF01HAS.png'],
    ['classes/happy', '1.png'],
    ['sfew/Train/Happy', 'Juno_000000001_00000001.png'],
    ['jaffe', 'KA.HA1.29.png'],
    ['ck48/happy', 'S010_006_00000015.png'],
    ['empty', ''],
  ]) {
    await mkdir(join(folder, sub), { recursive: true });
    if (name) await writeFile(join(folder, sub, name), picture);
  }
});
afterAll(() => rm(folder, { recursive: true }));

test.each<[DatasetSource, string]>([
  [{ type: 'fer2013', path: 'fer.csv' }, 'fer2013'],
  [{ type: 'kdef', path: 'kdef' }, 'kdef'],
  [{ type: 'ferplus', path: 'ferplus' }, 'ferplus'],
  [{ type: 'sfew', path: 'sfew' }, 'sfew'],
  [{ type: 'jaffe', path: 'jaffe' }, 'jaffe'],
  [{ type: 'ck-plus', path: 'ck48' }, 'ck-plus'],
  [{ type: 'image-folder', path: 'classes' }, 'image-folder'],
  [{ type: 'synthetic', path: 'kdef' }, 'synthetic'],
  [{ type: 'synthetic', path: 'kdef', name: 'mine' }, 'mine'],
])('%o', async (source, name) => {
  const dataset = await openDataset(source, { baseDirectory: folder });
  expect(dataset.name).toBe(name);
  const samples: Sample[] = [];
  for await (const sample of dataset.samples()) samples.push(sample);
  expect(samples).toHaveLength(1);
  expect(samples[0].emotion).toBe('happy');
  expect((await samples[0].load()).data.length).toBeGreaterThan(0);
  const absolute = await openDataset({ ...source, path: join(folder, source.path) });
  expect(await absolute.fingerprint()).toBe(await dataset.fingerprint());
});

test.each(['fer2013', 'ferplus', 'kdef', 'sfew', 'jaffe', 'ck-plus', 'image-folder', 'synthetic'] as const)(
  '%s that is missing or empty says what to do',
  async (type) => {
    for (const path of ['none', 'empty']) {
      const opening = openDataset({ type, path }, { baseDirectory: folder });
      await expect(opening).rejects.toThrow(MissingInputError);
      await expect(opening).rejects.toThrow(
        type === 'synthetic' ? /Generate the sample set there first/ : /Check the path/,
      );
      await expect(opening).rejects.toThrow(join(folder, path));
    }
  },
);

test('a source with an unknown type or key is refused', async () => {
  const unknownKey = openDataset({ type: 'kdef', path: 'kdef', angle: 'S' } as DatasetSource);
  await expect(unknownKey).rejects.toThrow(InvalidConfigurationError);
  await expect(unknownKey).rejects.toThrow(/angle/);
  await expect(openDataset({ type: 'affectnet', path: 'x' } as unknown as DatasetSource)).rejects.toThrow(/type: /);
  expect(datasetSourceSchema.safeParse({ type: 'kdef', path: '' }).success).toBe(false);
});

test('the generator’s own pictures are read as they were meant', async () => {
  const directory = join(folder, 'generated');
  const { images } = await generateSyntheticDataset({
    directory,
    people: { female: 2, male: 1 },
    angles: ['S', 'HL'],
    size: { width: 24, height: 32 },
  });
  const dataset = await openDataset({ type: 'synthetic', path: directory });
  expect(dataset.issues).toEqual([]);
  const samples: Sample[] = [];
  for await (const sample of dataset.samples()) samples.push(sample);
  expect(samples).toHaveLength(images);
  expect(images).toBe(3 * 7 * 2);
  expect(await samples[0].load()).toMatchObject({ width: 24, height: 32 });
  const { train, test: tested } = assignSplits(samples, { protocol: 'by-gender', train: 'female' });
  expect(tested.map((index) => samples[index].subject)).toEqual(new Array(14).fill('M01'));
  expect(train).toHaveLength(14);

  // Drawn again: other file times, the same data.
  const before = await dataset.fingerprint();
  await rm(directory, { recursive: true });
  const again = (female: number) =>
    generateSyntheticDataset({
      directory,
      people: { female, male: 1 },
      angles: ['S', 'HL'],
      size: { width: 24, height: 32 },
    });
  await again(2);
  expect(await (await openDataset({ type: 'synthetic', path: directory })).fingerprint()).toBe(before);
  await again(3);
  expect(await (await openDataset({ type: 'synthetic', path: directory })).fingerprint()).not.toBe(before);
});

import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InvalidConfigurationError, WriteFailedError } from '@mien/core';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { generateSyntheticDataset, type SyntheticDatasetOptions } from './generate.js';

let root: string;
let options: SyntheticDatasetOptions;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'mien-synthetic-'));
  options = {
    directory: path.join(root, 'set'),
    seed: 4,
    people: { female: 1, male: 1 },
    angles: ['FL', 'S'],
    size: { width: 42, height: 57 },
  };
});

afterEach(async () => rm(root, { recursive: true, force: true }));

async function readTree(directory: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files.set(path.relative(directory, file), await readFile(file));
  }
  return files;
}

test('writes KDEF’s names: session, gender, number, expression, angle', async () => {
  const progress: number[] = [];
  const result = await generateSyntheticDataset({
    ...options,
    sessions: ['A', 'B'],
    onProgress: ({ done }) => progress.push(done),
  });
  expect(result).toEqual({ images: 2 * 2 * 7 * 2, reused: false });
  expect(progress).toEqual(Array.from({ length: 56 }, (_, index) => index + 1));
  const files = [...(await readTree(options.directory)).keys()];
  expect(files.length).toBe(57);
  const pictures = files.filter((file) => file !== 'generator.json');
  for (const file of pictures) expect(file).toMatch(/^([AB][FM]01)[/\\]\1(AF|AN|DI|HA|NE|SA|SU)(FL|S)\.JPG$/);
  expect(new Set(pictures).size).toBe(56);
  expect(await sharp(path.join(options.directory, pictures[0])).metadata()).toMatchObject({
    format: 'jpeg',
    width: 42,
    height: 57,
    channels: 3,
  });
});

test('the same options give the same bytes, another seed gives others', async () => {
  await generateSyntheticDataset(options);
  await generateSyntheticDataset({ ...options, directory: path.join(root, 'again') });
  await generateSyntheticDataset({ ...options, directory: path.join(root, 'other'), seed: 5 });
  const first = await readTree(options.directory);
  expect(await readTree(path.join(root, 'again'))).toEqual(first);
  const other = await readTree(path.join(root, 'other'));
  for (const [file, bytes] of first) expect(other.get(file)?.equals(bytes), file).toBe(false);
});

test('a person’s pictures do not depend on who else is in the set', async () => {
  await generateSyntheticDataset(options);
  const more = path.join(root, 'more');
  await generateSyntheticDataset({ ...options, directory: more, people: { female: 2, male: 1 } });
  const first = await readTree(options.directory);
  const second = await readTree(more);
  for (const [file, bytes] of first)
    if (file !== 'generator.json') expect(second.get(file)?.equals(bytes), file).toBe(true);
});

test('a second call does nothing and says so; other options replace the set', async () => {
  await generateSyntheticDataset(options);
  const picture = path.join(options.directory, 'AF01', 'AF01HAS.JPG');
  const { mtimeMs } = await stat(picture);
  expect(await generateSyntheticDataset(options)).toEqual({ images: 28, reused: true });
  expect((await stat(picture)).mtimeMs).toBe(mtimeMs);
  expect(await generateSyntheticDataset({ ...options, angles: ['S'] })).toEqual({ images: 14, reused: false });
  expect((await readTree(options.directory)).size).toBe(15);
});

test('a damaged set is made again', async () => {
  await generateSyntheticDataset(options);
  const whole = await readTree(options.directory);
  const damages: (() => Promise<void>)[] = [
    () => rm(path.join(options.directory, 'AF01', 'AF01HAS.JPG')),
    () => writeFile(path.join(options.directory, 'AM01', 'AM01SUS.JPG'), ''),
    () => writeFile(path.join(options.directory, 'generator.json'), '{"version": 1, "opt'),
    () => rm(path.join(options.directory, 'AM01'), { recursive: true }),
  ];
  for (const damage of damages) {
    await damage();
    expect((await generateSyntheticDataset(options)).reused).toBe(false);
    expect(await readTree(options.directory)).toEqual(whole);
  }
});

test('what a killed run left beside the set is removed, and nothing half-made is taken for a set', async () => {
  // No process has this number: it is over the highest that Linux gives.
  const abandoned = `${options.directory}.partial-4194305-x7Yq2a`;
  await mkdir(path.join(abandoned, 'AF01'), { recursive: true });
  await writeFile(path.join(abandoned, 'AF01', 'AF01HAS.JPG'), 'half');
  await generateSyntheticDataset(options);
  expect(await readdir(root)).toEqual(['set']);
});

test('a folder with other files is never touched', async () => {
  await mkdir(options.directory);
  await writeFile(path.join(options.directory, 'thesis.txt'), 'mine');
  await expect(generateSyntheticDataset(options)).rejects.toThrow(InvalidConfigurationError);
  expect(await readdir(options.directory)).toEqual(['thesis.txt']);
  await writeFile(path.join(root, 'file'), '');
  await expect(generateSyntheticDataset({ ...options, directory: path.join(root, 'file') })).rejects.toThrow(
    InvalidConfigurationError,
  );
});

test('a failure while writing leaves the older set whole and no partial folder', async () => {
  await generateSyntheticDataset(options);
  const before = await readTree(options.directory);
  const failing = generateSyntheticDataset({
    ...options,
    seed: 9,
    onProgress: ({ done }) => {
      if (done === 5) throw Object.assign(new Error('no space left on device, write'), { code: 'ENOSPC' });
    },
  });
  await expect(failing).rejects.toThrow(WriteFailedError);
  expect(await readTree(options.directory)).toEqual(before);
  expect(await readdir(root)).toEqual(['set']);
});

test.each([
  ['people', { people: { female: 0, male: 0 } }],
  ['people', { people: { female: 100, male: 0 } }],
  ['angles', { angles: [] }],
  ['angles', { angles: ['S', 'S'] as const }],
  ['size', { size: { width: 4, height: 57 } }],
  ['seed', { seed: 1.5 }],
])('options out of range are refused by name: %s', async (name, wrong) => {
  const call = generateSyntheticDataset({ ...options, ...wrong } as SyntheticDatasetOptions);
  await expect(call).rejects.toThrow(InvalidConfigurationError);
  await expect(call).rejects.toThrow(name);
});

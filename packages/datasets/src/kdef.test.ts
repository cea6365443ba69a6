import { cp, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { EMOTIONS, InvalidDataError, InvalidImageError, MissingInputError, type Sample } from '@mien/core';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openKdef, parseKdefName } from './kdef.js';

const EXPRESSIONS = ['AF', 'AN', 'DI', 'HA', 'NE', 'SA', 'SU'];
const ANGLES = ['FL', 'HL', 'S', 'HR', 'FR'];

let folder: string;
let root: string;
let colour: Uint8Array;
let grey: Uint8Array;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-kdef-'));
  const picture = sharp({ create: { width: 11, height: 15, channels: 3, background: '#c86432' } });
  colour = await picture.clone().jpeg().toBuffer();
  grey = await picture.resize(10, 10).toColourspace('b-w').jpeg().toBuffer();
});
beforeEach(() => {
  root = join(folder, `set ${count++}`);
});
afterAll(() => rm(folder, { recursive: true }));

async function put(path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), bytes);
}

/** A folder for each person and session, as in the release. */
async function putPeople(people: readonly string[], angles: readonly string[], bytes: Uint8Array): Promise<void> {
  for (const person of people) {
    for (const expression of EXPRESSIONS) {
      for (const angle of angles) await put(`${person}/${person}${expression}${angle}.JPG`, bytes);
    }
  }
}

async function list(path = root): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of (await openKdef({ path })).samples()) samples.push(sample);
  return samples;
}

describe('names', () => {
  test.each([
    ['AF01ANFL.JPG', { session: 'A', gender: 'female', subject: 'F01', emotion: 'angry', angle: 'full-left' }],
    ['BF01AFHL.jpg', { session: 'B', gender: 'female', subject: 'F01', emotion: 'fear', angle: 'half-left' }],
    ['am35sus.jpeg', { session: 'A', gender: 'male', subject: 'M35', emotion: 'surprise', angle: 'straight' }],
    ['BM07NEHR.png', { session: 'B', gender: 'male', subject: 'M07', emotion: 'neutral', angle: 'half-right' }],
    ['BM120HAFR.PNG', { session: 'B', gender: 'male', subject: 'M120', emotion: 'happy', angle: 'full-right' }],
  ])('%s', (name, facts) => {
    expect(parseKdefName(name)).toEqual(facts);
  });
  test.each([
    'AF31V.JPG',
    'AF01ANX.JPG',
    'CF01ANS.JPG',
    'AX01ANS.JPG',
    'AF1ANS.JPG',
    'AF01XXS.JPG',
    'AF01ANS',
    'xAF01ANS.JPG',
  ])('%s is none', (name) => {
    expect(parseKdefName(name)).toBeUndefined();
  });
});

describe('the release: folders by person and session, five angles, colour', () => {
  test('every picture has its person, gender, angle and emotion', async () => {
    await putPeople(['AF01', 'BF01', 'AM01', 'BM01'], ANGLES, colour);
    const dataset = await openKdef({ path: root });
    expect(dataset.issues).toEqual([]);
    expect(dataset.labels).toEqual(EMOTIONS);
    const samples = await list();
    expect(samples).toHaveLength(4 * 7 * 5);
    expect(new Set(samples.map(({ id }) => id)).size).toBe(samples.length);
    // Both sessions of a person are one subject.
    expect([...new Set(samples.map(({ subject }) => subject))]).toEqual(['F01', 'M01']);
    for (const emotion of EMOTIONS) expect(samples.filter((sample) => sample.emotion === emotion)).toHaveLength(20);
    const sample = samples.find(({ id }) => id === 'BM01/BM01SAHR.JPG');
    expect(sample).toMatchObject({ emotion: 'sad', subject: 'M01', groups: { gender: 'male', angle: 'half-right' } });
    expect(await sample?.load()).toMatchObject({ width: 11, height: 15, channels: 3 });
  });

  test('what is misnamed, missing, double or no picture is reported, and the rest is used', async () => {
    await putPeople(['AF01', 'AM01'], ANGLES, colour);
    await rename(join(root, 'AF01/AF01SUFR.JPG'), join(root, 'AF01/AF01V.JPG'));
    await rm(join(root, 'AM01/AM01ANS.JPG'));
    await put('copies/AF01ANFL.jpg', colour);
    await put('copies/am01anfl.png', colour);
    await put('AM01/notes.txt', 'x');
    await put('.DS_Store', 'x');
    await put('AM01/Thumbs.db', 'x');
    await put('__MACOSX/AF01/._AF01ANFL.JPG', 'x');
    const dataset = await openKdef({ path: root });
    expect(await list()).toHaveLength(2 * 35 - 2);
    expect(dataset.issues.map(({ kind, path }) => [kind, path])).toEqual([
      ['not-an-image', 'AM01/notes.txt'],
      ['misnamed', 'AF01/AF01V.JPG'],
      ['duplicate', 'copies/AF01ANFL.jpg'],
      ['duplicate', 'copies/am01anfl.png'],
      ['missing', 'AF01SUFR.JPG'],
      ['missing', 'AM01ANS.JPG'],
    ]);
    expect(dataset.issues[2].reason).toContain('AF01/AF01ANFL.JPG');
  });

  test('a damaged picture shows when it is loaded', async () => {
    await putPeople(['AF01'], ['S'], colour);
    await put('AF01/AF01ANS.JPG', '');
    await put('AF01/AF01DIS.JPG', colour.subarray(0, 200));
    const samples = await list();
    expect(samples).toHaveLength(7);
    const results = await Promise.allSettled(samples.map((sample) => sample.load()));
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(failures).toHaveLength(2);
    expect(failures[0]).toBeInstanceOf(InvalidImageError);
    expect(failures.map(({ message }) => message).join()).toMatch(/AF01ANS\.JPG.*AF01DIS\.JPG/);
  });
});

describe('other layouts', () => {
  test('frontal grey crops, flat, lower case', async () => {
    for (const person of ['af01', 'bm02'])
      for (const expression of EXPRESSIONS) await put(`${person}${expression.toLowerCase()}s.jpg`, grey);
    expect((await openKdef({ path: root })).issues).toEqual([]);
    const samples = await list();
    expect(samples).toHaveLength(14);
    expect(new Set(samples.map(({ groups }) => groups.angle))).toEqual(new Set(['straight']));
    expect(await samples[0].load()).toMatchObject({ width: 10, height: 10, channels: 1 });
  });

  test('deep folders with spaces and letters of any script, in a stable order', async () => {
    await put('KDEF and AKDEF/KDEF/женщины 01/AF01ANS.JPG', colour);
    await put('KDEF and AKDEF/KDEF/B/AF02ANS.JPG', colour);
    await put('KDEF and AKDEF/KDEF/a/AF03ANS.JPG', colour);
    expect((await list()).map(({ subject }) => subject)).toEqual(['F02', 'F03', 'F01']);
  });

  test('links are followed, a loop of them ends, a broken one is reported', async () => {
    await putPeople(['AF01'], ['S'], colour);
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere, { recursive: true });
    await writeFile(join(elsewhere, 'AM01ANS.JPG'), colour);
    await symlink(elsewhere, join(root, 'men'));
    await symlink(root, join(root, 'AF01/loop'));
    await symlink(join(root, 'nowhere'), join(root, 'broken.JPG'));
    const { issues } = await openKdef({ path: root });
    expect(await list()).toHaveLength(8);
    expect(issues.filter(({ kind }) => kind !== 'missing').map(({ kind, path }) => [kind, path])).toEqual([
      ['repeated-folder', 'AF01/loop'],
      ['unreadable', 'broken.JPG'],
    ]);
  });
});

describe('fingerprint', () => {
  test('follows names, sizes and times, not the place', async () => {
    await putPeople(['AF01'], ['S'], colour);
    // Whole seconds: copying rounds finer ones.
    for (const expression of EXPRESSIONS) await utimes(join(root, `AF01/AF01${expression}S.JPG`), 5000, 5000);
    const dataset = await openKdef({ path: root });
    const before = await dataset.fingerprint();
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    const copy = join(folder, 'copy');
    await cp(root, copy, { recursive: true, preserveTimestamps: true });
    expect(await (await openKdef({ path: copy })).fingerprint()).toBe(before);
    await utimes(join(copy, 'AF01/AF01ANS.JPG'), 1, 1);
    expect(await (await openKdef({ path: copy })).fingerprint()).not.toBe(before);
    await rm(join(root, 'AF01/AF01ANS.JPG'));
    expect(await (await openKdef({ path: root })).fingerprint()).not.toBe(before);
    await expect(dataset.fingerprint()).rejects.toThrow(/AF01ANS\.JPG, which was there/);
  });
});

describe('what is refused', () => {
  test('a missing folder, an empty one, a file', async () => {
    await expect(openKdef({ path: join(folder, 'none') })).rejects.toThrow(MissingInputError);
    await expect(openKdef({ path: join(folder, 'none') })).rejects.toThrow(
      /none; found no such file or folder\. Check/,
    );
    await mkdir(root);
    await expect(openKdef({ path: root })).rejects.toThrow(MissingInputError);
    await expect(openKdef({ path: root })).rejects.toThrow(/found an empty folder/);
    await put('AF01ANS.JPG', colour);
    await expect(openKdef({ path: join(root, 'AF01ANS.JPG') })).rejects.toThrow(InvalidDataError);
  });

  test('a folder of other pictures', async () => {
    await put('angry/1.png', colour);
    await expect(openKdef({ path: root })).rejects.toThrow(
      /named like AF01ANFL\.JPG .*found 1 picture\(s\), none named so, such as angry\/1\.png/,
    );
  });
});

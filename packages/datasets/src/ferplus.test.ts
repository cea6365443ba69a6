import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { InvalidDataError, MissingInputError, type Sample } from '@mien/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFerPlus } from './ferplus.js';
import { FERPLUS_COLUMNS, majorityVote } from './ferplus-votes.js';

const header = `Usage,Image name,${FERPLUS_COLUMNS.join(',')}`;
const pixels = (value: number) => new Array(48 * 48).fill(value).join(' ');
const pictures = [
  `0,${pixels(1)},Training`,
  `0,${pixels(2)},Training`,
  `3,${pixels(3)},PublicTest`,
  `3,${pixels(4)},PublicTest`,
  `3,${pixels(5)},PrivateTest`,
];
const votes = [
  'Training,fer0000000.png,4,0,0,1,3,2,0,0,0,0', // neutral 4 of 9: no majority
  'Training,fer0000001.png,6,0,1,1,0,0,0,0,2,0',
  'PublicTest,fer0000002.png,0,1,0,0,0,0,1,8,0,0',
  'PublicTest,,0,0,0,0,0,0,0,0,0,10',
  'PrivateTest,fer0000004.png,0,0,0,0,0,0,0,0,7,3',
];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-ferplus-'));
  await putPictures(pictures);
  await putVotes(votes);
});
afterEach(() => rm(folder, { recursive: true }));

const putPictures = (rows: readonly string[]) =>
  writeFile(join(folder, 'fer2013.csv.gz'), gzipSync(['emotion,pixels,Usage', ...rows].join('\n')));
const putVotes = (rows: readonly string[]) => writeFile(join(folder, 'fer2013new.csv'), [header, ...rows].join('\r\n'));

async function list(path = folder): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of (await openFerPlus({ path })).samples()) samples.push(sample);
  return samples;
}

test('the majority rule agrees with NumPy', async () => {
  const fixture = new URL('./fixtures/ferplus-majority.json', import.meta.url);
  const rows = JSON.parse(await readFile(fixture, 'utf8')) as [number[], string][];
  expect(rows).toHaveLength(240);
  for (const [counts, label] of rows) {
    const result = majorityVote(counts);
    expect([counts, 'emotion' in result ? result.emotion : result.excluded]).toEqual([counts, label]);
  }
});

test('pictures with a majority, in their own parts and with their own ids; the rest is counted by reason', async () => {
  const dataset = await openFerPlus({ path: folder });
  const samples = await list();
  expect(samples.map(({ id, emotion, split }) => [id, emotion, split])).toEqual([
    ['2', 'neutral', 'train'],
    ['3', 'contempt', 'validation'],
  ]);
  expect((await samples[1].load()).data[0]).toBe(3);
  expect(dataset.issues.map(({ reason }) => reason)).toEqual([
    'no class has more than half of the votes: 1 of 5 rows, left out',
    'most votes are for "unknown": 1 of 5 rows, left out',
    'most votes are for "not a face": 1 of 5 rows, left out',
  ]);
  expect(await list(join(folder, 'fer2013.csv.gz'))).toHaveLength(2);
});

test('the fingerprint follows the votes', async () => {
  const before = await (await openFerPlus({ path: folder })).fingerprint();
  await putVotes([...votes.slice(0, 4), 'PrivateTest,fer0000004.png,0,0,0,0,0,0,0,0,3,7']);
  expect(await (await openFerPlus({ path: folder })).fingerprint()).not.toBe(before);
});

test('a csv that lacks PrivateTest can be used; votes that are fewer, or belong to others, cannot', async () => {
  await putPictures(pictures.slice(0, 4));
  expect(await list()).toHaveLength(2);
  await putVotes(votes.slice(0, 2));
  await expect(list()).rejects.toThrow(/row 3 .* only 2 rows of votes/s);
  await putVotes([votes[0], votes[2], votes[1]]);
  await expect(list()).rejects.toThrow(/row 2 .* votes for a picture of PublicTest/s);
});

test('wrong votes name the row; missing files say what is needed', async () => {
  await putVotes([votes[0], 'Training,x,1,2']);
  await expect(list()).rejects.toThrow(InvalidDataError);
  await expect(list()).rejects.toThrow(/row 2/);
  await writeFile(join(folder, 'fer2013new.csv'), 'a,b\n');
  await expect(list()).rejects.toThrow(/Usage,Image name,neutral/);
  await rm(join(folder, 'fer2013new.csv'));
  await expect(list()).rejects.toThrow(MissingInputError);
  await rm(join(folder, 'fer2013.csv.gz'));
  await expect(list()).rejects.toThrow(/fer2013\.csv or fer2013\.csv\.gz, with fer2013new\.csv beside it/);
});

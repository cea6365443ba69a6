import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ALL_EMOTIONS, InvalidDataError, MissingInputError, type Sample } from '@mien/core';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFerPlus } from './ferplus.js';
import { FERPLUS_LABELS, type FerPlusLabels, labelOfVotes } from './ferplus-labels.js';
import { FERPLUS_COLUMNS } from './ferplus-votes.js';

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

/** The emotions in the order of the vote columns. */
const COLUMN_EMOTIONS = ['neutral', 'happy', 'surprise', 'sad', 'angry', 'disgust', 'fear', 'contempt'] as const;

test('the rules agree with NumPy', async () => {
  type Row = [number[], Record<Exclude<FerPlusLabels, 'probability'>, [string, number[] | null]>];
  const fixture = new URL('./fixtures/ferplus-labels.json', import.meta.url);
  const rows = JSON.parse(await readFile(fixture, 'utf8')) as Row[];
  expect(rows).toHaveLength(360);
  for (const [votes, byRule] of rows) {
    for (const rule of FERPLUS_LABELS) {
      const [label, shares] = byRule[rule === 'probability' ? 'cross-entropy' : rule];
      const result = labelOfVotes(votes, rule);
      const place = `${rule} of ${votes}`;
      expect('emotion' in result ? result.emotion : result.excluded, place).toBe(label);
      if ('excluded' in result || rule === 'majority') continue;
      for (const [column, share] of (shares ?? []).entries()) {
        expect(result.distribution?.[ALL_EMOTIONS.indexOf(COLUMN_EMOTIONS[column])], place).toBeCloseTo(share, 5);
      }
    }
  }
});

test('any votes: a distribution sums to 1 and is nowhere larger than at the emotion; the rules agree on it', () => {
  const votes = fc.array(fc.nat(12), { minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(votes, fc.constantFrom(...FERPLUS_LABELS), (counts, rule) => {
      const label = labelOfVotes(counts, rule);
      const majority = labelOfVotes(counts, 'majority');
      if ('excluded' in label) return;
      if ('emotion' in majority) expect(label.emotion).toBe(majority.emotion);
      if (label.distribution === undefined) return;
      expect(label.distribution.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(Math.max(...label.distribution)).toBe(label.distribution[ALL_EMOTIONS.indexOf(label.emotion)]);
    }),
  );
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
    'no class, or classes together, with more than half of the votes: 1 of 5 rows, left out',
    'most votes are for "unknown": 1 of 5 rows, left out',
    'most votes are for "not a face": 1 of 5 rows, left out',
  ]);
  expect(await list(join(folder, 'fer2013.csv.gz'))).toHaveLength(2);
});

test('with soft labels, training pictures have a distribution, the others the majority’s label', async () => {
  await putVotes(['Training,x,4,0,0,3,0,0,0,0,2,1', 'Training,x,5,5,0,0,0,0,0,0,0,0', votes[2], ...votes.slice(3)]);
  const read = async (labels?: FerPlusLabels) => {
    const samples: Sample[] = [];
    for await (const sample of (await openFerPlus({ path: folder, labels })).samples()) samples.push(sample);
    return samples.map(({ id, emotion, labelDistribution }) => [
      id,
      emotion,
      labelDistribution?.map((p) => +p.toFixed(4)),
    ]);
  };
  //                     angry, disgust, fear, happy, sad, surprise, neutral, contempt
  expect(await read('cross-entropy')).toEqual([
    ['1', 'neutral', [0, 0, 0, 0, 0.4286, 0, 0.5714, 0]],
    ['2', 'neutral', [0, 0, 0, 0.5, 0, 0, 0.5, 0]],
    ['3', 'contempt', undefined],
  ]);
  expect(await read('probability')).toEqual(await read('cross-entropy'));
  expect(await read('multi-target')).toEqual([
    ['1', 'neutral', [0, 0, 0, 0, 0.5, 0, 0.5, 0]],
    ['2', 'neutral', [0, 0, 0, 0.5, 0, 0, 0.5, 0]],
    ['3', 'contempt', undefined],
  ]);
  expect(await read()).toEqual([['3', 'contempt', undefined]]);
  const prints = await Promise.all(
    FERPLUS_LABELS.map(async (labels) => (await openFerPlus({ path: folder, labels })).fingerprint()),
  );
  expect(new Set(prints).size).toBe(4);
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

import { createHash } from 'node:crypto';
import { ALL_EMOTIONS, EMOTIONS, type Sample } from '@mien/core';
import { describe, expect, test } from 'vitest';
import { auditDataset } from './audit.js';
import { mapClasses } from './class-mapping.js';
import { combineDatasets } from './combined-dataset.js';
import { dropLeaks } from './drop-leaks.js';
import { type DatasetSource, openDataset } from './registry.js';
import { assignSplits } from './splits.js';

/** Checks on the real data sets; `MIEN_REAL_DATA` names the folder that has `fer2013.csv.gz`, `fer2013new.csv`, `kdef`, `ck48`, `sfew` and `jaffe`. */
const data = process.env.MIEN_REAL_DATA;

async function list(source: DatasetSource): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of (await openDataset(source, { baseDirectory: data })).samples()) samples.push(sample);
  return samples;
}

const countEmotions = (samples: readonly Sample[]) =>
  EMOTIONS.map((emotion) => samples.filter((sample) => sample.emotion === emotion).length);

/** Computed with the rule of the FER+ authors' program (src/ferplus.py of github.com/microsoft/FERPlus): 25,060 and 3,199. */
const FERPLUS_COUNTS = [
  ['train', [2100, 119, 532, 7287, 3014, 3149, 8740, 119]],
  ['validation', [287, 24, 62, 865, 351, 415, 1182, 13]],
] as const;

describe.skipIf(!data)('real data', () => {
  test('FER-2013 has the published counts', async () => {
    const samples = await list({ type: 'fer2013', path: 'fer2013.csv.gz' });
    const { train, validation } = assignSplits(samples, { protocol: 'official' });
    expect([train.length, validation.length]).toEqual([28709, 3589]);
    expect(countEmotions(train.map((index) => samples[index]))).toEqual([3995, 436, 4097, 7215, 4830, 3171, 4965]);
    expect(countEmotions(validation.map((index) => samples[index]))).toEqual([467, 56, 496, 895, 653, 415, 607]);
    // The first values of the csv's first row.
    expect([...(await samples[0].load()).data.subarray(0, 4)]).toEqual([70, 80, 82, 72]);
  });

  test('listing FER-2013 without keeping it takes little memory', async () => {
    const dataset = await openDataset({ type: 'fer2013', path: 'fer2013.csv.gz' }, { baseDirectory: data });
    let rows = 0;
    const before = process.memoryUsage().rss;
    let peak = before;
    for await (const _ of dataset.samples()) if (++rows % 1000 === 0) peak = Math.max(peak, process.memoryUsage().rss);
    expect(rows).toBe(32298);
    expect(peak - before).toBeLessThan(100e6);
  });

  test('KDEF: 35 women, seven expressions, two sessions, frontal', async () => {
    const samples = await list({ type: 'kdef', path: 'kdef' });
    expect(samples).toHaveLength(490);
    expect(new Set(samples.map(({ subject }) => subject)).size).toBe(35);
    expect(new Set(samples.map(({ groups }) => `${groups.gender} ${groups.angle}`))).toEqual(
      new Set(['female straight']),
    );
    expect(countEmotions(samples)).toEqual(new Array(7).fill(70));
    expect(samples.find(({ id }) => id === 'AF01/AF01AFS.JPG')?.emotion).toBe('fear');
    expect(await samples[0].load()).toMatchObject({ width: 350, height: 350 });
    expect((await openDataset({ type: 'kdef', path: 'kdef' }, { baseDirectory: data })).issues).toEqual([]);
    const { train, validation, test: tested } = assignSplits(samples, { protocol: 'k-fold', k: 5, fold: 0 });
    expect([train.length, validation.length, tested.length]).toEqual([22 * 14, 6 * 14, 7 * 14]);
  });

  test('class folders without their own loader: CK+48 and SFEW', async () => {
    const ck = await list({ type: 'image-folder', path: 'ck48' });
    expect(ck).toHaveLength(981);
    expect(ck.filter(({ emotion }) => emotion === 'contempt')).toHaveLength(54);
    const sfew = await list({ type: 'image-folder', path: 'sfew' });
    expect(sfew).toHaveLength(860);
    expect(sfew.every(({ split }) => split === 'train')).toBe(true);
    expect(await sfew[0].load()).toMatchObject({ width: 143, height: 181, channels: 3 });
  });

  test('SFEW Train: classes, films, and the alignments that came out blank', async () => {
    const samples = await list({ type: 'sfew', path: 'sfew' });
    const { issues } = await openDataset({ type: 'sfew', path: 'sfew' }, { baseDirectory: data });
    expect(issues.map(({ kind, path }) => [kind, path])).toEqual(
      ['15', '30', '38'].map((frame) => ['blank', `Train/Angry/RevolutionaryRoad_000806440_000000${frame}.png`]),
    );
    expect(countEmotions(samples)).toEqual([167, 50, 76, 179, 151, 93, 141]);
    expect(samples.every(({ split, subject }) => split === 'train' && subject !== undefined)).toBe(true);
  });

  test('JAFFE: five of ten women, three or four pictures of each expression', async () => {
    const samples = await list({ type: 'jaffe', path: 'jaffe' });
    expect(samples).toHaveLength(108);
    const countOf = (person: string) => samples.filter(({ subject }) => subject === person).length;
    expect(['KA', 'KL', 'KM', 'KR', 'MK'].map(countOf)).toEqual([23, 22, 22, 20, 21]);
    for (const sample of samples) expect(await sample.load()).toMatchObject({ width: 256, height: 256 });
  });

  test('CK+48: the published counts, 118 people', async () => {
    const samples = await list({ type: 'ck-plus', path: 'ck48' });
    expect(ALL_EMOTIONS.map((label) => samples.filter(({ emotion }) => emotion === label).length)).toEqual([
      135, 177, 75, 207, 84, 249, 0, 54,
    ]);
    expect(new Set(samples.map(({ subject }) => subject)).size).toBe(118);
    expect(assignSplits(samples, { protocol: 'k-fold', k: 10, fold: 0 }).test.length).toBeGreaterThan(80);
  });

  test('FER+ by majority: the counts of the rule in Python', async () => {
    const samples = await list({ type: 'ferplus', path: '.' });
    for (const [split, counts] of FERPLUS_COUNTS) {
      const part = samples.filter((sample) => sample.split === split);
      expect(ALL_EMOTIONS.map((label) => part.filter(({ emotion }) => emotion === label).length)).toEqual(counts);
    }
  });

  test('FER+ by the rules for soft labels: the counts and sums of the authors’ loader', async () => {
    for (const [labels, count, neutral, sums] of [
      [
        'cross-entropy',
        27956,
        10122,
        [2427.51, 236.592, 789.0762, 7521.3365, 3814.5758, 3474.6032, 9444.6218, 247.6845],
      ],
      ['multi-target', 27671, 10071, [2373.8333, 209.6667, 754.5, 7483, 3810.5, 3421.8333, 9407.1667, 210.5]],
    ] as const) {
      const samples = (await list({ type: 'ferplus', path: '.', labels })).filter(({ split }) => split === 'train');
      expect(samples.length).toBe(count);
      expect(samples.filter(({ emotion }) => emotion === 'neutral')).toHaveLength(neutral);
      for (const [index, sum] of sums.entries()) {
        const found = samples.reduce((total, { labelDistribution }) => total + (labelDistribution?.[index] ?? 0), 0);
        expect(found).toBeCloseTo(sum, 3);
      }
    }
  });

  test('the audit finds the 280 PublicTest pictures that also stand in Training', { timeout: 300_000 }, async () => {
    const dataset = await openDataset({ type: 'fer2013', path: 'fer2013.csv.gz' }, { baseDirectory: data });
    const { acrossSplits, contradictions, nearDuplicates, nearAcrossSplits } = await auditDataset(dataset);
    expect(acrossSplits).toEqual([{ split: 'validation', alsoIn: 'train', pictures: 280 }]);
    expect(contradictions).toHaveLength(47);
    expect(nearDuplicates.length).toBeGreaterThan(1500);
    expect(nearAcrossSplits).toEqual([{ split: 'validation', alsoIn: 'train', pictures: 300 }]);
  });

  test('no two people of KDEF or CK+48 are near duplicates, but for one pair', { timeout: 300_000 }, async () => {
    for (const [source, pairs] of [
      [{ type: 'kdef', path: 'kdef' }, 1],
      [{ type: 'ck-plus', path: 'ck48' }, 0],
    ] as const) {
      const { nearDuplicates } = await auditDataset(await openDataset(source, { baseDirectory: data }));
      expect(nearDuplicates).toHaveLength(pairs);
    }
  });

  test('without its leaks, Training shares no picture with PublicTest', async () => {
    const samples = await list({ type: 'fer2013', path: 'fer2013.csv.gz' });
    const contents = await Promise.all(
      samples.map(async ({ load }) =>
        createHash('sha256')
          .update((await load()).data)
          .digest('base64'),
      ),
    );
    const { parts, dropped } = dropLeaks(assignSplits(samples, { protocol: 'official' }), (index) => contents[index]);
    // 280 pictures of PublicTest; some stand in Training more than once, others twice in PublicTest.
    expect(dropped.length).toBe(351);
    expect(parts.train.length).toBe(28709 - dropped.length);
  });

  test('CK+48 as sequences: 327 of three frames', async () => {
    const dataset = await openDataset({ type: 'ck-plus', path: 'ck48' }, { baseDirectory: data });
    const lengths: number[] = [];
    for await (const { frames } of dataset.sequences?.() ?? []) lengths.push(frames.length);
    expect(lengths).toEqual(new Array(327).fill(3));
  });

  test('CK+ with FER-2013’s classes, trained on and tested on JAFFE', async () => {
    const ck = await openDataset({ type: 'ck-plus', path: 'ck48' }, { baseDirectory: data });
    const jaffe = await openDataset({ type: 'jaffe', path: 'jaffe' }, { baseDirectory: data });
    const both = combineDatasets('both', [await mapClasses(ck, { contempt: 'drop' }), jaffe]);
    expect(both.labels).toEqual(EMOTIONS);
    const samples: Sample[] = [];
    for await (const sample of both.samples()) samples.push(sample);
    const parts = assignSplits(samples, { protocol: 'cross-database', train: ['ck-plus'], test: ['jaffe'] });
    expect(parts.train.length + parts.validation.length).toBe(981 - 54);
    expect(parts.test.length).toBe(108);
  });
});

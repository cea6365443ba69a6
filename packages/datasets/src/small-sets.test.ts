import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InvalidDataError, MissingInputError, type Sample } from '@mien/core';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openCkPlus, parseCkPlusName } from './ck-plus.js';
import { list as listAll, sequencesOf } from './fixtures/memory-dataset.js';
import { openJaffe, parseJaffeName } from './jaffe.js';
import type { OpenedDataset } from './opened-dataset.js';
import { openSfew, parseSfewName } from './sfew.js';
import { assignSplits, expandFolds } from './splits.js';

let folder: string;
let root: string;
let picture: Uint8Array;
let blank: Uint8Array;
let palette: Uint8Array;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-small-sets-'));
  const ramp = Uint8Array.from({ length: 32 * 32 * 3 }, (_, index) => (index * 7) % 251);
  picture = await sharp(ramp, { raw: { width: 32, height: 32, channels: 3 } })
    .png()
    .toBuffer();
  const create = { width: 143, height: 181, channels: 3, background: { r: 2, g: 3, b: 1 } } as const;
  blank = await sharp({ create }).png().toBuffer();
  palette = await sharp({ create: { ...create, width: 6, height: 5, background: '#808080' } })
    .png({ palette: true })
    .toBuffer();
});
beforeEach(async () => {
  root = join(folder, `${count++}`);
  await mkdir(root);
});
afterAll(() => rm(folder, { recursive: true }));

async function put(path: string, bytes: Uint8Array | string = picture): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), bytes);
}

async function list(dataset: OpenedDataset): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of dataset.samples()) samples.push(sample);
  return samples;
}

const kinds = ({ issues }: OpenedDataset) => issues.map(({ kind, path }) => `${kind} ${path}`).sort();

describe('SFEW', () => {
  test.each([
    ['OceansTwelve_001817760_00000010.png', 'OceansTwelve', '001817760', 10],
    ['OceansThirteen-010619400_00000087.png', 'OceansThirteen', '010619400', 87],
    ['IAmSam_013827920__00000101.png', 'IAmSam', '013827920', 101],
    ['HarryPotter_Deathly_Hallows_1_010758520_00000002.png', 'HarryPotter_Deathly_Hallows_1', '010758520', 2],
    ['50_50_001910760_00000015.png', '50_50', '001910760', 15],
    ['v_005742240_00000121.png', 'v', '005742240', 121],
  ])('%s', (name, film, time, frame) => {
    expect(parseSfewName(name)).toEqual({ film, time, frame });
  });
  test('other names say nothing', () => {
    for (const name of ['face.png', 'Juno_12_3.png', '_001817760.png']) expect(parseSfewName(name)).toBeUndefined();
  });

  test('classes and parts by folder, films as subjects; blank and unlabelled pictures are left out and said', async () => {
    await put('Train/Angry/Juno_000000001_00000001.png');
    await put('Train/Angry/Juno_000000001_00000002.png', blank);
    await put('Val_Aligned_Faces/Fear/Town_000000002_00000001.png');
    await put('Val/Happy/strange.png');
    await put('Test/Test_Aligned_Faces/Town2_000000003_00000001.png');
    await put('Test/Test_Aligned_Faces/Town2_000000003_00000002.png');
    await put('Testimony/Sad/Juno_000000009_00000001.png');
    await put('Train/Sad/Terminal_000000004_00000001.png', picture.subarray(0, 60));
    const dataset = await openSfew({ path: root });
    expect(kinds(dataset)).toEqual([
      'blank Train/Angry/Juno_000000001_00000002.png',
      'misnamed Val/Happy/strange.png',
      'misplaced Testimony/Sad/Juno_000000009_00000001.png',
      'unlabelled Test',
    ]);
    expect(dataset.issues.find(({ kind }) => kind === 'unlabelled')?.reason).toMatch(/^2 picture/);
    const samples = await list(dataset);
    expect(samples.map(({ emotion, split, subject }) => [emotion, split, subject])).toEqual([
      ['angry', 'train', 'Juno'],
      ['sad', 'train', 'Terminal'],
      ['fear', 'validation', 'Town'],
    ]);
    expect(assignSplits(samples, { protocol: 'official' })).toEqual({ train: [0, 1], validation: [2], test: [] });
    await expect(samples[1].load()).rejects.toThrow(/Terminal/);
  });
  test('class folders without Train, Val or Test are refused', async () => {
    await put('Angry/Juno_000000001_00000001.png');
    await expect(openSfew({ path: root })).rejects.toThrow(InvalidDataError);
    await expect(openSfew({ path: root })).rejects.toThrow(/Name the folder that holds Train and Val/);
  });
});

describe('JAFFE', () => {
  test('names', () => {
    expect(parseJaffeName('KA.AN1.39.tiff')).toEqual({ subject: 'KA', emotion: 'angry', take: 1, number: 39 });
    expect(parseJaffeName('ym.ne2.50.PNG')).toEqual({ subject: 'YM', emotion: 'neutral', take: 2, number: 50 });
    const words = ['DI', 'FE', 'HA', 'SA', 'SU'].map((code) => parseJaffeName(`NM.${code}3.7.tiff`)?.emotion);
    expect(words).toEqual(['disgust', 'fear', 'happy', 'sad', 'surprise']);
    for (const name of ['KA.XX1.39.tiff', 'KA.AN.39.tiff', 'AF01ANS.JPG']) expect(parseJaffeName(name)).toBeUndefined();
  });

  test('women by name; palette pictures; doubles and litter are said', async () => {
    await put('KA.AN1.39.tiff', await sharp(picture).tiff().toBuffer());
    await put('KL.HA2.30.png', palette);
    await put('more/KA.AN1.39.png');
    await put('KA.AN2.40.tiff.bak', 'x');
    await put('copy of KA.AN1.39.tiff');
    const dataset = await openJaffe({ path: root });
    expect(kinds(dataset)).toEqual([
      'duplicate more/KA.AN1.39.png',
      'misnamed copy of KA.AN1.39.tiff',
      'not-an-image KA.AN2.40.tiff.bak',
    ]);
    const samples = await list(dataset);
    expect(samples.map(({ subject, emotion, groups }) => [subject, emotion, groups.gender])).toEqual([
      ['KA', 'angry', 'female'],
      ['KL', 'happy', 'female'],
    ]);
    const { width, height, data } = await samples[1].load();
    expect([width, height, new Set(data)]).toEqual([6, 5, new Set([128])]);
    expect(expandFolds(samples, { protocol: 'leave-one-subject-out' })).toHaveLength(2);
  });
  test('a folder of other pictures is refused', async () => {
    await put('AF01ANS.JPG');
    await expect(openJaffe({ path: root })).rejects.toThrow(/KA\.AN1\.39\.tiff.*AF01ANS/);
    await expect(openJaffe({ path: join(root, 'none') })).rejects.toThrow(MissingInputError);
  });
});

describe('CK+', () => {
  test('names', () => {
    expect(parseCkPlusName('S010_004_00000017.png')).toEqual({ subject: 'S010', sequence: '004', frame: 17 });
    for (const name of ['S010_004.png', 'X010_004_00000017.png']) expect(parseCkPlusName(name)).toBeUndefined();
  });

  test('CK+48: class folders, people over sequences, contempt', async () => {
    await put('anger/S010_004_00000017.png');
    await put('sadness/S010_005_00000001.png');
    await put('contempt/S138_008_00000007.png');
    await put('contempt/picture.png');
    await put('S138_008_00000007.png');
    const dataset = await openCkPlus({ path: root });
    expect(dataset.labels).toEqual(['angry', 'sad', 'contempt']);
    expect(kinds(dataset)).toEqual(['misnamed contempt/picture.png', 'misplaced S138_008_00000007.png']);
    expect((await list(dataset)).map(({ subject, emotion }) => [subject, emotion])).toEqual([
      ['S010', 'angry'],
      ['S138', 'contempt'],
      ['S010', 'sad'],
    ]);
  });

  test('the release: the peak frame of each labelled sequence', async () => {
    const codes = ['1', '2', '3', '4', '5', '6', '7'];
    for (const code of codes) {
      const sequence = `S00${code}/001/S00${code}_001_`;
      for (const frame of ['00000001', '00000011']) await put(`cohn-kanade-images/${sequence}${frame}.png`);
      await put(`Emotion/${sequence}00000011_emotion.txt`, `   ${code}.0000000e+00\n`);
      await put(`FACS/${sequence}00000011_facs.txt`, '   1.0000000e+00   0.0000000e+00\n');
    }
    await put('cohn-kanade-images/S008/001/S008_001_00000001.png');
    await put('Emotion/S009/001/S009_001_00000004_emotion.txt', '   1.0000000e+00\n');
    const dataset = await openCkPlus({ path: root });
    expect(kinds(dataset)).toEqual(['missing S009_001_00000004.png']);
    const samples = await list(dataset);
    expect(samples.map(({ id }) => id)).toEqual(
      codes.map((code) => `cohn-kanade-images/S00${code}/001/S00${code}_001_00000011.png`),
    );
    expect(samples.map(({ emotion }) => emotion)).toEqual([
      'angry',
      'contempt',
      'disgust',
      'fear',
      'happy',
      'sad',
      'surprise',
    ]);
    await put('Emotion/S001/001/S001_001_00000011_emotion.txt', '');
    await expect(openCkPlus({ path: root })).rejects.toThrow(/a code from 1 to 7/);
  });
  test('the release: the last frames and the first, and whole sequences from neutral to apex', async () => {
    for (const [sequence, frames, code] of [
      ['S005/001/S005_001_', 5, 3],
      ['S005/002/S005_002_', 2, 5],
    ] as const) {
      // Written from the last: the order is that of the frames' numbers.
      for (let frame = frames; frame >= 1; frame--) {
        await put(`cohn-kanade-images/${sequence}0000000${frame}.png`);
      }
      await put(`Emotion/${sequence}0000000${frames}_emotion.txt`, `   ${code}.0000000e+00\n`);
    }
    await put('cohn-kanade-images/S005/001/S005_001_00000006.png');
    await put('cohn-kanade-images/copy/S005_001_00000001.png');
    const dataset = await openCkPlus({ path: root, apexFrames: 3, neutralFrame: true });
    expect(kinds(dataset)).toEqual(['duplicate cohn-kanade-images/copy/S005_001_00000001.png']);
    expect(dataset.labels).toEqual(['disgust', 'happy', 'neutral']);
    const brief = (id: string) => id.slice(id.indexOf('_') + 1, -4).replace('0000000', '');
    expect((await list(dataset)).map(({ id, emotion }) => `${brief(id)} ${emotion}`)).toEqual([
      '001_1 neutral',
      '001_3 disgust',
      '001_4 disgust',
      '001_5 disgust',
      '002_1 happy',
      '002_2 happy',
    ]);
    const sequences = await listAll(sequencesOf(dataset));
    expect(sequences.map(({ id, emotion, subject }) => [id, emotion, subject])).toEqual([
      ['S005_001', 'disgust', 'S005'],
      ['S005_002', 'happy', 'S005'],
    ]);
    expect(sequences[0].frames.map(({ id, intensity }) => [brief(id), intensity])).toEqual([
      ['001_1', 0],
      ['001_2', undefined],
      ['001_3', undefined],
      ['001_4', undefined],
      ['001_5', 1],
    ]);
    expect(await sequences[1].frames[1].load()).toMatchObject({ width: 32, height: 32 });
  });

  test('CK+48: the frames of a sequence, the last one its apex', async () => {
    for (const frame of [17, 18, 19]) await put(`anger/S010_004_000000${frame}.png`);
    await put('sadness/S010_005_00000001.png');
    const sequences = await listAll(sequencesOf(await openCkPlus({ path: root })));
    expect(sequences.map(({ id, frames }) => [id, frames.map(({ intensity }) => intensity)])).toEqual([
      ['anger/S010_004', [undefined, undefined, 1]],
      ['sadness/S010_005', [1]],
    ]);
  });

  test('a folder without labels is refused', async () => {
    await put('S010_004_00000017.png');
    await expect(openCkPlus({ path: root })).rejects.toThrow(/1 picture\(s\), none that has a label/);
  });
});

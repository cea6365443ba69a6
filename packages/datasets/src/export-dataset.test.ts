import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ALL_EMOTIONS,
  type Emotion,
  InvalidConfigurationError,
  InvalidDataError,
  InvalidImageError,
  MissingInputError,
  type Sample,
} from '@mien/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exportDataset } from './export-dataset.js';
import { list, memoryDataset, texture } from './fixtures/memory-dataset.js';
import { openImageFolder } from './image-folder.js';
import { formatCsvLine, readLabelsTable } from './labels-table.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mien-export-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('export', () => {
  const labels = ['angry', 'happy', 'contempt'] as const;
  const facts: (Partial<Sample> & { id: string; emotion: Emotion })[] = [
    { id: 'Train/a b,"c".png', emotion: 'angry', subject: 'KA', split: 'train', groups: { gender: 'female' } },
    { id: 'Train/a b;_c_.png', emotion: 'angry', subject: 'é, 顔', split: 'test', groups: { angle: 'half-left' } },
    { id: '../../etc/passwd', emotion: 'happy', split: 'validation', groups: { database: 'fer' } },
    { id: '17', emotion: 'happy', labelDistribution: [0.25, 0.65, 0.1] },
    { id: '...', emotion: 'happy' },
  ];
  const dataset = memoryDataset(
    facts.map((sample, index) => ({ ...sample, load: async () => texture(index, 8 + index) })),
    { name: 'odd', labels },
  );

  test('reads again as the same pictures, labels, people, parts, groups and distributions', async () => {
    const directory = join(root, 'out');
    const done: number[] = [];
    const result = await exportDataset({ dataset, directory, onProgress: (count) => done.push(count) });
    expect(result).toEqual({ pictures: 5, perClass: { angry: 2, happy: 3 }, damaged: [] });
    expect(done).toEqual([1, 2, 3, 4, 5]);
    const again = await openImageFolder({ path: directory });
    expect(again.labels).toEqual(labels);
    expect(again.licence).toBe(dataset.licence);
    expect(again.issues).toEqual([{ kind: 'empty-class', path: 'contempt', reason: expect.any(String) }]);
    const samples = await list(again.samples());
    expect(samples.map(({ id }) => id)).toEqual(
      [
        'angry/Train_a_b_c.png',
        'angry/Train_a_b_c-2.png',
        'happy/17.png',
        'happy/etc_passwd.png',
        'happy/picture.png',
      ].sort(),
    );
    const key = (sample: Sample, data: Uint8Array) => {
      const { emotion, subject, split, groups, labelDistribution } = sample;
      return JSON.stringify([
        emotion,
        subject,
        split,
        groups,
        labelDistribution?.map((share) => share.toFixed(9)),
        [...data],
      ]);
    };
    const keys = async (all: Sample[]) =>
      (await Promise.all(all.map(async (sample) => key(sample, (await sample.load()).data)))).sort();
    expect(await keys(samples)).toEqual(await keys(await list(dataset.samples())));
    expect(await readdir(root)).toEqual(['out']);
  });

  test('chosen samples only; damaged ones are said; colour stays colour', async () => {
    const damaged = new InvalidImageError({ expected: 'a picture', found: 'a file that is cut off', fix: 'fetch it' });
    const set = memoryDataset([
      {
        id: 'a',
        emotion: 'happy',
        split: 'train',
        load: async () => ({ width: 1, height: 1, channels: 3, data: Uint8Array.of(9, 8, 7) }),
      },
      { id: 'b', emotion: 'happy', split: 'train', load: () => Promise.reject(damaged) },
      { id: 'c', emotion: 'happy', split: 'test' },
    ]);
    const directory = join(root, 'out');
    await mkdir(directory);
    const result = await exportDataset({ dataset: set, directory, include: ({ split }) => split === 'train' });
    expect(result).toEqual({
      pictures: 1,
      perClass: { happy: 1 },
      damaged: [{ id: 'b', reason: 'a file that is cut off' }],
    });
    const [sample] = await list((await openImageFolder({ path: directory })).samples());
    expect(await sample.load()).toMatchObject({ channels: 3, data: Uint8Array.of(9, 8, 7) });
  });

  test('a folder with something in it is left as it is; a failure leaves nothing behind', async () => {
    await writeFile(join(root, 'mine.txt'), 'mine');
    await expect(exportDataset({ dataset, directory: root })).rejects.toThrow(InvalidConfigurationError);
    await expect(exportDataset({ dataset, directory: join(root, 'mine.txt') })).rejects.toThrow(
      InvalidConfigurationError,
    );
    const defect = new TypeError('a defect');
    const set = memoryDataset([{ id: 'a', emotion: 'happy', load: () => Promise.reject(defect) }]);
    await expect(exportDataset({ dataset: set, directory: join(root, 'out') })).rejects.toThrow(defect);
    expect(await readdir(root)).toEqual(['mine.txt']);
  });
});

describe('image folders with a csv', () => {
  const png = async (path: string) => {
    const directory = join(root, 'set', ...path.split('/').slice(0, -1));
    await mkdir(directory, { recursive: true });
    await writeFile(join(root, 'set', path), 'not looked at');
  };
  const table = (...lines: string[]) => writeFile(join(root, 'set', 'labels.csv'), lines.join('\r\n'));
  const open = () => openImageFolder({ path: join(root, 'set') });

  test('labels, people, parts and groups by path; folders may have any name, and say what the csv leaves out', async () => {
    for (const path of ['photos/1.png', 'photos/2, the second.png', 'sad/3.png', 'train/happy/4.png', 'photos/5.png']) {
      await png(path);
    }
    await table(
      '\uFEFFPath,subject,Label,gender,split,angle',
      'photos/1.png,Ann,Anger,Female,Training,',
      '"photos/2, the second.png","B ""Bo"" B",happy,male,val,half-left',
      'sad\\3.png,Ann,,,,',
      './train/happy/4.png,,,,test,',
      'photos/6.png,Cy,sad,,,',
    );
    const dataset = await open();
    expect((await list(dataset.samples())).map(({ load: _, file: _file, ...sample }) => sample)).toEqual([
      { id: 'photos/1.png', emotion: 'angry', subject: 'Ann', split: 'train', groups: { gender: 'female' } },
      {
        id: 'photos/2, the second.png',
        emotion: 'happy',
        subject: 'B "Bo" B',
        split: 'validation',
        groups: { gender: 'male', angle: 'half-left' },
      },
      { id: 'sad/3.png', emotion: 'sad', subject: 'Ann', groups: {} },
      { id: 'train/happy/4.png', emotion: 'happy', split: 'test', groups: {} },
    ]);
    expect(dataset.labels).toEqual(['angry', 'happy', 'sad']);
    expect(dataset.issues.map(({ kind, path }) => [kind, path])).toEqual([
      ['unlabelled', 'photos/5.png'],
      ['missing', 'photos/6.png'],
    ]);
    expect(dataset.issues[1].reason).toBe('line 6 of the table names it');
    const before = await dataset.fingerprint();
    await table('path,label', 'photos/1.png,Anger');
    expect(await (await open()).fingerprint()).not.toBe(before);
  });

  test('distributions become the label’s', async () => {
    await png('x/1.png');
    await table('path,p_happy,p_sad,p_angry', 'x/1.png,0.6,0.4,');
    const dataset = await open();
    expect(dataset.labels).toEqual(['happy', 'sad']);
    expect(await list(dataset.samples())).toMatchObject([{ emotion: 'happy', labelDistribution: [0.6, 0.4] }]);
  });

  test.each([
    [['path,label', 'x/1.png,"happy'], /quotes close.*line/s],
    [['path,label', 'x/1.png,hap"py"'], /quotes close/],
    [['path,label', 'x/1.png,happy,sad'], /rows have equal length.*line 2/s],
    [['path,label', 'x/1.png,joyous'], /known values in line 2 .*label: "joyous" is not one of angry/s],
    [['path,label', 'x/1.png,happy', '', 'x/1.png,sad'], /each picture once in line 4 .*line 2 and in line 4/s],
    [['path,label', '../1.png,happy'], /path: "..\/1.png" has ".." in it/],
    [['path,label', '/etc/1.png,happy'], /is not below the folder/],
    [['path,label', ',happy'], /path: "" is empty/],
    [['path,subjcet', 'x/1.png,A'], /unknown column\(s\) "subjcet"/],
    [['path,path', 'x/1.png,x/1.png'], /a column twice/],
    [['label', 'happy'], /no column "path"/],
    [['path,label'], /rows of pictures.*none/s],
    [['path,split', 'x/1.png,dev'], /split: "dev" is not one of train/],
    [['path,p_happy', 'x/1.png,0.5'], /sum to 1.*0\.5/s],
    [['path,p_happy', 'x/1.png,1e9'], /p_happy: "1e9" is not a number from 0 to 1/],
    [['path,label,p_happy,p_sad', 'x/1.png,sad,0.9,0.1'], /most probable.*sad, while happy/s],
  ])('%j is refused, by line', async (lines, message) => {
    await png('x/1.png');
    await table(...lines);
    await expect(open()).rejects.toThrow(InvalidDataError);
    await expect(open()).rejects.toThrow(message);
  });

  test('a table that is named and not there', async () => {
    await png('happy/1.png');
    await expect(openImageFolder({ path: join(root, 'set'), table: 'people.csv' })).rejects.toThrow(MissingInputError);
  });
});

describe('fuzz', () => {
  const cells = fc.oneof(fc.string(), fc.constantFrom('happy', 'train', '0.5', '"', 'a/b', '..', '\n', ',', 'é'));

  test('any cells are read as they were written', async () => {
    const file = join(root, 'table.csv');
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(fc.stringMatching(/^[ a-z",.é顔\n]{1,12}$/), fc.string()), {
          selector: ([path]) => path.replace(/^\.$/, ''),
          minLength: 1,
          maxLength: 8,
        }),
        async (rows) => {
          fc.pre(rows.every(([path]) => !/^\.{0,2}$/.test(path)));
          await writeFile(file, ['path,subject\n', ...rows.map((row) => formatCsvLine(row))].join(''));
          const table = await readLabelsTable(file);
          const read = [...table.values()].map(({ path, subject }) => [path, subject ?? '']);
          expect(read).toEqual(rows.map(([path, subject]) => [path, subject.trim()]));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('any bytes are a table or a typed error', async () => {
    const file = join(root, 'table.csv');
    const columns = fc.constantFrom('path', 'label', 'split', 'gender', ...ALL_EMOTIONS.map((label) => `p_${label}`));
    const text = fc
      .tuple(fc.uniqueArray(columns), fc.array(fc.array(cells, { maxLength: 6 }), { maxLength: 6 }))
      .map(([header, rows]) => [header.join(','), ...rows.map((row) => row.join(','))].join('\n'));
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, fc.string(), fc.uint8Array()), async (content) => {
        await writeFile(file, content);
        const result = await readLabelsTable(file).catch((error) => error);
        if (!(result instanceof Map)) expect(result).toBeInstanceOf(InvalidDataError);
      }),
      { numRuns: 300 },
    );
  });
});

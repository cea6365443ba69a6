import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The built program, as people run it: `turbo run test` builds first. */
const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
let home: string;

function run(...argv: string[]): Promise<{ code: number; output: string; errors: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...argv], { cwd: home }, (error, output, errors) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output, errors }),
    );
  });
}

const CROPPED = [
  'pictures: cropped',
  'framing: { step: crop-face }',
  'pipeline: [{ step: grey }, { step: resize, width: 16, height: 16 }]',
];
const PHOTOS = [
  'pictures: photos',
  'pipeline: [{ step: crop-face }, { step: grey }, { step: resize, width: 16, height: 16 }]',
];

async function define(name: string, source: string, pictures = CROPPED, ...more: string[]): Promise<void> {
  const directory = join(home, 'datasets', name);
  await mkdir(directory, { recursive: true });
  const lines = [`name: ${name}`, `description: ${name} for tests`, `source: { ${source} }`, ...pictures, ...more];
  await writeFile(join(directory, 'dataset.yaml'), lines.join('\n'));
}

/** A textured picture, another for each seed. */
const png = (seed: number) =>
  sharp(
    Uint8Array.from({ length: 256 }, (_, index) => (seed * 29 + index * 13) % 256),
    { raw: { width: 16, height: 16, channels: 1 } },
  )
    .png()
    .toBuffer();

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'mien-dataset-'));
  await define('ck', 'type: ck-plus');
  await define('fer', 'type: fer2013');
  await define('folder', 'type: image-folder');
  await define('six', 'type: ck-plus', CROPPED, 'classes: { contempt: drop }');
  await define('photos', 'type: image-folder', PHOTOS);
  await define(
    'mixed',
    'type: combined, parts: [{ dataset: ck, classes: { contempt: drop } }, { dataset: photos }]',
    PHOTOS,
  );
  await define('wrong', 'type: combined, parts: [{ dataset: ck }, { dataset: photos }]');
  await define('both', 'type: combined, parts: [{ dataset: ck, classes: { contempt: disgust } }, { dataset: folder }]');
  const pictures: [string, number][] = [
    ['anger/S010_004_00000017', 1],
    ['anger/S010_004_00000018', 2],
    ['contempt/S138_008_00000007', 3],
    ['happy/S011_006_00000013', 1],
  ];
  for (const [name, seed] of pictures) {
    await mkdir(join(home, 'data', name.split('/')[0]), { recursive: true });
    await writeFile(join(home, 'data', `${name}.png`), await png(seed));
  }
  const row = (emotion: number, seed: number, usage: string) =>
    `${emotion},${Array.from({ length: 2304 }, (_, index) => (seed * index) % 251).join(' ')},${usage}`;
  const rows = [row(3, 7, 'Training'), row(4, 0, 'Training'), row(3, 7, 'PublicTest'), row(4, 11, 'PublicTest')];
  await writeFile(join(home, 'fer.csv'), ['emotion,pixels,Usage', ...rows].join('\n'));
});
afterAll(() => rm(home, { recursive: true }));

describe('mien-train dataset', { timeout: 60_000 }, () => {
  test('list: every data set, and where its data is once it was added', async () => {
    const before = await run('dataset', 'list');
    expect(before).toMatchObject({ code: 0, errors: '' });
    expect(before.output).toMatch(/^both +both for tests\n +combined of ck, folder\nck +ck for tests\n +not added\n/);
    expect(await run('dataset', 'add', 'ck', 'data')).toMatchObject({
      code: 0,
      output: 'ck: 4 pictures (angry 2, contempt 1, happy 1)\n',
    });
    expect((await run('dataset', 'list')).output).toContain(join(home, 'data'));
  });

  test('info: counts by class and split, people', async () => {
    const { output, code } = await run('dataset', 'info', 'fer', '--data', 'fer.csv');
    expect(code).toBe(0);
    expect(output).toMatch(/^fer: 4 pictures\n/);
    expect(output).toMatch(/^ +train +validation +all$/m);
    expect(output).toMatch(/^sad +1 +1 +2$/m);
    expect(output).toMatch(/^all +2 +2 +4$/m);
    expect(output).toMatch(/^no issues$/m);
    expect(output).toMatch(/some of each class: .*datasets.fer.contact-sheet\.png\n$/);
    expect(await sharp(join(home, 'datasets', 'fer', 'contact-sheet.png')).metadata()).toMatchObject({ format: 'png' });
    const ck = ['dataset', 'info', 'ck', '--data', 'data', '--sheet', 'ck.png', '--json'];
    const json = JSON.parse((await run(...ck)).output);
    expect(json).toMatchObject({
      pictures: 4,
      sequences: 3,
      sheet: 'ck.png',
      perSubject: { S010: 2, S011: 1, S138: 1 },
      perSplit: { 'no split': { angry: 2, contempt: 1 } },
    });
    expect((await run('dataset', 'info', 'ck', '--data', 'data', '--no-sheet')).output).not.toContain('sheet');
  });

  test('info: classes as dataset.yaml maps them', async () => {
    const { output } = await run('dataset', 'info', 'six', '--data', 'data', '--no-sheet');
    expect(output).toMatch(/^six: 3 pictures of 2 people or films; 2 sequences\n/);
    expect(output).toMatch(/dropped-class: contempt: 1 picture/);
  });

  test('export: reads again as an image folder; a combined set joins it with another', async () => {
    expect(await run('dataset', 'export', 'ck', 'out', '--data', 'data')).toMatchObject({
      code: 0,
      output: 'ck: 4 pictures (angry 2, contempt 1, happy 1) in out\n',
    });
    expect((await run('dataset', 'export', 'ck', 'out', '--data', 'data')).code).toBe(2);
    await run('dataset', 'add', 'ck', 'data');
    expect(await run('dataset', 'add', 'folder', 'out')).toMatchObject({ code: 0, errors: '' });
    const both = JSON.parse((await run('dataset', 'info', 'both', '--no-sheet', '--json')).output);
    expect(both).toMatchObject({
      pictures: 8,
      labels: ['angry', 'disgust', 'happy', 'contempt'],
      groups: { database: { ck: 4, folder: 4 } },
      perSubject: { 'ck/S010': 2, 'folder/S010': 2 },
    });
    expect(await run('dataset', 'info', 'both', '--data', 'out')).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/each added on its own.*; found --data out/),
    });
  });

  test('a combined set of faces and of photographs: faces are looked for in these alone', async () => {
    await run('dataset', 'add', 'ck', 'data');
    // Texture, in which there is no face.
    await run('dataset', 'add', 'photos', 'data');
    const mixed = await run('preprocess', 'mixed');
    expect(mixed).toMatchObject({ code: 0, output: expect.stringMatching(/^mixed: 3 pictures of 16×16×1/) });
    expect(mixed.output).toMatch(/4 × no-face/);
    expect(await run('preprocess', 'wrong')).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/found photos of photos in a set of cropped pictures/),
    });
  });

  test('export: one part only, without its leaks', async () => {
    const result = await run(
      'dataset',
      'export',
      'fer',
      'train',
      '--data',
      'fer.csv',
      '--split',
      'train',
      '--drop-leaks',
    );
    expect(result).toMatchObject({
      code: 0,
      output: 'fer: 1 pictures (sad 1) in train\nleft out of training: 1 leaks\n',
    });
    expect(await run('dataset', 'export', 'ck', 'none', '--data', 'data', '--drop-leaks')).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/parts of its own/),
    });
  });

  test('audit: equal pictures across splits, contradictions, blanks', async () => {
    const { output, code } = await run('dataset', 'audit', 'fer', '--data', 'fer.csv');
    expect(code).toBe(0);
    expect(output).toMatch(/equal pictures: 2 in 1 groups/);
    expect(output).toMatch(/across splits: 1 of validation also stand in train/);
    expect(output).toMatch(/contradicting labels: 0 /);
    expect(output).toMatch(/blank: 1\n {2}2\n/);
    const json = JSON.parse((await run('dataset', 'audit', 'ck', '--data', 'data', '--json')).output);
    expect(json.contradictions).toEqual([
      {
        ids: ['anger/S010_004_00000017.png', 'happy/S011_006_00000013.png'],
        emotions: ['angry', 'happy'],
        splits: [null, null],
      },
    ]);
  });

  test('audit: --strict ends with 1 where something was found, with 0 where not', async () => {
    expect((await run('dataset', 'audit', 'fer', '--data', 'fer.csv', '--strict')).code).toBe(1);
    expect((await run('dataset', 'audit', 'ck', '--data', 'data', '--strict', '--json')).code).toBe(1);
    await mkdir(join(home, 'clean', 'happy'), { recursive: true });
    await writeFile(join(home, 'clean', 'happy', '1.png'), await png(5));
    expect((await run('dataset', 'audit', 'folder', '--data', 'clean', '--strict')).code).toBe(0);
  });

  test('a data set that is not there or was not added says what to do', async () => {
    expect(await run('dataset', 'info', 'none')).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/datasets\/none/),
    });
    expect(await run('dataset', 'audit', 'fer')).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/mien-train dataset add fer <path>/),
    });
  });
});

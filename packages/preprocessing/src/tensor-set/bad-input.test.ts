import { Buffer } from 'node:buffer';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { type Dataset, InvalidDataError, type Sample } from '@mien/core';
import { mapClasses, openDataset } from '@mien/datasets';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadTensorSet } from './load-tensor-set.js';
import { preprocessDataset } from './preprocess-dataset.js';
import { formatPreprocessReport } from './report.js';

const PIPELINE = [{ step: 'grey' }, { step: 'resize', width: 8, height: 6 }] as const;

let root: string;
let images: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mien-bad-'));
  images = join(root, 'images');
  for (const folder of ['happy', 'sad']) await mkdir(join(images, folder), { recursive: true });
  for (const folder of ['happy', 'sad'])
    await picture()
      .png()
      .toFile(join(images, folder, 'good.png'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** 32 × 24, dark above, bright below. */
function picture() {
  const data = Buffer.alloc(32 * 24 * 3);
  for (let at = 0; at < data.length; at++) data[at] = Math.floor(at / 96) * 10;
  return sharp(data, { raw: { width: 32, height: 24, channels: 3 } });
}

/** A PNG whose header says 30,000 × 30,000; its pixels, were they there, would fill 2.7 GB. */
function hugePng(): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(30_000, 0);
  header.writeUInt32BE(30_000, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1000))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const open = () => openDataset({ type: 'image-folder', path: images, licence: 'MIT' });
const run = async (options: object = {}) =>
  preprocessDataset({ dataset: await open(), pipeline: PIPELINE, directory: join(root, 'tensors'), ...options });

/** Makes one odd file below `happy/`; what the report must call it, and whether it is in the tensors all the same. */
const ODD_FILES: readonly [name: string, make: (path: string) => Promise<unknown>, what: string, taken: boolean][] = [
  [
    'truncated.jpg',
    async (path) => writeFile(path, (await picture().resize(320, 240).jpeg().toBuffer()).subarray(0, 1500)),
    'damaged',
    false,
  ],
  [
    'truncated.png',
    async (path) => writeFile(path, (await picture().png().toBuffer()).subarray(0, 90)),
    'damaged',
    false,
  ],
  ['zero.jpg', (path) => writeFile(path, ''), 'empty', false],
  ['text.jpg', (path) => writeFile(path, 'not a picture'), 'not-a-picture', false],
  ['huge.png', (path) => writeFile(path, hugePng()), 'too-large', false],
  ['png-inside.jpg', (path) => picture().png().toFile(path), 'wrong-extension', true],
  ['cmyk.jpg', (path) => picture().toColourspace('cmyk').jpeg().toFile(path), 'cmyk', true],
  ['deep.png', (path) => picture().toColourspace('rgb16').png().toFile(path), 'more-than-8-bits', true],
  [
    'turned.jpg',
    (path) => picture().withMetadata({ orientation: 3 }).jpeg({ quality: 100 }).toFile(path),
    'rotated',
    true,
  ],
  ['animated.webp', async (path) => (await animation()).webp().toFile(path), 'animated', true],
  ['animated.gif', async (path) => (await animation()).gif().toFile(path), 'animated', true],
  ['transparent.png', (path) => picture().ensureAlpha(0.5).png().toFile(path), 'transparent', true],
];

/** Two pictures one after the other: the dark-above one, then white. */
async function animation() {
  const white = sharp({ create: { width: 32, height: 24, channels: 3, background: 'white' } });
  const frames = [picture(), white].map((frame) => frame.png().toBuffer());
  return sharp(await Promise.all(frames), { join: { animated: true } });
}

test.each(ODD_FILES)('%s is a line of the report, and the run goes on', async (name, make, what, taken) => {
  await make(join(images, 'happy', name));
  const { index, report } = await run();
  expect(report.counts).toEqual({ [what]: 1 });
  expect(report.problems).toMatchObject([{ id: `happy/${name}`, what }]);
  expect(formatPreprocessReport(report)).toMatch(new RegExp(`1 × ${what}: happy/${name}: .+\n$`));
  expect(JSON.parse(await readFile(join(root, 'tensors', 'report.json'), 'utf8'))).toEqual(report);
  expect(index.samples.ids.includes(`happy/${name}`)).toBe(taken);
  expect(index.skipped).toEqual({ bad: taken ? 0 : 1, noFace: 0 });
  if (!taken || what === 'transparent') return;
  // What is taken shows the picture, the right way up.
  const set = await loadTensorSet(join(root, 'tensors'));
  const row = set.samples.findIndex(({ id }) => id === `happy/${name}`);
  const [top, bottom] = [set.images[row * 48 + 4], set.images[row * 48 + 44]];
  expect(what === 'rotated' ? top - bottom : bottom - top).toBeGreaterThan(120);
});

test.each(ODD_FILES)('%s ends a strict run, and says why', async (name, make, what) => {
  await make(join(images, 'happy', name));
  const failure = run({ strict: true });
  await expect(failure).rejects.toThrow(InvalidDataError);
  await expect(failure).rejects.toMatchObject({ exitCode: 2, details: { id: `happy/${name}`, what } });
  await expect(failure).rejects.toThrow(`happy/${name}`);
});

test('a picture with nothing wrong leaves the report empty, and a strict run passes', async () => {
  const { report, index } = await run({ strict: true });
  expect(report).toMatchObject({ rows: 2, bad: 0, counts: {}, problems: [] });
  expect(formatPreprocessReport(report)).toBe('');
  expect(index.counts.byLabel).toEqual({ happy: 1, sad: 1 });
});

test('of several of a kind the report counts all and prints the first', async () => {
  for (const name of ['a.jpg', 'b.jpg', 'c.jpg']) await writeFile(join(images, 'sad', name), '');
  const { report } = await run();
  expect(report.counts).toEqual({ empty: 3 });
  expect(report.problems.map(({ id }) => id)).toEqual(['sad/a.jpg', 'sad/b.jpg', 'sad/c.jpg']);
  expect(formatPreprocessReport(report)).toMatch(/3 × empty: sad\/a\.jpg \(and 2 more\)/);
});

test('a class without pictures is reported: by the loader, and when all of its pictures are bad', async () => {
  await mkdir(join(images, 'fear'));
  await rename(join(images, 'sad', 'good.png'), join(images, 'sad', 'good.txt'));
  await writeFile(join(images, 'sad', 'bad.png'), '');
  const { report } = await run();
  expect(report.problems.filter(({ what }) => what === 'empty-class').map(({ id }) => id)).toEqual(
    expect.arrayContaining(['fear', 'sad']),
  );
  expect(report.counts).toMatchObject({ 'not-an-image': 1, empty: 1 });
  await expect(run({ strict: true })).rejects.toThrow(InvalidDataError);
});

test('what is left out on purpose is reported, and nothing that strict minds', async () => {
  const strict = async () => run({ dataset: await mapClasses(await open(), { sad: 'drop' }), strict: true });
  expect((await strict()).report.problems).toMatchObject([{ id: 'sad', what: 'dropped-class', intended: true }]);
  expect((await strict()).cached).toBe(true);
});

test('a second sample of the same name is left out and reported', async () => {
  await copyFile(join(images, 'sad', 'good.png'), join(images, 'sad', 'other.png'));
  const dataset = await open();
  const twice: Dataset = {
    ...dataset,
    async *samples() {
      for await (const sample of dataset.samples())
        yield { ...sample, id: sample.id.replace('other', 'good') } as Sample;
    },
  };
  const { index, report } = await run({ dataset: twice });
  expect(index.samples.ids).toEqual(['happy/good.png', 'sad/good.png']);
  expect(report.problems).toMatchObject([{ id: 'sad/good.png', what: 'duplicate-id' }]);
  await expect(run({ dataset: twice, strict: true })).rejects.toThrow(/same id/);
});

test('a label distribution that is none ends the run: going on would lie', async () => {
  const dataset = await open();
  const wrong: Dataset = {
    ...dataset,
    async *samples() {
      for await (const sample of dataset.samples()) yield { ...sample, labelDistribution: [0.9, 0.9] };
    },
  };
  await expect(run({ dataset: wrong })).rejects.toThrow(/probabilities that sum to 1/);
});

test('an unchanged folder is not read again; a changed one is', async () => {
  let loads = 0;
  const counting = async () => {
    const dataset = await open();
    return {
      ...dataset,
      async *samples() {
        for await (const sample of dataset.samples()) {
          const load = () => {
            loads++;
            return sample.load();
          };
          yield { ...sample, load };
        }
      },
    };
  };
  await writeFile(join(images, 'sad', 'bad.png'), '');
  const first = await run({ dataset: await counting() });
  expect([first.cached, loads]).toEqual([false, 3]);
  const second = await run({ dataset: await counting() });
  expect([second.cached, loads]).toEqual([true, 3]);
  expect(second.report).toEqual(first.report);
  await picture()
    .negate()
    .png()
    .toFile(join(images, 'sad', 'bad.png'));
  expect((await run({ dataset: await counting() })).report.counts).toEqual({});
  expect(loads).toBe(6);
});

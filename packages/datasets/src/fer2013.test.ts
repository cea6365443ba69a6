import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { InvalidDataError, MissingInputError, type Sample } from '@mien/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFer2013 } from './fer2013.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-fer2013-'));
});
afterAll(() => rm(folder, { recursive: true }));

const HEADER = 'emotion,pixels,Usage';
const pixels = (first = 0) => Array.from({ length: 2304 }, (_, index) => (index + first) % 256).join(' ');
const ROWS = [`0,${pixels()},Training`, `3,${pixels(5)},PublicTest`, `6,${pixels(255)},PrivateTest`];

let files = 0;
async function write(content: string | Uint8Array, extension = 'csv'): Promise<string> {
  const path = join(folder, `${files++}.${extension}`);
  await writeFile(path, content);
  return path;
}

async function list(path: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of (await openFer2013({ path })).samples()) samples.push(sample);
  return samples;
}

describe('what is read', () => {
  const plain = `${HEADER}\n${ROWS.join('\n')}\n`;
  test.each([
    ['plain', plain],
    ['gzip', gzipSync(plain)],
    ['without a last line feed', plain.trimEnd()],
    ['with CRLF, a byte order mark and blank lines', `\uFEFF${plain.replaceAll('\n', '\r\n\r\n')}`],
    ['with every field quoted', plain.replaceAll(/[^,\n]+/g, '"$&"')],
    [
      'with columns in another order',
      plain
        .replaceAll(/^(.*),(.*),(.*)$/gm, '$1, $3, $2')
        .replace('Usage', 'Usage')
        .replaceAll(', ', ' , '),
    ],
  ])('%s', async (_, content) => {
    const samples = await list(await write(content, content === plain ? 'csv' : 'csv.gz'));
    expect(samples.map(({ id, emotion, split }) => [id, emotion, split])).toEqual([
      ['1', 'angry', 'train'],
      ['2', 'happy', 'validation'],
      ['3', 'neutral', 'test'],
    ]);
    expect(samples[0]).toMatchObject({ groups: {} });
    expect(samples[0].subject).toBeUndefined();
    const image = await samples[1].load();
    expect(image).toMatchObject({ width: 48, height: 48, channels: 1 });
    expect([...image.data.subarray(0, 3), image.data[2303]]).toEqual([5, 6, 7, (2303 + 5) % 256]);
  });

  test('loading hands out a copy, and iterating again begins anew', async () => {
    const dataset = await openFer2013({ path: await write(plain) });
    for (let round = 0; round < 2; round++) {
      let rows = 0;
      for await (const sample of dataset.samples()) {
        (await sample.load()).data.fill(1);
        expect((await sample.load()).data[10]).not.toBe(1);
        if (++rows === 2) break;
      }
      expect(rows).toBe(2);
    }
  });

  test('the fingerprint is the file’s SHA-256', async () => {
    const dataset = await openFer2013({ path: await write(plain) });
    expect(await dataset.fingerprint()).toBe(createHash('sha256').update(plain).digest('hex'));
  });

  test('a kept sample keeps its own bytes only, not the block it was read from', async () => {
    const count = 3000;
    const path = await write(gzipSync(`${HEADER}\n${`${ROWS[0]}\n`.repeat(count)}`, { level: 1 }), 'csv.gz');
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    const samples = await list(path);
    expect(samples).toHaveLength(count);
    const most = count * 2304 * 1.5;
    // Memory of collected arrays is given back on another thread: a busy machine needs some rounds.
    for (let round = 0; round < 50 && process.memoryUsage().arrayBuffers - before >= most; round++) {
      collectGarbage();
      await setTimeout(20);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(most);
    expect(samples[count - 1].id).toBe(String(count));
  });
});

describe('what is refused, with file, row and line', () => {
  const rowCases: [string, string, RegExp][] = [
    ['a pixel too few', `2,${pixels().slice(0, -4)},Training`, /expected 2304 pixels.*found 2303/],
    ['a pixel too many', `2,${pixels()} 7,Training`, /expected 2304 pixels.*found 2305/],
    ['no pixels', '2,,Training', /expected 2304 pixels.*found 0/],
    ['a value over 255', `2,${pixels().replace('77', '256')},Training`, /0 to 255.*"256" as value 78/],
    ['a negative value', `2,-1${pixels().slice(1)},Training`, /0 to 255.*"-1" as value 1/],
    ['a word among the values', `2,x${pixels().slice(1)},Training`, /"x" as value 1/],
    ['a fraction', `2,0.5${pixels().slice(1)},Training`, /"0\.5" as value 1/],
    ['an unknown Usage', `2,${pixels()},Train`, /a Usage, one of Training, PublicTest, PrivateTest.*found "Train"/],
    ['a Usage of the language itself', `2,${pixels()},constructor`, /a Usage/],
    ['an emotion over 6', `7,${pixels()},Training`, /an emotion from 0 to 6.*found "7"/],
    ['an emotion that is a word', `happy,${pixels()},Training`, /an emotion from 0 to 6.*found "happy"/],
    ['no emotion', `,${pixels()},Training`, /an emotion from 0 to 6/],
    ['two fields', `2,${pixels()}`, /found 2 field\(s\)/],
    ['four fields', `2,${pixels()},Training,`, /found 4 field\(s\)/],
    ['an open quote', `2,"${pixels()},Training`, /a quote that is not closed/],
    ['text behind a quote', `2,"${pixels()}"7,Training`, /between a closing quote/],
  ];
  test.each(rowCases)('%s', async (_, row, message) => {
    const path = await write(`${HEADER}\n${ROWS[0]}\n\n${row}\n${ROWS[1]}\n`);
    const reading = list(path);
    await expect(reading).rejects.toThrow(InvalidDataError);
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toThrow(`in row 2 (line 4) of ${path}`);
    await expect(reading).rejects.toMatchObject({ details: { file: path, row: 2, line: 4 } });
  });

  test.each([
    ['no header', ROWS.join('\n'), /found 3 column\(s\): "0", "0 1 2 3/],
    [
      'FER\\+’s votes',
      'Usage,Image name,neutral,happiness\nTraining,fer0000000.png,4,0',
      /found 4 column\(s\): "Usage", "Image name"/,
    ],
    ['only a header', `${HEADER}\n`, /a header and nothing below/],
    ['only line feeds', '\n\n\n', /only blank lines/],
    ['a picture', new Uint8Array(5e6).fill(137), /without a line's end/],
  ])('%s', async (_, content, message) => {
    const path = await write(content);
    const opening = openFer2013({ path });
    await expect(opening).rejects.toThrow(InvalidDataError);
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toThrow(path);
  });

  test('a gzip file that is cut off or damaged', async () => {
    const random = Array.from({ length: 200 }, (_, index) => `${index % 7},${pixels((index * index) % 251)},Training`);
    const whole = gzipSync(`${HEADER}\n${random.join('\n')}\n`);
    const cut = list(await write(whole.subarray(0, whole.length - 20), 'csv.gz'));
    await expect(cut).rejects.toThrow(InvalidDataError);
    await expect(cut).rejects.toThrow(/a whole gzip file in .*one that is cut off/);
    const changed = Uint8Array.from(whole);
    changed[changed.length - 6] ^= 255; // the checksum
    await expect(list(await write(changed, 'csv.gz'))).rejects.toThrow(/damaged content/);
  });

  test('an empty file, a missing file, a folder', async () => {
    const empty = openFer2013({ path: await write('') });
    await expect(empty).rejects.toThrow(MissingInputError);
    await expect(empty).rejects.toThrow(/an empty file \(0 bytes\)/);
    await expect(openFer2013({ path: join(folder, 'none.csv') })).rejects.toThrow(MissingInputError);
    await expect(openFer2013({ path: folder })).rejects.toThrow(MissingInputError);
  });
});

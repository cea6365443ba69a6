import { type Emotion, InvalidImageError, type Sample } from '@mien/core';
import { expect, test } from 'vitest';
import { drawContactSheet } from './contact-sheet.js';
import { decodeImage } from './decode.js';
import { memoryDataset } from './fixtures/memory-dataset.js';

/** Pictures of one grey, so that a tile says which it is. */
const plain = (grey: number, width = 8, height = 8) => ({
  width,
  height,
  channels: 1 as const,
  data: new Uint8Array(width * height).fill(grey),
});
const sample = (id: string, emotion: Emotion, grey: number): Partial<Sample> & { id: string; emotion: Emotion } => ({
  id,
  emotion,
  load: async () => plain(grey),
});

test('a row a class with its name, damaged pictures left out, classes without pictures empty', async () => {
  const damaged = new InvalidImageError({ expected: 'a picture', found: 'a cut-off file', fix: 'fetch it' });
  const dataset = memoryDataset(
    [
      sample('a', 'happy', 40),
      { id: 'b', emotion: 'happy', load: () => Promise.reject(damaged) },
      sample('c', 'sad', 90),
      sample('d', 'happy', 140),
    ],
    { labels: ['happy', 'sad', 'contempt'] },
  );
  const { png, width, height, rows } = await drawContactSheet(dataset, { perClass: 4, tile: 20 });
  expect(rows).toEqual([
    { label: 'happy', ids: ['a', 'd'] },
    { label: 'sad', ids: ['c'] },
    { label: 'contempt', ids: [] },
  ]);
  const sheet = await decodeImage(png);
  expect([sheet.width, sheet.height]).toEqual([width, height]);
  const left = width - 4 * 24;
  const at = (x: number, y: number) => sheet.data[(y * width + x) * sheet.channels];
  expect([at(left + 10, 14), at(left + 34, 14), at(left + 10, 38), at(left + 58, 14), at(left + 10, 62)]).toEqual([
    40, 140, 90, 255, 255,
  ]);
  // The names: ink before each row.
  for (const row of [0, 1, 2]) {
    let ink = 0;
    for (let y = 4 + row * 24; y < 24 + row * 24; y++) for (let x = 0; x < left; x++) if (at(x, y) < 128) ink++;
    expect(ink).toBeGreaterThan(100);
  }
});

test('chosen at random, each as likely, the same for the same seed', async () => {
  const dataset = memoryDataset(Array.from({ length: 30 }, (_, index) => sample(`${index}`, 'happy', index)));
  const ids = async (seed: number) => (await drawContactSheet(dataset, { perClass: 3, tile: 8, seed })).rows[0].ids;
  expect(await ids(1)).toEqual(await ids(1));
  const counts = new Array<number>(30).fill(0);
  for (let seed = 0; seed < 200; seed++) for (const id of await ids(seed)) counts[Number(id)]++;
  // 20 are expected of each; binomial, standard deviation 4.2.
  expect(Math.min(...counts)).toBeGreaterThan(5);
  expect(Math.max(...counts)).toBeLessThan(36);
});

import {
  type Emotion,
  InvalidImageError,
  MissingInputError,
  type PixelImage,
  type Sample,
  type Split,
} from '@mien/core';
import { expect, test } from 'vitest';
import { auditDataset } from './audit.js';
import { memoryDataset } from './fixtures/memory-dataset.js';

/** A 4×4 picture with texture, of its own for each seed. */
const grey = (seed: number): PixelImage => ({
  width: 4,
  height: 4,
  channels: 1,
  data: Uint8Array.from({ length: 16 }, (_, index) => (seed * 31 + index * 13) % 256),
});
const colour = ({ width, height, data }: PixelImage, shift = 0): PixelImage => ({
  width,
  height,
  channels: 3,
  data: Uint8Array.from({ length: 48 }, (_, index) => data[Math.floor(index / 3)] + (index % 3 === 0 ? shift : 0)),
});
const flat = (levels: number[]): PixelImage => ({ width: 4, height: 4, channels: 1, data: Uint8Array.from(levels) });

type Row = [id: string, emotion: Emotion, split: Split | undefined, image: PixelImage | Error, subject?: string];

function audit(rows: readonly Row[], onProgress?: (done: number) => void) {
  return auditDataset(
    {
      name: 'test',
      labels: ['angry', 'happy'],
      licence: 'MIT',
      fingerprint: async () => '',
      async *samples(): AsyncGenerator<Sample> {
        for (const [id, emotion, split, image, subject] of rows) {
          const load = async () => {
            if (image instanceof Error) throw image;
            return image;
          };
          yield { id, emotion, split, subject, groups: {}, load };
        }
      },
    },
    { onProgress },
  );
}

test('equal pictures within and across parts, with contradicting labels, grey or the same grey as colour', async () => {
  const result = await audit([
    ['a', 'happy', 'train', grey(1)],
    ['b', 'happy', 'train', grey(2)],
    ['c', 'happy', 'train', colour(grey(1))],
    ['d', 'angry', 'validation', grey(1)],
    ['e', 'happy', 'test', grey(2)],
    ['f', 'happy', 'test', grey(3)],
    ['g', 'happy', 'test', grey(2)],
    ['h', 'happy', 'test', colour(grey(3), 1)],
    ['i', 'happy', 'test', { ...grey(3), width: 2, height: 8 }],
  ]);
  expect(result.pictures).toBe(9);
  expect(result.duplicates.map(({ ids }) => ids)).toEqual([
    ['a', 'c', 'd'],
    ['b', 'e', 'g'],
  ]);
  expect(result.contradictions.map(({ emotions }) => emotions)).toEqual([['happy', 'happy', 'angry']]);
  expect(result.acrossSplits).toEqual([
    { split: 'validation', alsoIn: 'train', pictures: 1 },
    { split: 'test', alsoIn: 'train', pictures: 2 },
  ]);
});

test('blank and damaged pictures, and people in several parts', async () => {
  const damaged = new InvalidImageError({ expected: 'a picture', found: 'a file that is cut off', fix: 'fetch it' });
  const done: number[] = [];
  const result = await audit(
    [
      ['black', 'happy', 'train', flat(new Array(16).fill(0)), 'A'],
      ['nearly', 'happy', 'train', flat([...new Array(12).fill(3), 4, 9, 12, 2]), 'B'],
      ['spot', 'happy', 'test', flat([...new Array(12).fill(3), 200, 90, 120, 255]), 'A'],
      ['cut', 'happy', 'validation', damaged, 'A'],
      ['alone', 'happy', undefined, grey(1), 'B'],
    ],
    (count) => done.push(count),
  );
  expect(result.blank).toEqual(['black', 'nearly']);
  expect(result.damaged).toEqual([{ id: 'cut', reason: 'a file that is cut off' }]);
  expect(result.sharedSubjects).toEqual([{ subject: 'A', splits: ['train', 'validation', 'test'] }]);
  expect(result.duplicates).toEqual([]);
  expect(done).toEqual([1, 2, 3, 4, 5]);
});

test('a file that is gone or may not be read is damaged; a set that cannot be listed on ends the audit', async () => {
  const gone = new MissingInputError({ expected: 'a file', found: 'no permission', fix: 'look' });
  expect((await audit([['a', 'happy', 'train', gone]])).damaged).toEqual([{ id: 'a', reason: 'no permission' }]);
  const dataset = memoryDataset([{ id: 'a', emotion: 'happy' }]);
  async function* samples(): AsyncGenerator<Sample> {
    yield* dataset.samples();
    throw gone;
  }
  await expect(auditDataset({ ...dataset, samples })).rejects.toThrow(MissingInputError);
});

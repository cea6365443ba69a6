import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Dataset,
  EMOTIONS,
  InvalidDataError,
  InvalidImageError,
  MissingInputError,
  type Sample,
  UnknownLabelError,
} from '@mien/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PipelineInput } from '../pipeline-schema.js';
import { loadTensorSet } from './load-tensor-set.js';
import { preprocessDataset } from './preprocess-dataset.js';

const PIPELINE: PipelineInput = [{ step: 'grey' }, { step: 'resize', width: 4, height: 3 }];
const SIZE = 4 * 3;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mien-tensors-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

interface Fake extends Dataset {
  loads: number;
}

/** A data set in memory: picture i is 4 × 3 and all of level i; later pictures are decoded sooner than earlier ones. */
function fakeDataset(
  count: number,
  change: (sample: Sample, index: number) => Partial<Sample> = () => ({}),
  print = 'a',
): Fake {
  const dataset: Fake = {
    name: 'fake',
    labels: EMOTIONS,
    licence: 'MIT',
    loads: 0,
    fingerprint: async () => print,
    async *samples() {
      for (let index = 0; index < count; index++) {
        const sample: Sample = {
          id: `row ${index}`,
          emotion: EMOTIONS[index % EMOTIONS.length],
          ...(index % 2 === 0 && { subject: `person ${index}` }),
          ...(index < 5 ? { split: 'train' as const } : {}),
          groups: index % 2 === 0 ? { gender: 'female' } : {},
          load: async () => {
            dataset.loads++;
            await new Promise((resolve) => setTimeout(resolve, (count - index) % 4));
            return { width: 4, height: 3, channels: 1, data: new Uint8Array(SIZE).fill(index) };
          },
        };
        yield { ...sample, ...change(sample, index) };
      }
    },
  };
  return dataset;
}

const badImage = () =>
  Promise.reject(
    new InvalidImageError({
      expected: 'a picture',
      found: 'a truncated file',
      fix: 'replace it',
      details: { reason: 'damaged' },
    }),
  );

const everything = async () => (await readdir(directory)).sort();

describe('a tensor set', () => {
  test('comes back as it was written, in the data set’s order, over several shards', async () => {
    const progress: number[] = [];
    const { cached, index } = await preprocessDataset({
      dataset: fakeDataset(23),
      pipeline: PIPELINE,
      directory,
      concurrency: 5,
      shardSize: 10,
      onProgress: ({ done, total }) => progress.push(done / total),
    });
    expect(cached).toBe(false);
    expect(index.shards.map(({ count }) => count)).toEqual([10, 10, 3]);
    expect(progress.at(-1)).toBe(1);
    expect(progress).toHaveLength(23);
    const set = await loadTensorSet(directory);
    expect(set.index).toEqual(index);
    expect([set.height, set.width, set.channels]).toEqual([3, 4, 1]);
    expect([...set.images]).toEqual(Array.from({ length: 23 * SIZE }, (_, at) => Math.floor(at / SIZE)));
    expect([...set.labels]).toEqual(Array.from({ length: 23 }, (_, at) => at % 7));
    expect(set.samples[2]).toEqual({
      id: 'row 2',
      emotion: 'fear',
      subject: 'person 2',
      split: 'train',
      groups: { gender: 'female' },
    });
    expect(set.samples[7]).toEqual({ id: 'row 7', emotion: 'angry', groups: {} });
    expect(index.counts.byLabel).toEqual({ angry: 4, disgust: 4, fear: 3, happy: 3, sad: 3, surprise: 3, neutral: 3 });
    expect(index.counts.bySplit.train).toEqual({ angry: 1, disgust: 1, fear: 1, happy: 1, sad: 1 });
    expect(await everything()).toEqual(['index.json', 'report.json', ...index.shards.map(({ file }) => file)].sort());
  });

  test('does not depend on how many pictures are in work at once', async () => {
    const other = await mkdtemp(join(tmpdir(), 'mien-tensors-'));
    await preprocessDataset({ dataset: fakeDataset(9), pipeline: PIPELINE, directory, concurrency: 1, shardSize: 4 });
    await preprocessDataset({
      dataset: fakeDataset(9),
      pipeline: PIPELINE,
      directory: other,
      concurrency: 8,
      shardSize: 4,
    });
    for (const file of await everything())
      expect(await readFile(join(other, file))).toEqual(await readFile(join(directory, file)));
    await rm(other, { recursive: true });
  });
});

describe('the cache', () => {
  test('reads no picture when nothing changed', async () => {
    const dataset = fakeDataset(6);
    await preprocessDataset({ dataset, pipeline: PIPELINE, directory });
    // Written out, the default kernel is the same pipeline.
    const pipeline: PipelineInput = [{ step: 'grey' }, { kernel: 'area', height: 3, width: 4, step: 'resize' }];
    const again = await preprocessDataset({ dataset, pipeline, directory });
    expect(again.cached).toBe(true);
    expect(dataset.loads).toBe(6);
  });

  test.each([
    ['another pipeline', { pipeline: [{ step: 'grey' }, { step: 'resize', width: 5, height: 5 }] as PipelineInput }],
    ['other data', { dataset: fakeDataset(6, () => ({}), 'b') }],
    ['another label order', { dataset: { ...fakeDataset(6), labels: [...EMOTIONS].reverse() } }],
  ])('is made anew for %s', async (_, change) => {
    const first = await preprocessDataset({ dataset: fakeDataset(6), pipeline: PIPELINE, directory, shardSize: 2 });
    const second = await preprocessDataset({ dataset: fakeDataset(6), pipeline: PIPELINE, directory, ...change });
    expect(second.cached).toBe(false);
    expect(second.index.key).not.toBe(first.index.key);
    // The three shards of the first set are gone.
    expect(await everything()).toEqual(['index.json', 'report.json', 'shard-00000.safetensors']);
    expect((await loadTensorSet(directory)).index.key).toBe(second.index.key);
  });

  test('is made anew when a shard is missing', async () => {
    const dataset = fakeDataset(6);
    await preprocessDataset({ dataset, pipeline: PIPELINE, directory });
    await rm(join(directory, 'shard-00000.safetensors'));
    expect((await preprocessDataset({ dataset, pipeline: PIPELINE, directory })).cached).toBe(false);
    await loadTensorSet(directory);
  });
});

describe('bad pictures', () => {
  const dataset = () => fakeDataset(6, (_, index) => (index === 1 ? { load: badImage } : {}));

  test('become lines of the report and the run goes on', async () => {
    const { index } = await preprocessDataset({ dataset: dataset(), pipeline: PIPELINE, directory });
    expect(index.samples.ids).toEqual(['row 0', 'row 2', 'row 3', 'row 4', 'row 5']);
    expect(index.skipped).toEqual({ bad: 1, noFace: 0 });
    const report = JSON.parse(await readFile(join(directory, 'report.json'), 'utf8'));
    expect(report).toMatchObject({ rows: 5, bad: 1, counts: { damaged: 1, 'empty-class': 2 } });
    expect(report.problems[0]).toMatchObject({ id: 'row 1', what: 'damaged', code: 'MIEN_INVALID_IMAGE' });
    expect(report.problems[0].message).toContain('a truncated file');
  });

  test('end a strict run, also when the set is cached, and leave what was there', async () => {
    const whole = dataset();
    const strict = () => preprocessDataset({ dataset: whole, pipeline: PIPELINE, directory, strict: true });
    await expect(strict()).rejects.toThrow(InvalidDataError);
    expect(await everything()).toEqual([]);
    await preprocessDataset({ dataset: dataset(), pipeline: PIPELINE, directory });
    const reads = whole.loads;
    await expect(strict()).rejects.toThrow(/row 1.*truncated/);
    expect(whole.loads).toBe(reads);
    expect((await loadTensorSet(directory)).index.count).toBe(5);
  });

  test('that are all there is are an error, not an empty set', async () => {
    const all = fakeDataset(3, () => ({ load: badImage }));
    await expect(preprocessDataset({ dataset: all, pipeline: PIPELINE, directory })).rejects.toThrow(
      /3 bad ones.*row 0/,
    );
    await expect(preprocessDataset({ dataset: fakeDataset(0), pipeline: PIPELINE, directory })).rejects.toThrow(
      /found none/,
    );
  });

  test('do not hide a label that the data set does not list, nor a defect', async () => {
    const contempt = fakeDataset(3, () => ({ emotion: 'contempt' }));
    await expect(preprocessDataset({ dataset: contempt, pipeline: PIPELINE, directory })).rejects.toThrow(
      UnknownLabelError,
    );
    const defect = fakeDataset(3, () => ({ load: () => Promise.reject(new TypeError('a defect')) }));
    await expect(preprocessDataset({ dataset: defect, pipeline: PIPELINE, directory })).rejects.toThrow(TypeError);
  });
});

describe('faults', () => {
  test('a changed byte of a shard is found and the shard named', async () => {
    await preprocessDataset({ dataset: fakeDataset(6), pipeline: PIPELINE, directory, shardSize: 3 });
    const path = join(directory, 'shard-00001.safetensors');
    const bytes = await readFile(path);
    bytes[bytes.length - 1] ^= 1;
    await writeFile(path, bytes);
    const failure = loadTensorSet(directory);
    await expect(failure).rejects.toThrow(InvalidDataError);
    await expect(failure).rejects.toThrow(/shard-00001/);
  });

  test('a missing index, an index that is no JSON, one of another form, and one that contradicts itself', async () => {
    await expect(loadTensorSet(directory)).rejects.toThrow(MissingInputError);
    const { index } = await preprocessDataset({ dataset: fakeDataset(6), pipeline: PIPELINE, directory });
    const write = (value: string) => writeFile(join(directory, 'index.json'), value);
    await write('{"format":');
    await expect(loadTensorSet(directory)).rejects.toThrow(/not JSON/);
    await write(JSON.stringify({ ...index, extra: 1 }));
    await expect(loadTensorSet(directory)).rejects.toThrow(/extra/);
    await write(JSON.stringify({ ...index, shards: [{ ...index.shards[0], file: '../../shard-00000.safetensors' }] }));
    await expect(loadTensorSet(directory)).rejects.toThrow(/shards.0.file/);
    await write(JSON.stringify({ ...index, count: 7 }));
    await expect(loadTensorSet(directory)).rejects.toThrow(/7 samples/);
  });

  test('what a killed run left behind is removed and the set made whole', async () => {
    // No process has this number: Linux ends at 2^22.
    const left = join(directory, '.building-0123456789ab-99999999');
    await mkdir(left);
    await writeFile(join(left, 'shard-00000.safetensors'), 'half');
    await writeFile(join(directory, 'shard-00000.safetensors'), 'a shard moved before the kill');
    await preprocessDataset({ dataset: fakeDataset(6), pipeline: PIPELINE, directory });
    expect(await everything()).toEqual(['index.json', 'report.json', 'shard-00000.safetensors']);
    expect((await loadTensorSet(directory)).images).toHaveLength(6 * SIZE);
  });

  test('an aborted run stops and leaves the set that was there', async () => {
    const before = await preprocessDataset({ dataset: fakeDataset(4), pipeline: PIPELINE, directory });
    const abort = new AbortController();
    const run = preprocessDataset({
      dataset: fakeDataset(50, () => ({}), 'b'),
      pipeline: PIPELINE,
      directory,
      signal: abort.signal,
      onProgress: ({ done }) => done === 10 && abort.abort(),
    });
    await expect(run).rejects.toThrow(/abort/i);
    expect((await loadTensorSet(directory)).index).toEqual(before.index);
    expect(await everything()).toEqual(['index.json', 'report.json', 'shard-00000.safetensors']);
  });
});

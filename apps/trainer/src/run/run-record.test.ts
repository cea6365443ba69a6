import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidConfigurationError, MissingInputError, ResumeMismatchError } from '@mien/core';
import type { TensorSet } from '@mien/preprocessing/node';
import { expect, test } from 'vitest';
import { readExperiment } from '../configuration/experiment.js';
import { findShipped } from '../configuration/shipped-file.js';
import { assertSameRun, createDataKey, createRunKey, type RunRecord, readRunRecord } from './run-record.js';

async function record(changes: Partial<RunRecord> = {}, overrides: string[] = []): Promise<RunRecord> {
  const experiment = await readExperiment(await findShipped('experiments', 'mien-net-sfew'), overrides);
  const environment = {
    engine: 'onnxruntime-cpu',
    runtime: 'onnxruntime-node 1.30.0, cpu',
    engineReason: 'the best that works here',
    node: 'v20.0.0',
    platform: 'linux x64',
    processor: 'one',
    processors: 2,
    memoryGiB: 8,
    revision: 'unknown',
  };
  const parts = { experiment, seed: 1, dataKey: 'a', startedAt: '2026-03-04T05:06:07.890Z', environment, ...changes };
  return { ...parts, runKey: createRunKey(parts) };
}

test('a record is read as it was written; no file, or no record, is an error', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mien-record-'));
  try {
    await expect(readRunRecord(folder)).rejects.toThrow(MissingInputError);
    const written = await record();
    await writeFile(join(folder, 'run.json'), JSON.stringify(written));
    const read = await readRunRecord(folder);
    expect(read).toEqual(written);
    expect(createRunKey(read)).toBe(written.runKey);
    await writeFile(join(folder, 'run.json'), '{}');
    await expect(readRunRecord(folder)).rejects.toThrow(InvalidConfigurationError);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a run goes on with the same configuration, data and engine, on another machine too; what is another is named', async () => {
  const started = await record();
  const { environment } = started;
  const sameElsewhere = await record({ environment: { ...environment, processor: 'other', node: 'v22.0.0' } });
  expect(() => assertSameRun('run', started, sameElsewhere)).not.toThrow();
  expect(sameElsewhere.runKey).toBe(started.runKey);
  const others: [RunRecord, RegExp][] = [
    [await record({}, ['training.epochs=3']), /another: training\.epochs;|another: training\.epochs\./],
    [await record({}, ['recipe=null', 'training.distillation=null']), /recipe, training\.distillation/],
    [await record({ dataKey: 'b' }), /another: the data/],
    [await record({ environment: { ...environment, runtime: 'later' } }), /runtime \(onnxruntime.*, now later\)/],
    [await record({ environment: { ...environment, engine: 'wasm' } }), /engine \(onnxruntime-cpu, now wasm\)/],
  ];
  for (const [now, message] of others) {
    expect(() => assertSameRun('run', started, now)).toThrow(ResumeMismatchError);
    expect(() => assertSameRun('run', started, now)).toThrow(message);
  }
  expect(new Set([started, ...others.map(([now]) => now)].map(({ runKey }) => runKey)).size).toBe(6);
});

test('data are told apart by tensors, labels and people, not by where and when they were copied', () => {
  const index = {
    key: 'a',
    fingerprint: 'a',
    labels: ['happy', 'sad'],
    image: { height: 2, width: 2, channels: 1 },
    samples: { ids: ['1'], subjects: ['her'], splits: [null], groups: [{}] },
    shards: [{ file: 'shard-00000.safetensors', count: 1, bytes: 4, sha256: 'a' }],
  } as unknown as TensorSet['index'];
  const key = createDataKey({ index });
  expect(createDataKey({ index: { ...index, key: 'b', fingerprint: 'b' } })).toBe(key);
  const others: Partial<TensorSet['index']>[] = [
    { labels: ['sad', 'happy'] },
    { samples: { ...index.samples, subjects: ['him'] } },
    { shards: [{ ...index.shards[0], sha256: 'b' }] },
  ];
  for (const changes of others) expect(createDataKey({ index: { ...index, ...changes } })).not.toBe(key);
});

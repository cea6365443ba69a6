import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dataset, Sample } from '@mien/core';
import { expect, test } from 'vitest';
import { loadTensorSet } from './load-tensor-set.js';
import { preprocessDataset } from './preprocess-dataset.js';

/** The process that is killed runs compiled code: `turbo run test` builds first; a bare vitest run in a fresh checkout skips. */
const compiled = new URL('../../dist/node/index.js', import.meta.url);
const built = ['../../dist/node/index.js', '../../../faces/dist/index.js', '../../../datasets/dist/index.js'].every(
  (path) => existsSync(new URL(path, import.meta.url)),
);

/** In both processes: 40 pictures of 8 × 8, each of its own level. */
function makeDataset(pause: number): Dataset {
  const sample = (index: number): Sample => ({
    id: `row ${index}`,
    emotion: (['angry', 'happy'] as const)[index % 2],
    groups: {},
    load: async () => {
      await new Promise((resolve) => setTimeout(resolve, pause));
      return { width: 8, height: 8, channels: 1, data: new Uint8Array(64).fill(index) };
    },
  });
  return {
    name: 'killed',
    labels: ['angry', 'happy'],
    licence: 'MIT',
    fingerprint: async () => 'killed',
    async *samples() {
      for (let index = 0; index < 40; index++) yield sample(index);
    },
  };
}

const pipeline = [{ step: 'resize', width: 4, height: 4 }, { step: 'grey' }] as const;

test.skipIf(!built)(
  'a run killed between shards leaves nothing that looks whole, and the next one makes it',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'mien-kill-'));
    try {
      const program = `
      import { preprocessDataset } from ${JSON.stringify(compiled.href)};
      const makeDataset = ${makeDataset.toString()};
      const options = { dataset: makeDataset(50), pipeline: ${JSON.stringify(pipeline)}, shardSize: 8, concurrency: 1 };
      await preprocessDataset({ ...options, directory: ${JSON.stringify(directory)} });`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
      const exit = once(child, 'exit');
      const shards = async () =>
        (await readdir(directory, { recursive: true })).filter((file) => file.endsWith('.safetensors')).length;
      while ((await shards()) < 2 && child.exitCode === null) await sleep(10);
      child.kill('SIGKILL');
      expect((await exit)[1]).toBe('SIGKILL');
      await expect(loadTensorSet(directory)).rejects.toThrow(/index/);

      const { cached } = await preprocessDataset({ dataset: makeDataset(0), pipeline, directory, shardSize: 8 });
      expect(cached).toBe(false);
      const set = await loadTensorSet(directory);
      expect([...set.images]).toEqual(Array.from({ length: 40 * 16 }, (_, at) => Math.floor(at / 16)));
      expect((await readdir(directory)).filter((file) => file.startsWith('.'))).toEqual([]);
    } finally {
      await rm(directory, { recursive: true });
    }
  },
);

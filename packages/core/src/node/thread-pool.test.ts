import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MissingInputError } from '../errors.js';
import { createThreadPool } from './thread-pool.js';

/** As `answerRequests` speaks, in plain JavaScript: the sources are not compiled here. */
const SCRIPT = `
import { parentPort, threadId, workerData } from 'node:worker_threads';
parentPort.on('message', async (request) => {
  if (request === 'die') process.exit(1);
  if (request === 'crash') setTimeout(() => { throw new Error('out of order'); });
  else if (request === 'fail') parentPort.postMessage({ error: new RangeError('asked to') });
  else {
    await new Promise((resolve) => setTimeout(resolve, request.wait));
    parentPort.postMessage({ reply: { value: request.value * workerData, threadId } });
  }
});`;

let directory: string;
let script: URL;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mien-threads-'));
  await writeFile(join(directory, 'thread.mjs'), SCRIPT);
  script = pathToFileURL(join(directory, 'thread.mjs'));
});
afterAll(() => rm(directory, { recursive: true }));

interface Reply {
  readonly value: number;
  readonly threadId: number;
}

test('requests are answered by as many threads as asked for, each to its caller', async () => {
  const pool = createThreadPool<unknown, Reply>(script, { threads: 2, workerData: 10 });
  const replies = await Promise.all(
    Array.from({ length: 9 }, (_, value) => pool.run({ value, wait: value % 3 === 0 ? 30 : 1 })),
  );
  expect(replies.map(({ value }) => value)).toEqual(Array.from({ length: 9 }, (_, value) => 10 * value));
  expect(new Set(replies.map(({ threadId }) => threadId)).size).toBe(2);
  await pool.close();
});

test('an error of one request is its own, a thread that dies is replaced', async () => {
  const pool = createThreadPool<unknown, Reply>(script, { threads: 1, workerData: 1 });
  const failed = pool.run('fail');
  const after = pool.run({ value: 3, wait: 0 });
  await expect(failed).rejects.toThrow('asked to');
  expect((await after).value).toBe(3);
  const crashed = pool.run('crash');
  const next = pool.run({ value: 4, wait: 0 });
  await expect(crashed).rejects.toThrow('out of order');
  expect((await next).value).toBe(4);
  const died = pool.run('die');
  await expect(died).rejects.toThrow(/ended/);
  expect((await pool.run({ value: 5, wait: 0 })).value).toBe(5);
  await pool.close();
});

test('closing rejects what is under way and what waits, and takes nothing more', async () => {
  const pool = createThreadPool<unknown, Reply>(script, { threads: 1, workerData: 1 });
  const both = [pool.run({ value: 1, wait: 10_000 }), pool.run({ value: 2, wait: 0 })];
  const outcomes = Promise.allSettled(both);
  await pool.close();
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(pool.run({ value: 1, wait: 0 })).rejects.toThrow(/ended/);
});

test('a program that closes its threads goes on after it, with a reply that came too late too', async () => {
  // In a process of its own, which nothing but the threads keeps alive; the built code, as there is no compiler in it.
  const main = join(directory, 'main.mjs');
  await writeFile(
    main,
    `import { createThreadPool } from ${JSON.stringify(new URL('../../dist/node/thread-pool.js', import.meta.url).href)};
    const pool = createThreadPool(new URL('thread.mjs', import.meta.url), { threads: 1, workerData: 1 });
    await pool.run({ value: 1, wait: 0 });
    pool.run({ value: 2, wait: 0 }).catch(() => undefined);
    // The thread answers while this one is busy: its reply is read only when the pool is closed.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    await pool.close();
    console.log('closed');`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [main]);
  expect(stdout).toBe('closed\n');
});

test('a script that is not there is named', () => {
  expect(() => createThreadPool(new URL('missing.mjs', script), { threads: 1 })).toThrow(MissingInputError);
});

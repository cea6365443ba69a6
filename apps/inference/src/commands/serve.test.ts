import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DEFAULT_BUNDLE } from '@mien/model-zoo';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { drawFace, drawGrid } from '../fixtures/draw-faces.js';

/** The built program, as people run it: `turbo run test` builds first. */
const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
let folder: string;
let picture: Uint8Array;
let running: ChildProcess | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-serve-'));
  const grid = await drawGrid([await drawFace(1)], { columns: 2, rows: 1 });
  picture = new Uint8Array(await grid.jpeg({ quality: 90 }).toBuffer());
});
afterEach(() => {
  running?.kill('SIGKILL');
  running = undefined;
});
afterAll(() => rm(folder, { recursive: true }));

/** Starts it on a free port of this machine. */
async function start(...argv: string[]): Promise<{ child: ChildProcess; address: string; output: string[] }> {
  const child = spawn(process.execPath, [program, 'serve', '--port', '0', '--threads', '1', ...argv]);
  running = child;
  const output: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => output.push(line));
  child.stderr.on('data', (chunk) => output.push(String(chunk)));
  await Promise.race([once(lines, 'line'), once(child, 'exit')]);
  const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(output.join('\n')) ?? [];
  if (address === undefined) throw new Error(`it did not start: ${output.join('\n')}`);
  return { child, address, output };
}

const ask = (address: string, headers: Record<string, string> = {}) =>
  fetch(`${address}/v1/predict`, {
    method: 'POST',
    headers: { 'content-type': 'image/jpeg', ...headers },
    body: picture,
  });

test('on SIGTERM under load everything it took is answered, and it ends well', async () => {
  const { child, address, output } = await start();
  expect((await ask(address)).status).toBe(200);
  let answered = 0;
  const all = Array.from({ length: 16 }, () => ask(address).finally(() => answered++));
  const taken = async () => {
    const metrics = await (await fetch(`${address}/metrics`)).text();
    return answered + Number(/^mien_queue_places_taken (\d+)$/m.exec(metrics)?.[1]);
  };
  while ((await taken()) < all.length);
  expect(answered).toBeLessThan(all.length);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const answers = await Promise.allSettled(all);
  const [code] = await ended;
  expect(code).toBe(0);
  const statuses = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.status : 'refused'));
  expect(statuses).toEqual(all.map(() => 200));
  for (const answer of answers) {
    if (answer.status === 'fulfilled')
      expect(await answer.value.json()).toMatchObject({ pictures: [{ faces: [{}, {}] }] });
  }
  expect(output).toEqual([expect.stringContaining(`${DEFAULT_BUNDLE} in 1 threads; listening on http`)]);
});

test('tokens are let in by the digests of a file; SIGINT ends it as well', async () => {
  const digest = '2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b'; // secret
  await writeFile(join(folder, 'tokens'), `\n${digest.toUpperCase()}  -\n\n`);
  const { child, address } = await start('--tokens', join(folder, 'tokens'), '--no-page');
  expect((await ask(address)).status).toBe(401);
  expect((await ask(address, { authorization: 'Bearer secret' })).status).toBe(200);
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('it says where others may ask without a token', async () => {
  const { output } = await start('--host', '0.0.0.0');
  await expect.poll(() => output.join('\n')).toMatch(/without --tokens whoever reaches/);
});

test('a mistake is exit code 2, one message, and no stack', async () => {
  await Promise.all([writeFile(join(folder, 'empty'), '\n'), writeFile(join(folder, 'plain'), 'secret\n')]);
  const mistakes = [
    [['--tokens', join(folder, 'empty')], /digests of tokens.*no line/],
    [['--tokens', join(folder, 'plain'), '--queue', '0'], /--queue.*--token-hashes.*SHA-256/],
    [['--host', '192.0.2.1', '--port', '0', '--threads', '1'], /to listen on 192\.0\.2\.1/],
  ] as const;
  await Promise.all(
    mistakes.map(async ([argv, message]) => {
      const failed = await promisify(execFile)(process.execPath, [program, 'serve', ...argv]).catch((error) => error);
      expect(failed).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
      expect(failed.stderr).not.toMatch(/\n\s+at /);
    }),
  );
});

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** The built program, as people run it: `turbo run test` builds first. */
const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
let home: string;

function run(...argv: string[]): Promise<{ code: number; output: string; errors: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, 'preprocess', ...argv], { cwd: home }, (error, output, errors) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output, errors }),
    );
  });
}

async function define(...more: string[]): Promise<void> {
  const lines = [
    'name: mine',
    'description: for tests',
    'source: { type: image-folder, licence: MIT }',
    'pictures: cropped',
    'framing: { step: crop-face }',
    'pipeline: [{ step: grey }, { step: resize, width: 16, height: 16 }]',
    ...more,
  ];
  await writeFile(join(home, 'datasets', 'mine', 'dataset.yaml'), lines.join('\n'));
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'mien-preprocess-'));
  await mkdir(join(home, 'datasets', 'mine'), { recursive: true });
  await define();
  for (const [at, name] of ['happy', 'sad'].entries()) {
    await mkdir(join(home, 'data', name), { recursive: true });
    const picture = sharp({ create: { width: 20, height: 20, channels: 3, background: { r: 90 * at, g: 60, b: 30 } } });
    await picture.png().toFile(join(home, 'data', name, 'good.png'));
  }
  const lock = JSON.stringify({ path: join(home, 'data') });
  await writeFile(join(home, 'datasets', 'mine', 'source.lock.json'), lock);
});
afterEach(() => rm(home, { recursive: true }));

test('says what is wrong with which pictures and goes on; with --strict it stops there', async () => {
  await writeFile(join(home, 'data', 'sad', 'empty.png'), '');
  await writeFile(join(home, 'data', 'sad', 'empty2.png'), '');
  const first = await run('mine');
  expect(first).toMatchObject({ code: 0, errors: '' });
  expect(first.output).toMatch(
    /^mine: 2 pictures of 16×16×1 in .+tensors\n2 pictures left out; each file is in report.json:\n/,
  );
  expect(first.output).toMatch(/ {2}2 × empty: sad\/empty\.png \(and 1 more\): .+0 bytes/);
  const again = await run('mine');
  expect(again.output).toContain('(nothing had changed)');
  expect(again.output).toContain('2 × empty');
  const strict = await run('mine', '--strict');
  expect(strict.code).toBe(2);
  expect(strict.errors).toMatch(/sad\/empty\.png.+0 bytes/);
});

test('writes changed copies as dataset.yaml says, or as --augment says to another folder', async () => {
  await define('augment: { copies: 2, with: { rotation: 20 } }');
  expect((await run('mine')).output).toMatch(
    /mine: 6 pictures of .+, 2 changed copies of each for training included, in/,
  );
  const output = join(home, 'copies');
  const command = ['mine', '--augment', '{ copies: 1, seed: 7, with: { flip: 1 } }', '--output', output];
  expect((await run(...command)).output).toContain('mine: 4 pictures');
  const index = JSON.parse(await readFile(join(output, 'index.json'), 'utf8'));
  expect(index.samples.ids).toEqual(['happy/good.png', 'happy/good.png#1', 'sad/good.png', 'sad/good.png#1']);
  expect(index.augment).toMatchObject({ copies: 1, seed: 7 });
  const nowhere = await run('mine', '--augment', '{ copies: 1, with: {} }');
  expect(nowhere).toMatchObject({ code: 2, errors: expect.stringContaining('--output') });
  const wrong = await run('mine', '--augment', '{ copies: 1, with: { flips: 1 } }', '--output', output);
  expect(wrong).toMatchObject({ code: 2, errors: expect.stringContaining('flips') });
});

import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEngine } from '@mien/compute';
import { EMOTIONS } from '@mien/core';
import { buildModel, pretrainedDirectory, readBundle, saveBundle } from '@mien/model-zoo';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { drawFrames, encodeVideo, hasFFmpeg, remux } from '../video/fixtures/make-video.js';
import type { FrameRecord } from '../video/frame-records.js';
import { openVideo } from '../video/open-video.js';

/** The built program, as people run it: `turbo run test` builds first. */
const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const FRAMES = 10;
const HEAD = `frame,time,face,x,y,width,height,score,label,confidence,${EMOTIONS.join(',')}`;
let folder: string;

/** @param stopAfter lines after which the program is sent SIGINT, as Ctrl-C does. */
function run(argv: readonly string[], stopAfter = Number.POSITIVE_INFINITY) {
  return new Promise<{ code: number | null; lines: FrameRecord[]; errors: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [program, 'video', ...argv], { cwd: folder });
    let [output, errors] = ['', ''];
    let stopped = false;
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (!stopped && output.split('\n').length > stopAfter) {
        stopped = true;
        child.kill('SIGINT');
      }
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const lines = output.split('\n').filter((line) => line !== '');
      resolve({ code, errors, lines: lines.map((line) => JSON.parse(line) as FrameRecord) });
    });
  });
}

async function readFrames(name: string) {
  const frames = [];
  for await (const frame of (await openVideo(join(folder, name))).frames()) frames.push(frame);
  return frames;
}

const rowsOf = async (name: string) => (await readFile(join(folder, name), 'utf8')).trimEnd().split('\r\n');
const outputs = (stem: string) => ['--csv', `${stem}.csv`, '--timeline', `${stem}.html`, '--annotate', `${stem}.mp4`];

describe.skipIf(!hasFFmpeg)('mien video', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mien-video-'));
    const pictures = await drawFrames(FRAMES);
    await encodeVideo(join(folder, 'short.mp4'), pictures);
    const many = Array.from({ length: 600 }, (_, index) => pictures[index % FRAMES]);
    await encodeVideo(join(folder, 'long.mp4'), many);
    await remux(join(folder, 'long.mp4'), join(folder, 'long.mkv'));
    const whole = await readFile(join(folder, 'long.mkv'));
    await writeFile(join(folder, 'cut.mkv'), whole.subarray(0, whole.length / 6));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('a line a frame, a csv with a row a face, a timeline, and a copy with as many frames and the marks drawn in', async () => {
    const { code, lines, errors } = await run(['short.mp4', ...outputs('all')]);
    expect({ code, errors }).toEqual({
      code: 0,
      errors: expect.stringMatching(/^10 frames \(0\.4 s\), 1 face; .* frames\/s\n$/),
    });
    expect(lines.map(({ frame }) => frame)).toEqual(Array.from({ length: FRAMES }, (_, index) => index + 1));
    const last = lines[FRAMES - 1];
    expect(last).toMatchObject({ time: 0.36, width: 320, height: 240, faces: [{ id: 1 }] });
    const { label, confidence, probabilities } = last.faces[0];
    expect(Object.values(probabilities).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 3);
    expect(probabilities[label]).toBe(confidence);

    const rows = await rowsOf('all.csv');
    expect(rows[0]).toBe(HEAD);
    expect(rows).toHaveLength(1 + lines.reduce((sum, { faces }) => sum + faces.length, 0));
    expect(rows[rows.length - 1].split(',').slice(0, 3)).toEqual(['10', '0.36', '1']);
    expect(await readFile(join(folder, 'all.html'), 'utf8')).toMatch(/<h1>short\.mp4<\/h1>[\s\S]*<title>face 1, /);

    const [before, after] = await Promise.all(['short.mp4', 'all.mp4'].map(readFrames));
    expect(after).toHaveLength(FRAMES);
    // The marks are yellow: they take blue.
    const blue = (frames: typeof before) =>
      frames[FRAMES - 1].image.data.reduce((sum, value, byte) => sum + (byte % 3 === 2 ? value : 0), 0);
    expect(blue(after)).toBeLessThan(blue(before) * 0.995);
  });

  test('Ctrl-C ends the video there: what was read is whole, and nothing temporary stays', async () => {
    const { code, lines } = await run(['long.mp4', ...outputs('stopped')], 5);
    expect(code).toBe(0);
    expect(lines.length).toBeGreaterThanOrEqual(5);
    expect(lines.length).toBeLessThan(600);
    expect(await rowsOf('stopped.csv')).toHaveLength(1 + lines.reduce((sum, { faces }) => sum + faces.length, 0));
    expect(await readFrames('stopped.mp4')).toHaveLength(lines.length);
    expect(await readFile(join(folder, 'stopped.html'), 'utf8')).toMatch(/<\/html>\n$/);
    expect((await readdir(folder)).filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  test('a resolution that changes in the middle: one copy, of the first size, with every frame', async () => {
    const pictures = await drawFrames(FRAMES);
    await encodeVideo(join(folder, 'half.mp4'), pictures, { scale: 0.5 });
    for (const name of ['short', 'half']) await remux(join(folder, `${name}.mp4`), join(folder, `${name}.ts`));
    const parts = await Promise.all(['short.ts', 'half.ts'].map((name) => readFile(join(folder, name))));
    await writeFile(join(folder, 'both.ts'), Buffer.concat(parts));
    const { code, lines } = await run(['both.ts', '--annotate', 'changed.mp4']);
    expect(code).toBe(0);
    expect(new Set(lines.map(({ width }) => width))).toEqual(new Set([320, 160]));
    const frames = await readFrames('changed.mp4');
    expect(frames).toHaveLength(lines.length);
    expect(new Set(frames.map(({ image }) => image.width))).toEqual(new Set([320]));
  });

  test('a bundle of sequences reads the faces of a video', async () => {
    await startEngine({ engine: 'onnxruntime-cpu' });
    const { card } = await readBundle(pretrainedDirectory());
    const architecture = { id: 'dtan', options: { frames: 3 } };
    const model = buildModel({ ...architecture, classes: EMOTIONS.length, seed: 3, input: card.input });
    await saveBundle(model, { ...card, name: 'sequences', architecture, metrics: [] }, join(folder, 'sequences'));
    const [{ code, lines }, alone] = await Promise.all([
      run(['short.mp4', '--model', 'sequences', '--smoothing', '0']),
      run(['short.mp4', '--smoothing', '0']),
    ]);
    expect(code).toBe(0);
    expect(lines.map(({ faces }) => faces.map(({ id, box }) => [id, box]))).toEqual(
      alone.lines.map(({ faces }) => faces.map(({ id, box }) => [id, box])),
    );
    const { probabilities } = lines[FRAMES - 1].faces[0];
    expect(Object.keys(probabilities)).toEqual([...EMOTIONS]);
    expect(Object.values(probabilities).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 3);
  });

  test('a video that was cut off: exit code 1, a message, and a whole result as far as it goes', async () => {
    const { code, lines, errors } = await run(['cut.mkv', '--csv', 'cut.csv']);
    expect(code).toBe(1);
    expect(errors).toMatch(/error: expected a whole video in cut\.mkv; found .*\. Use a whole copy/);
    expect(lines.length).toBeGreaterThan(5);
    expect(await rowsOf('cut.csv')).toHaveLength(1 + lines.reduce((sum, { faces }) => sum + faces.length, 0));
  });

  test('mistakes are exit code 2, one message, and no file', async () => {
    for (const [argv, message] of [
      [['none.mp4'], /none\.mp4.*no such file/],
      [['short.mp4', '--annotate', 'a.avi'], /--annotate: expected a name that ends in \.mp4/],
      [['short.mp4', '--model', 'nowhere'], /card\.json/],
    ] as const) {
      const { code, lines, errors } = await run([...argv, '--csv', 'mistake.csv']);
      expect({ code, lines }).toEqual({ code: 2, lines: [] });
      expect(errors).toMatch(message);
      expect(errors).not.toMatch(/\n\s+at /);
    }
    expect((await readdir(folder)).filter((name) => name.includes('mistake'))).toEqual([]);
  });

  test('a result that cannot be written is exit code 1 and leaves nothing', async () => {
    const { code, errors } = await run(['short.mp4', '--quiet', '--annotate', join('short.mp4', 'below.mp4')]);
    expect({ code, errors }).toEqual({
      code: 1,
      errors: expect.stringMatching(/^error: expected to write short\.mp4.below\.mp4/),
    });
  });
});

test('without FFmpeg the error says what to install', async () => {
  vi.resetModules();
  vi.doMock('node-av/lib', () => {
    throw new Error("Cannot find package 'node-av'");
  });
  const { loadFFmpeg } = await import('../video/ffmpeg.js');
  const loading = loadFFmpeg();
  await expect(loading).rejects.toMatchObject({ code: 'MIEN_ENGINE_UNAVAILABLE' });
  await expect(loading).rejects.toThrow(/run npm install node-av/i);
  vi.doUnmock('node-av/lib');
});

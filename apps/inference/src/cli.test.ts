import { execFile, spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { EMOTIONS, type PixelImage } from '@mien/core';
import { createPerson, renderFace, sampleFaceParameters } from '@mien/datasets';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PictureResult } from './reading/read-batch.js';

/** The built program, as people run it: `turbo run test` builds first. */
const program = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
let folder: string;

async function run(...argv: string[]): Promise<{ code: number; output: string; errors: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, ...argv], { cwd: folder });
    return { code: 0, output: stdout, errors: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout, errors: stderr };
  }
}

/** Two drawn faces beside each other. */
async function drawPicture(): Promise<void> {
  const size = { width: 281, height: 381 };
  const faces: PixelImage[] = [];
  for (const gender of ['female', 'male'] as const) {
    const person = createPerson(3, gender, 1);
    faces.push(
      await renderFace(sampleFaceParameters({ seed: 3, person, session: 'A', emotion: 'happy', angle: 'S', size })),
    );
  }
  const composites = faces.map(({ data, ...raw }, index) => ({
    input: Buffer.from(data),
    raw,
    left: 40 + index * 330,
    top: 40,
  }));
  await sharp({ create: { width: 700, height: 460, channels: 3, background: '#8899aa' } })
    .composite(composites)
    .jpeg({ quality: 95 })
    .toFile(join(folder, 'two faces.jpg'));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-predict-'));
  await drawPicture();
  await sharp({ create: { width: 300, height: 200, channels: 3, background: 'teal' } })
    .png()
    .toFile(join(folder, 'empty.png'));
  const whole = await readFile(join(folder, 'two faces.jpg'));
  await writeFile(join(folder, 'cut.jpg'), whole.subarray(0, whole.length / 2));
  await writeFile(join(folder, 'zero.jpg'), '');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('mien predict', () => {
  test('every face has a box inside the picture, seven probabilities that sum to 1, and the label of the largest', async () => {
    const { code, output } = await run('predict', 'two faces.jpg', '--json');
    expect(code).toBe(0);
    const [result] = JSON.parse(output) as Extract<PictureResult, { faces: unknown }>[];
    expect(result).toMatchObject({ file: 'two faces.jpg', width: 700, height: 460 });
    expect(result.faces).toHaveLength(2);
    for (const { box, label, confidence, probabilities } of result.faces) {
      const { x, y, width, height } = box;
      expect(x >= 0 && y >= 0 && x + width <= 700 && y + height <= 460).toBe(true);
      expect(Object.keys(probabilities)).toEqual([...EMOTIONS]);
      expect(Object.values(probabilities).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      expect(probabilities[label]).toBe(Math.max(...Object.values(probabilities)));
      expect(confidence).toBe(probabilities[label]);
    }
    const [left, right] = result.faces.map(({ box }) => box.x + box.width / 2).sort((a, b) => a - b);
    expect(left > 40 && left < 330 && right > 370 && right < 660).toBe(true);
  });

  test('a picture without a face is a result; damaged ones are their own error and the batch goes on, in order', async () => {
    const { code, output } = await run('predict', 'zero.jpg', 'empty.png', 'cut.jpg', 'two faces.jpg', '--json');
    expect(code).toBe(1);
    const results = JSON.parse(output) as PictureResult[];
    expect(results.map(({ file }) => file)).toEqual(['zero.jpg', 'empty.png', 'cut.jpg', 'two faces.jpg']);
    expect(results[0]).toMatchObject({
      error: { code: 'MIEN_INVALID_IMAGE', message: expect.stringMatching(/zero\.jpg/) },
    });
    expect(results[1]).toMatchObject({ faces: [] });
    expect(results[2]).toMatchObject({ error: { code: 'MIEN_INVALID_IMAGE' } });
    expect(results[3]).toMatchObject({ faces: [{}, {}] });
  });

  test('on a terminal each picture is a few lines', async () => {
    const { code, output } = await run('predict', 'two faces.jpg', 'empty.png');
    expect(code).toBe(0);
    expect(output).toMatch(
      /two faces\.jpg: 2 faces\n {2}1 {2}\w+ +\d+ % +\d+×\d+ at \d+,\d+ .*angry \d+ .*neutral \d+\n/,
    );
    expect(output).toMatch(/empty\.png: no face\n/);
  });

  test('what is not there is a mistake: exit code 2, one message, no stack', async () => {
    for (const [argv, message] of [
      [['missing.jpg'], /missing\.jpg.*no such file/],
      [['empty.png', '--model', 'nowhere'], /card\.json/],
      [['empty.png', '--engine', 'abacus'], /onnxruntime-cpu/],
    ] as const) {
      const { code, output, errors } = await run('predict', ...argv);
      expect({ code, output }).toEqual({ code: 2, output: '' });
      expect(errors).toMatch(message);
      expect(errors).not.toMatch(/\n\s+at /);
    }
  });

  test('threads give what one gives, in the same order, in each format', async () => {
    await mkdir(join(folder, 'many'));
    for (let index = 0; index < 5; index++)
      await copyFile(join(folder, 'empty.png'), join(folder, 'many', `${index}.png`));
    const pictures = ['many', 'two faces.jpg', 'cut.jpg'];
    const outputs = await Promise.all(
      ['1', '2'].map((threads) =>
        run('predict', ...pictures, '--batch', '2', '--threads', threads, '--format', 'jsonl'),
      ),
    );
    // libvips keeps one text of what went wrong for all threads, which another may have emptied.
    const withoutReason = ({ output, ...others }: (typeof outputs)[0]) => ({
      ...others,
      output: output.replace(/(cut\.jpg; found ).*?\. Check/, '$1damage. Check'),
    });
    expect(withoutReason(outputs[1])).toEqual(withoutReason(outputs[0]));
    const results = outputs[0].output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as PictureResult);
    expect(results.map(({ file }) => file)).toEqual([
      ...[0, 1, 2, 3, 4].map((index) => join('many', `${index}.png`)),
      'two faces.jpg',
      'cut.jpg',
    ]);
    const { code, output } = await run('predict', ...pictures, '--format', 'csv');
    expect(code).toBe(1);
    const lines = output.trimEnd().split('\r\n');
    expect(lines[0]).toBe(`file,face,x,y,width,height,score,label,confidence,${EMOTIONS.join(',')},error`);
    expect(lines.slice(6, 8).map((line) => line.split(',').slice(0, 2))).toEqual([
      ['two faces.jpg', '1'],
      ['two faces.jpg', '2'],
    ]);
    expect(lines[8]).toMatch(/^cut\.jpg,{16}"?expected a whole picture/);
  });

  test('annotated copies are beside each other in their folder, and the pictures stay as they were', async () => {
    await mkdir(join(folder, 'other'));
    await copyFile(join(folder, 'empty.png'), join(folder, 'other', 'empty.png'));
    const { code } = await run('predict', 'two faces.jpg', 'empty.png', 'other', '--annotate', 'drawn');
    expect(code).toBe(0);
    expect((await readdir(join(folder, 'drawn'))).sort()).toEqual([
      'empty-2.annotated.jpg',
      'empty.annotated.jpg',
      'two faces.annotated.jpg',
    ]);
    const [before, after] = await Promise.all(
      ['two faces.jpg', join('drawn', 'two faces.annotated.jpg')].map((file) => sharp(join(folder, file)).stats()),
    );
    // The marks are yellow: they add red and take blue.
    expect(after.channels[0].mean).toBeGreaterThan(before.channels[0].mean);
    expect(after.channels[2].mean).toBeLessThan(before.channels[2].mean);
  });

  test('a picture may come on standard input', async () => {
    const input = await readFile(join(folder, 'empty.png'));
    const { status, stdout } = spawnSync(process.execPath, [program, 'predict', '-'], { input, encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '-: no face\n' });
  });

  test('an address is refused unless allowed', async () => {
    const picture = await readFile(join(folder, 'empty.png'));
    let asked = 0;
    const server = createServer((request, response) => {
      asked++;
      response.statusCode = request.url === '/there.png' ? 200 : 404;
      response.end(picture);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const refused = await run('predict', `${address}/there.png`);
    expect(refused).toMatchObject({ code: 2, output: '', errors: expect.stringMatching(/--allow-urls/) });
    expect(asked).toBe(0);
    const allowed = await run('predict', `${address}/there.png`, '--allow-urls');
    expect(allowed).toMatchObject({ code: 0, output: `${address}/there.png: no face\n` });
    const gone = await run('predict', `${address}/gone.png`, 'empty.png', '--allow-urls');
    expect(gone).toMatchObject({
      code: 1,
      output: expect.stringMatching(/gone\.png: expected a picture at .*; found status 404.*\nempty\.png: no face\n$/),
    });
    expect(await run('predict', 'file:///etc/hosts', '--allow-urls')).toMatchObject({ code: 2 });
    server.close();
  });

  test('nothing is left in the home of who runs it: no cache, and no telemetry of what it is made of', async () => {
    const home = join(folder, 'home');
    await mkdir(home);
    // Telemetry is off under CI anyway; people have no such variables.
    const env = { PATH: process.env.PATH, HOME: home, USERPROFILE: home };
    for (const threads of ['1', '2']) {
      const argv = ['predict', 'empty.png', 'two faces.jpg', '--batch', '1', '--threads', threads];
      const { stdout } = await promisify(execFile)(process.execPath, [program, ...argv], { cwd: folder, env });
      expect(stdout).toMatch(/2 faces/);
      expect(await readdir(home, { recursive: true })).toEqual([]);
    }
  });

  test('options that do not fit are a mistake that names them', async () => {
    const { code, errors } = await run('predict', 'empty.png', '--format', 'xml', '--threads', 'many');
    expect(code).toBe(2);
    expect(errors).toMatch(/--format.*table.*--threads/);
  });
});

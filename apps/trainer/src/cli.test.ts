import { spawn } from 'node:child_process';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelCardSchema } from '@mien/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect, program, TrainerHome } from './fixtures/trainer-home.js';
import { readEvaluationResult } from './results/evaluation-result.js';

let home: TrainerHome;

beforeAll(async () => {
  home = await TrainerHome.create();
}, 120_000);
afterAll(() => home.remove());

async function weightsHash(folder: string): Promise<string> {
  return modelCardSchema.parse(JSON.parse(await readFile(join(folder, 'model', 'card.json'), 'utf8'))).hashes[
    'weights.safetensors'
  ];
}

describe('mien-train', () => {
  test('trains, evaluates, and leaves a bundle and a report; the bundle is evaluated alone to the same figures', {
    timeout: 180_000,
  }, async () => {
    const ended = await home.run('run', 'tiny.yaml', '--runs', 'whole');
    expect(ended).toMatchObject({ code: 0, errors: expect.stringMatching(/^engine: /) });
    expect(ended.output).toMatch(/test \(held-out\): accuracy \d+\.\d % of 14/);
    const [folder] = await home.runFolders('whole');
    const history = (await readFile(join(folder, 'history.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect((await readdir(join(folder, 'report'))).sort()).toEqual([
      'accuracy.svg',
      'confusion.svg',
      'index.html',
      'loss.svg',
      'page.json',
      'predictions.json',
      'report.json',
    ]);
    const [test] = JSON.parse(await readFile(join(folder, 'report', 'report.json'), 'utf8'));
    expect(test.report.n).toBe(14);

    const report = home.path('evaluation');
    const evaluation = await home.run(
      'evaluate',
      join(folder, 'model'),
      '--dataset',
      'tiny',
      '--report',
      report,
      '--json',
    );
    expect(evaluation.code).toBe(0);
    const figures = JSON.parse(evaluation.output);
    // All of the set, whose people the bundle learned from.
    expect(figures).toMatchObject({ obtained: 'in-sample', n: 56, labels: test.report.labels });
    expect(Object.keys(figures)).toEqual(expect.arrayContaining(['accuracy', 'macroF1', 'perClass', 'confusion']));
    expect(await readEvaluationResult(report)).toMatchObject({ dataset: 'tiny', n: 56, accuracy: figures.accuracy });
    expect(await readEvaluationResult(folder)).toBeUndefined();
  });

  test('killed with SIGKILL and resumed, it ends with the weights of a run that was not', {
    timeout: 180_000,
  }, async () => {
    const [whole] = await home.runFolders('whole');
    const { child, ended } = home.start('run', 'tiny.yaml', '--runs', 'killed');
    child.stderr?.on('data', (chunk) => {
      if (/epoch 2\/10: loss/.test(String(chunk))) child.kill('SIGKILL');
    });
    expect((await ended).code).not.toBe(0);
    const [killed] = await home.runFolders('killed');
    expect(await readdir(killed)).not.toContain('model');
    const resumed = await home.run('run', 'tiny.yaml', '--runs', 'killed', '--resume');
    expect(resumed).toMatchObject({ code: 0 });
    expect(resumed.errors).not.toMatch(/epoch 1\/10: loss/);
    expect(await weightsHash(killed)).toBe(await weightsHash(whole));
    const changed = await home.run('run', 'tiny.yaml', '--runs', 'killed', '--resume', '--set', 'training.epochs=6');
    expect(changed.code).toBe(2);
    expect(changed.errors).toMatch(/start a new run without --resume/i);
  });

  test('a checkpoint that does not fit on the disk is an error; the one before stays whole and the run can go on', {
    timeout: 180_000,
  }, async () => {
    const [whole] = await home.runFolders('whole');
    const stopped = home.start('run', 'tiny.yaml', '--runs', 'full');
    stopped.child.stderr?.on('data', (chunk) => {
      if (/epoch 2\/10: loss/.test(String(chunk))) stopped.child.kill('SIGKILL');
    });
    await stopped.ended;
    const [folder] = await home.runFolders('full');
    const checkpoint = join(folder, 'checkpoints', 'last.safetensors');
    const before = await readFile(checkpoint);
    // A limit on the size of files is the nearest to a full disk that needs no rights: a checkpoint has 700 kB.
    const limited = spawn(
      'sh',
      [
        '-c',
        'ulimit -f 200; exec "$@"',
        'sh',
        process.execPath,
        program,
        'run',
        'tiny.yaml',
        '--runs',
        'full',
        '--resume',
      ],
      {
        cwd: home.folder,
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    const { code, errors } = await collect(limited);
    expect({ code, errors }).toEqual({
      code: 1,
      errors: expect.stringMatching(/expected to write .*safetensors.*free space/i),
    });
    expect(await readFile(checkpoint)).toEqual(before);
    expect(await readdir(join(folder, 'checkpoints'))).toEqual(
      expect.not.arrayContaining([expect.stringMatching(/tmp/)]),
    );
    expect(await home.run('run', 'tiny.yaml', '--runs', 'full', '--resume')).toMatchObject({ code: 0 });
    expect(await weightsHash(folder)).toBe(await weightsHash(whole));
  });

  test('an unknown key, a bad override, a missing file and a missing data set are named, with exit code 2', async () => {
    const cases: [string[], RegExp][] = [
      [['run', 'tiny.yaml', '--set', 'training.epoch=3'], /training: .*epoch/],
      [['run', 'tiny.yaml', '--set', 'training'], /--set key\.path=value/],
      [['run', './nowhere.yaml'], /one that ships: .*sample\.yaml.*nowhere\.yaml/],
      [['run', 'tiny.yaml', '--set', 'dataset=none'], /datasets\/none/],
      [['run', 'tiny.yaml', '--set', 'split={protocol: official}'], /the protocol official/],
      [['run', 'tiny.yaml', '--set', 'teachers=[mini-xception.fer2013]'], /training\.distillation/],
      [['run', 'tiny.yaml', '--set', 'seeds=[1, 1]'], /each seed once/],
      [['compare', './nowhere', './elsewhere'], /finished in \.\/nowhere/],
      [['evaluate', './nowhere', '--dataset', 'tiny'], /card\.json: no such file/],
      [['evaluate', '.', '--dataset', 'tiny', '--split', 'some'], /--split/],
      [['evaluate', '.', '--dataset', 'tiny', '--crop-share', '0.9'], /--views one/],
      [['evaluate', '.', '--dataset', 'tiny', '--views', 'ten-crop', '--crop-share', '2'], /at most 1/],
      [['frobnicate'], /unknown command/],
    ];
    for (const [argv, message] of cases) {
      const { code, errors, output } = await home.run(...argv);
      expect(errors).toMatch(message);
      expect(errors).not.toMatch(/\n\s+at /);
      expect({ argv, code, output }).toEqual({ argv, code: 2, output: '' });
    }
  }, 120_000);

  test('a data set that was not added says how to; bad data is named with its row', async () => {
    await home.writeDataset('fer', '{ type: fer2013 }');
    const missing = await home.run('preprocess', 'fer');
    expect(missing).toMatchObject({ code: 2, errors: expect.stringMatching(/mien-train dataset add fer <path>/) });
    const pixels = Array.from({ length: 2304 }, (_, index) => index % 256).join(' ');
    const header = 'emotion,pixels,Usage\n';
    const rows = [`3,${pixels},Training\n`, `4,${pixels},PublicTest\n`];
    const bad: [string, RegExp][] = [
      ['label,pixels,Usage\n', /emotion,pixels,Usage/],
      [`${header}${rows[0]}3,1 2 3,Training\n`, /row 2/],
      [`${header}${rows[0]}${rows[1]}9,${pixels},Training\n`, /row 3/],
      [`${header}3,${pixels.replace('255', '256')},Training\n`, /row 1/],
      [`${header}3,${pixels},Practice\n`, /Practice/],
    ];
    const path = home.path('fer.csv');
    for (const [text, message] of bad) {
      await writeFile(path, text);
      const { code, errors } = await home.run('dataset', 'add', 'fer', path);
      expect(errors).toMatch(message);
      expect(code).toBe(2);
    }
    await writeFile(path, header + rows.join(''));
    expect(await home.run('dataset', 'add', 'fer', path)).toMatchObject({
      code: 0,
      output: 'fer: 2 pictures (happy 1, sad 1)\n',
    });
    expect(await home.run('preprocess', 'fer')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/fer: 2 pictures of 32×32×1/),
    });
    expect((await home.run('preprocess', 'fer')).output).toMatch(/nothing had changed/);
  }, 120_000);

  test('a bundle that was changed is refused, and a shard whose bytes were changed', { timeout: 120_000 }, async () => {
    const [whole] = await home.runFolders('whole');
    const copy = home.path('changed-model');
    await cp(join(whole, 'model'), copy, { recursive: true });
    const weights = await readFile(join(copy, 'weights.safetensors'));
    weights[weights.length - 1] ^= 1;
    await writeFile(join(copy, 'weights.safetensors'), weights);
    const changed = await home.run('evaluate', copy, '--dataset', 'tiny');
    expect(changed).toMatchObject({ code: 2, errors: expect.stringMatching(/SHA-256/) });
    const shard = home.path('datasets', 'tiny', 'tensors', 'shard-00000.safetensors');
    const bytes = await readFile(shard);
    bytes[bytes.length - 1] ^= 1;
    await writeFile(shard, bytes);
    const damaged = await home.run('run', 'tiny.yaml', '--runs', 'damaged');
    expect(damaged).toMatchObject({ code: 2, errors: expect.stringMatching(/shard-00000/) });
  });
});

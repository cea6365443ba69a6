import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modelCardSchema } from '@mien/core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEvaluationResult } from './results/evaluation-result.js';

/** The built program, as people run it: `turbo run test` builds first. */
const program = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
let home: string;

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

function collect(child: ChildProcess): Promise<Ended> {
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output, errors })));
}

function start(...argv: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [program, ...argv], { cwd: home, stdio: ['ignore', 'pipe', 'pipe'] });
  return { child, ended: collect(child) };
}
const run = (...argv: string[]) => start(...argv).ended;

async function writeDataset(name: string, source: string): Promise<void> {
  await mkdir(join(home, 'datasets', name), { recursive: true });
  await writeFile(
    join(home, 'datasets', name, 'dataset.yaml'),
    `name: ${name}
description: for tests
source: ${source}
pictures: cropped
framing: { step: crop-face }
pipeline: [{ step: grey }, { step: resize, width: 32, height: 32 }]
`,
  );
}

const experiment = `name: tiny
summary: A test.
dataset: tiny
split: { protocol: hold-out, validationShare: 0.25, testShare: 0.25 }
model: { architecture: mini-xception, options: { l2: 0 } }
training:
  epochs: 10
  batchSize: 8
  learningRate: { schedule: cosine, initial: 0.005 }
  augmentation: { flip: 0.5, shift: 0.1 }
bundle: { intendedUse: tests, limits: all, licence: { weights: MIT, data: generated } }
`;

/** Folders of the runs, oldest first. */
async function runFolders(runs: string, experiment = 'tiny'): Promise<string[]> {
  const parent = join(home, runs, experiment);
  return (await readdir(parent)).sort().map((name) => join(parent, name));
}

async function weightsHash(folder: string): Promise<string> {
  return modelCardSchema.parse(JSON.parse(await readFile(join(folder, 'model', 'card.json'), 'utf8'))).hashes[
    'weights.safetensors'
  ];
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'mien-train-'));
  const people = '{ female: 4, male: 4 }';
  await writeDataset(
    'tiny',
    `{ type: synthetic, generator: { people: ${people}, angles: [S], size: { width: 105, height: 143 } } }`,
  );
  await writeFile(join(home, 'tiny.yaml'), experiment);
}, 120_000);
afterAll(() => rm(home, { recursive: true, force: true }));

describe('mien-train', () => {
  test('trains, evaluates, and leaves a bundle and a report; the bundle is evaluated alone to the same figures', {
    timeout: 180_000,
  }, async () => {
    const ended = await run('run', 'tiny.yaml', '--runs', 'whole');
    expect(ended).toMatchObject({ code: 0, errors: expect.stringMatching(/^engine: /) });
    expect(ended.output).toMatch(/test \(held-out\): accuracy \d+\.\d % of 14/);
    const [folder] = await runFolders('whole');
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

    const report = join(home, 'evaluation');
    const evaluation = await run('evaluate', join(folder, 'model'), '--dataset', 'tiny', '--report', report, '--json');
    expect(evaluation.code).toBe(0);
    const figures = JSON.parse(evaluation.output);
    expect(figures).toMatchObject({ n: 56, labels: test.report.labels });
    expect(Object.keys(figures)).toEqual(expect.arrayContaining(['accuracy', 'macroF1', 'perClass', 'confusion']));
    expect(await readEvaluationResult(report)).toMatchObject({ dataset: 'tiny', n: 56, accuracy: figures.accuracy });
    expect(await readEvaluationResult(folder)).toBeUndefined();
  });

  test('killed with SIGKILL and resumed, it ends with the weights of a run that was not', {
    timeout: 180_000,
  }, async () => {
    const [whole] = await runFolders('whole');
    const { child, ended } = start('run', 'tiny.yaml', '--runs', 'killed');
    child.stderr?.on('data', (chunk) => {
      if (/epoch 2\/10: loss/.test(String(chunk))) child.kill('SIGKILL');
    });
    expect((await ended).code).not.toBe(0);
    const [killed] = await runFolders('killed');
    expect(await readdir(killed)).not.toContain('model');
    const resumed = await run('run', 'tiny.yaml', '--runs', 'killed', '--resume');
    expect(resumed).toMatchObject({ code: 0 });
    expect(resumed.errors).not.toMatch(/epoch 1\/10: loss/);
    expect(await weightsHash(killed)).toBe(await weightsHash(whole));
    const changed = await run('run', 'tiny.yaml', '--runs', 'killed', '--resume', '--set', 'training.epochs=6');
    expect(changed.code).toBe(2);
    expect(changed.errors).toMatch(/start a new run without --resume/i);
  });

  test('a checkpoint that does not fit on the disk is an error; the one before stays whole and the run can go on', {
    timeout: 180_000,
  }, async () => {
    const [whole] = await runFolders('whole');
    const stopped = start('run', 'tiny.yaml', '--runs', 'full');
    stopped.child.stderr?.on('data', (chunk) => {
      if (/epoch 2\/10: loss/.test(String(chunk))) stopped.child.kill('SIGKILL');
    });
    await stopped.ended;
    const [folder] = await runFolders('full');
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
        cwd: home,
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
    expect(await run('run', 'tiny.yaml', '--runs', 'full', '--resume')).toMatchObject({ code: 0 });
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
      [['frobnicate'], /unknown command/],
    ];
    for (const [argv, message] of cases) {
      const { code, errors, output } = await run(...argv);
      expect(errors).toMatch(message);
      expect(errors).not.toMatch(/\n\s+at /);
      expect({ argv, code, output }).toEqual({ argv, code: 2, output: '' });
    }
  }, 120_000);

  test('a data set that was not added says how to; bad data is named with its row', async () => {
    await writeDataset('fer', '{ type: fer2013 }');
    const missing = await run('preprocess', 'fer');
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
    const path = join(home, 'fer.csv');
    for (const [text, message] of bad) {
      await writeFile(path, text);
      const { code, errors } = await run('dataset', 'add', 'fer', path);
      expect(errors).toMatch(message);
      expect(code).toBe(2);
    }
    await writeFile(path, header + rows.join(''));
    expect(await run('dataset', 'add', 'fer', path)).toMatchObject({
      code: 0,
      output: 'fer: 2 pictures (happy 1, sad 1)\n',
    });
    expect(await run('preprocess', 'fer')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/fer: 2 pictures of 32×32×1/),
    });
    expect((await run('preprocess', 'fer')).output).toMatch(/nothing had changed/);
  }, 120_000);

  test('a progressive recipe in both directions between the genders, two seeds each; compared, and its page made again', {
    timeout: 180_000,
  }, async () => {
    const ended = await run(
      ...['run', 'tiny.yaml', '--runs', 'many', '--tensorboard'],
      ...[
        '--set',
        'split={protocol: by-gender, train: female, validationShare: 0.25}',
        '--set',
        'crossValidation=true',
      ],
      ...['--set', 'recipe={type: progressive, halvings: 1}', '--set', 'seeds=[1, 2]', '--set', 'training.epochs=1'],
    );
    expect(ended).toMatchObject({ code: 0 });
    const titles = [
      'female, tested on male, seed 1',
      'female, tested on male, seed 2',
      'male, tested on female, seed 1',
    ];
    for (const title of titles) expect(ended.output).toMatch(new RegExp(`trained on ${title}: accuracy .* of 28`));
    expect(ended.output).toMatch(/accuracy over 4 trainings: .* ± /);
    expect(ended.errors).toMatch(/start: \d+ weights taken over\n/);
    const [folder] = await runFolders('many');
    expect((await readdir(join(folder, 'female-to-male', 'seed-2'))).sort()).toEqual([
      'checkpoints',
      'history-16.jsonl',
      'history.jsonl',
      'model',
      'report',
      'tensorboard',
    ]);
    const [whole] = await runFolders('whole');
    const compared = await run('compare', folder, join(folder, 'male-to-female'), '--json');
    expect(compared.code).toBe(0);
    const { n, leftOut, models } = JSON.parse(compared.output);
    // Women are tested on by the second alone; the first is both directions, each the mean of its seeds.
    expect([n, leftOut, models.length]).toEqual([28, 28, 2]);
    expect(models[1].againstFirst.mcNemar).toMatchObject({ onlyFirst: 0, onlySecond: 0, exactP: 1 });
    const page = join(home, 'compared.html');
    const text = await run('compare', whole, folder, '--output', page);
    expect(text.output).toMatch(/^tiny, test: 14 samples; 42 that some lack are left out/);
    expect(await readFile(page, 'utf8')).toMatch(/McNemar/);
    expect(await run('compare', whole, folder, '--split', 'train')).toMatchObject({ code: 2 });
    const again = await run('report', folder, '--output', join(home, 'again.html'));
    expect(again).toMatchObject({ code: 0 });
    expect(await readFile(join(home, 'again.html'))).toEqual(await readFile(join(folder, 'report', 'index.html')));
    expect(await run('report', home)).toMatchObject({ code: 2, errors: expect.stringMatching(/page\.json/) });
  });

  test('two stages, the first shared by folds and the final model, with pictures of the second’s size; a leak is refused, dropped or allowed', {
    timeout: 180_000,
  }, async () => {
    const first =
      '{dataset: tiny, split: {protocol: hold-out}, training: {epochs: 1, batchSize: 8, learningRate: {schedule: constant, initial: 0.005}}}';
    const ended = await run(
      ...['run', 'tiny.yaml', '--runs', 'staged', '--set', `recipe={type: two-stage, first: ${first}}`],
      ...['--set', 'split={protocol: k-fold, k: 2, validationShare: 0.5}', '--set', 'crossValidation=true'],
      ...['--set', 'input={width: 24, height: 24}', '--set', 'training.epochs=1', '--set', 'finalModel=true'],
    );
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.errors.match(/stage first, epoch 1\/1/g)).toHaveLength(1);
    expect(ended.errors.match(/start: \d+ weights taken over/g)).toHaveLength(3);
    const [folder] = await runFolders('staged');
    const card = modelCardSchema.parse(
      JSON.parse(await readFile(join(folder, 'fold-2', 'model', 'card.json'), 'utf8')),
    );
    expect(card.input).toMatchObject({ width: 24, height: 24 });
    expect(card.training.datasets).toEqual(['tiny', 'tiny']);
    const final = modelCardSchema.parse(
      JSON.parse(await readFile(join(folder, 'final', 'model', 'card.json'), 'utf8')),
    );
    expect(ended.output).toContain(join('final', 'model'));
    // All 56 were tested in one fold or the other; the final model learns from half of the people and chooses by the others.
    expect(final.metrics.map(({ split, obtained, n }) => [split, obtained, n])).toEqual([
      ['test', 'cross-validated', 56],
      ['validation', 'selected-on', 28],
    ]);

    await writeDataset('leaky', '{ type: image-folder }');
    const pictures = join(home, 'leaky-pictures');
    for (const [index, emotion] of ['happy', 'sad', 'happy', 'sad'].entries()) {
      for (const part of ['train', 'validation']) {
        await mkdir(join(pictures, part, emotion), { recursive: true });
        // The first picture of each class is the same in both parts.
        const shade = index < 2 ? 40 * index : 100 + 20 * index + (part === 'train' ? 0 : 10);
        const create = { width: 32, height: 32, channels: 3 as const, background: { r: shade, g: shade, b: shade } };
        await sharp({ create })
          .png()
          .toFile(join(pictures, part, emotion, `${part}${index}.png`));
      }
    }
    expect(await run('dataset', 'add', 'leaky', pictures)).toMatchObject({ code: 0 });
    const leaky = [
      'run',
      'tiny.yaml',
      '--runs',
      'leaks',
      '--set',
      'dataset=leaky',
      '--set',
      'split={protocol: official}',
    ];
    const refused = await run(...leaky, '--set', 'training.epochs=1');
    expect(refused).toMatchObject({ code: 2, errors: expect.stringMatching(/2 of 4, such as .*leaks: drop/) });
    const dropped = await run(...leaky, '--set', 'training.epochs=1', '--drop-leaks');
    expect(dropped).toMatchObject({ code: 0, errors: expect.stringMatching(/left out of training: 2 pictures/) });
    expect(await run(...leaky, '--set', 'training.epochs=1', '--set', 'leaks=allow')).toMatchObject({ code: 0 });
  });

  test('a bundle that was changed is refused, and a shard whose bytes were changed', { timeout: 120_000 }, async () => {
    const [whole] = await runFolders('whole');
    const copy = join(home, 'changed-model');
    await cp(join(whole, 'model'), copy, { recursive: true });
    const weights = await readFile(join(copy, 'weights.safetensors'));
    weights[weights.length - 1] ^= 1;
    await writeFile(join(copy, 'weights.safetensors'), weights);
    const changed = await run('evaluate', copy, '--dataset', 'tiny');
    expect(changed).toMatchObject({ code: 2, errors: expect.stringMatching(/SHA-256/) });
    const shard = join(home, 'datasets', 'tiny', 'tensors', 'shard-00000.safetensors');
    const bytes = await readFile(shard);
    bytes[bytes.length - 1] ^= 1;
    await writeFile(shard, bytes);
    const damaged = await run('run', 'tiny.yaml', '--runs', 'damaged');
    expect(damaged).toMatchObject({ code: 2, errors: expect.stringMatching(/shard-00000/) });
  });

  test('a classical method, and networks of sequences and landmarks, are trained by a file', {
    timeout: 300_000,
  }, async () => {
    await writeDataset(
      'drawn',
      '{ type: synthetic, generator: { people: { female: 2, male: 2 }, angles: [S], size: { width: 105, height: 143 }, sequences: { frames: 3 } } }',
    );
    const common = `summary: A test.
dataset: drawn
pipeline:
  - { step: crop-face, detector: { type: cnn }, onMissing: whole-image }
  - { step: crop-landmarks, onMissing: leave }
  - step: grey
  - { step: resize, width: 32, height: 32 }
split: { protocol: hold-out, validationShare: 0.25, testShare: 0.25 }
bundle: { intendedUse: tests, limits: all, licence: { weights: MIT, data: generated } }
`;
    const part = (id: string) => `{ architecture: ${id}, options: { frames: 3 } }`;
    await writeFile(
      join(home, 'drawn-dtagn.yaml'),
      `name: drawn-dtagn
${common}model: ${part('dtagn')}
recipe: { type: joint-fine-tune, parts: [${part('dtan')}, ${part('dtgn')}], layers: [appearance_logits, geometry_logits] }
training: { epochs: 2, batchSize: 4, learningRate: { schedule: constant, initial: 0.001 } }
`,
    );
    const joint = await run('run', 'drawn-dtagn.yaml', '--runs', 'drawn');
    expect(joint).toMatchObject({ code: 0 });
    const files = await readdir((await runFolders('drawn', 'drawn-dtagn'))[0]);
    expect(files).toEqual(expect.arrayContaining(['history-dtan.jsonl', 'history-dtgn.jsonl', 'history.jsonl']));
    // One person's sequences, of six expressions.
    expect(joint.output).toMatch(/test \(held-out\): accuracy \d+\.\d % of 6/);
    const [name] = await readdir(join(home, 'drawn', 'drawn-dtagn'));
    const bundle = join('drawn', 'drawn-dtagn', name, 'model');
    const { training } = modelCardSchema.parse(JSON.parse(await readFile(join(home, bundle, 'card.json'), 'utf8')));
    expect(training.epochs).toBe(6);
    const again = await run('evaluate', bundle, '--dataset', 'drawn', '--json');
    expect(JSON.parse(again.output).n).toBe(24);

    const moved = await run('run', 'drawn-dtagn.yaml', '--set', 'training.augmentation={ flip: 0.5 }');
    expect(moved.code).toBe(2);
    expect(moved.errors).toMatch(/augmentation\.flip/);

    await writeFile(
      join(home, 'drawn-svm.yaml'),
      `name: drawn-svm\n${common}model: { architecture: lbp-svm, range: [0, 255], options: { rows: 4, columns: 4 } }\n`,
    );
    const classical = await run('run', 'drawn-svm.yaml', '--runs', 'drawn');
    expect(classical).toMatchObject({ code: 0 });
    expect(classical.output).toMatch(/validation \(held-out\): accuracy \d+\.\d % of 7/);
    const trained = await run(
      'run',
      'drawn-svm.yaml',
      '--set',
      'training={ epochs: 1, learningRate: { schedule: constant, initial: 1 } }',
    );
    expect(trained.code).toBe(2);
    expect(trained.errors).toMatch(/lbp-svm, which is no network, without training/);
  });

  test('a study trains its cells once, as one table', { timeout: 300_000 }, async () => {
    await writeFile(
      join(home, 'small-study.yaml'),
      `name: small-study
summary: A test.
pipelines:
  plain: [{ step: grey }, { step: resize, width: 16, height: 16 }]
  equalised: [{ step: grey }, { step: resize, width: 16, height: 16 }, { step: equalise-histogram }]
networks: { mini-xception: { architecture: mini-xception, options: { l2: 0 } } }
sets: { tiny: { dataset: tiny, split: { protocol: k-fold, k: 2, validationShare: 0.25 } } }
training: { epochs: 1, batchSize: 8, learningRate: { schedule: constant, initial: 0.005 } }
`,
    );
    const first = await run('study', 'small-study.yaml', '--runs', 'studies');
    expect(first).toMatchObject({ code: 0 });
    expect(first.output).toMatch(
      /^\| pipeline +\| tiny, mini-xception +\|\n\| -+ \| -+ \|\n\| plain +\| .*\n\| equalised +\|/,
    );
    expect(first.errors).toMatch(/epoch 1\/1: loss/);
    const second = await run('study', 'small-study.yaml', '--runs', 'studies');
    expect(second.output).toBe(first.output);
    expect(second.errors).not.toMatch(/epoch/);
    const { cells, planned } = JSON.parse(await readFile(join(home, 'studies/small-study/result.json'), 'utf8'));
    expect(cells).toHaveLength(planned);
    expect(cells[0]).toMatchObject({ n: 56, spread: { trainings: 2 } });
  });
});

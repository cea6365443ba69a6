import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelCardSchema } from '@mien/core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TrainerHome } from './fixtures/trainer-home.js';

let home: TrainerHome;

beforeAll(async () => {
  home = await TrainerHome.create();
}, 120_000);
afterAll(() => home.remove());

describe('mien-train run, by recipes, of all methods, and a study of many', () => {
  test('a progressive recipe in both directions between the genders, two seeds each; compared, and its page made again', {
    timeout: 180_000,
  }, async () => {
    const ended = await home.run(
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
    expect(ended.output).toMatch(/test, ensemble of 2 seeds: accuracy .* of 56\n/);
    expect(ended.errors).toMatch(/start: \d+ weights taken over\n/);
    const [folder] = await home.runFolders('many');
    expect((await readdir(join(folder, 'female-to-male', 'seed-2'))).sort()).toEqual([
      'checkpoints',
      'history-16.jsonl',
      'history.jsonl',
      'model',
      'report',
      'tensorboard',
    ]);
    expect(await home.run('run', 'tiny.yaml', '--runs', 'whole', '--set', 'training.epochs=1')).toMatchObject({
      code: 0,
    });
    const [whole] = await home.runFolders('whole');
    const compared = await home.run('compare', folder, join(folder, 'male-to-female'), '--json');
    expect(compared.code).toBe(0);
    const { n, leftOut, models } = JSON.parse(compared.output);
    // Women are tested on by the second alone; the first is both directions, each the mean of its seeds.
    expect([n, leftOut, models.length]).toEqual([28, 28, 2]);
    expect(models[1].againstFirst.mcNemar).toMatchObject({ onlyFirst: 0, onlySecond: 0, exactP: 1 });
    const page = home.path('compared.html');
    const text = await home.run('compare', whole, folder, '--output', page);
    expect(text.output).toMatch(/^tiny, test: 14 samples; 42 that some lack are left out/);
    expect(await readFile(page, 'utf8')).toMatch(/McNemar/);
    expect(await home.run('compare', whole, folder, '--split', 'train')).toMatchObject({ code: 2 });
    const again = await home.run('report', folder, '--output', home.path('again.html'));
    expect(again).toMatchObject({ code: 0 });
    expect(await readFile(home.path('again.html'))).toEqual(await readFile(join(folder, 'report', 'index.html')));
    expect(await home.run('report', home.folder)).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/page\.json/),
    });
  });

  test('two stages, the first shared by folds and the final model, with pictures of the second’s size; a leak is refused, dropped or allowed', {
    timeout: 180_000,
  }, async () => {
    await home.writeDataset(
      'others',
      '{ type: synthetic, generator: { people: { female: 4, male: 0 }, angles: [S], seed: 2 } }',
    );
    const twoStage = (dataset: string) =>
      `recipe={type: two-stage, first: {dataset: ${dataset}, split: {protocol: hold-out}, training: {epochs: 1, batchSize: 8, learningRate: {schedule: constant, initial: 0.005}}}}`;
    const staged = [
      ...['run', 'tiny.yaml', '--runs', 'staged', '--set', 'training.epochs=1', '--set', 'crossValidation=true'],
      ...['--set', 'split={protocol: k-fold, k: 2, validationShare: 0.5}'],
      ...['--set', 'input={width: 24, height: 24}', '--set', 'finalModel=true'],
    ];
    const ended = await home.run(...staged, '--set', twoStage('others'));
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.errors.match(/stage first, epoch 1\/1/g)).toHaveLength(1);
    expect(ended.errors.match(/start: \d+ weights taken over/g)).toHaveLength(3);
    const [folder] = await home.runFolders('staged');
    const card = modelCardSchema.parse(
      JSON.parse(await readFile(join(folder, 'fold-2', 'model', 'card.json'), 'utf8')),
    );
    expect(card.input).toMatchObject({ width: 24, height: 24 });
    expect(card.training.datasets).toEqual(['others', 'tiny']);
    expect(card.training.split).toMatchObject({ protocol: 'k-fold', fold: 1 });
    const final = modelCardSchema.parse(
      JSON.parse(await readFile(join(folder, 'final', 'model', 'card.json'), 'utf8')),
    );
    expect(ended.output).toContain(join('final', 'model'));
    // All 56 were tested in one fold or the other; the final model learns from half of the people and chooses by the others.
    expect(final.metrics.map(({ split, obtained, n }) => [split, obtained, n])).toEqual([
      ['test', 'cross-validated', 56],
      ['validation', 'selected-on', 28],
    ]);

    // Weights that have learned from the people who are tested.
    expect(await home.run(...staged, '--set', twoStage('tiny'))).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/the first stage, which learned from tiny, .*\(fold 1 of 2\)/),
    });
    const begun = [...staged, '--set', `model.startFrom=${join(folder, 'final', 'model')}`];
    expect(await home.run(...begun)).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/mini-xception\.tiny, which learned from others, tiny, .*leaks: allow/),
    });
    expect(await home.runFolders('staged')).toEqual([folder]);
    expect(await home.run(...begun, '--set', 'leaks=allow')).toMatchObject({ code: 0 });
    const seen = join((await home.runFolders('staged'))[1], 'final', 'model', 'card.json');
    const { metrics } = modelCardSchema.parse(JSON.parse(await readFile(seen, 'utf8')));
    // Its validation people are those of the bundle that it begins with.
    expect(metrics.map(({ obtained }) => obtained)).toEqual(['in-sample', 'selected-on']);

    await home.writeDataset('leaky', '{ type: image-folder }');
    const pictures = home.path('leaky-pictures');
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
    expect(await home.run('dataset', 'add', 'leaky', pictures)).toMatchObject({ code: 0 });
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
    const refused = await home.run(...leaky, '--set', 'training.epochs=1');
    expect(refused).toMatchObject({ code: 2, errors: expect.stringMatching(/2 of 4, such as .*leaks: drop/) });
    const dropped = await home.run(...leaky, '--set', 'training.epochs=1', '--drop-leaks');
    expect(dropped).toMatchObject({ code: 0, errors: expect.stringMatching(/left out of training: 2 pictures/) });
    expect(await home.run(...leaky, '--set', 'training.epochs=1', '--set', 'leaks=allow')).toMatchObject({ code: 0 });
  });

  test('born again: teachers of other seeds are trained first, on the same people; resumed, none is trained twice', {
    timeout: 180_000,
  }, async () => {
    const asked = ['tiny.yaml', '--runs', 'taught', '--set', 'recipe={type: born-again}', '--set', 'training.epochs=1'];
    const untaught = await home.run('run', ...asked);
    expect(untaught).toMatchObject({ code: 2, errors: expect.stringMatching(/training\.distillation.*born-again/) });
    const ended = await home.run('run', ...asked, '--set', 'training.distillation={}');
    expect(ended).toMatchObject({ code: 0 });
    for (const stage of ['teacher-1', 'teacher-2', 'student']) {
      expect(ended.errors).toMatch(new RegExp(`stage ${stage}, epoch 1/1: loss`));
    }
    const [folder] = await home.runFolders('taught');
    expect((await readdir(join(folder, 'checkpoints'))).sort()).toEqual(['student', 'teacher-1', 'teacher-2']);
    const { training } = modelCardSchema.parse(JSON.parse(await readFile(join(folder, 'model', 'card.json'), 'utf8')));
    expect(training).toMatchObject({ epochs: 3, recipe: { recipe: { type: 'born-again', teachers: 2 } } });
    const again = await home.run('run', ...asked, '--set', 'training.distillation={}', '--resume');
    expect(again).toMatchObject({ code: 0, output: ended.output, errors: expect.not.stringMatching(/epoch/) });
  });

  test('nothing held back for validation: every fold learns from all others, the final model from everyone', {
    timeout: 180_000,
  }, async () => {
    const asked = ['tiny.yaml', '--runs', 'all', '--set', 'training.epochs=1'];
    const folds = ['--set', 'split={protocol: k-fold, k: 2, validationShare: 0}', '--set', 'crossValidation=true'];
    const refused = await home.run('run', ...asked, ...folds);
    expect(refused).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/keepBest: none.*fold 1 of 2|fold 1 of 2.*keepBest: none/),
    });
    const last = ['--set', 'training.keepBest=none'];
    const unmeasured = ['--set', 'split={protocol: hold-out, validationShare: 0, testShare: 0}'];
    const blind = await home.run('run', ...asked, ...unmeasured, ...last);
    expect(blind).toMatchObject({ code: 2, errors: expect.stringMatching(/training samples alone/) });
    const ended = await home.run('run', ...asked, ...folds, ...last, '--set', 'finalModel=true', '--tensorboard');
    expect(ended).toMatchObject({ code: 0, errors: expect.not.stringMatching(/validation/) });
    const [folder] = await home.runFolders('all');
    const { metrics } = modelCardSchema.parse(
      JSON.parse(await readFile(join(folder, 'final', 'model', 'card.json'), 'utf8')),
    );
    expect(metrics.map(({ split, obtained, n }) => [split, obtained, n])).toEqual([['test', 'cross-validated', 56]]);
    expect(await readFile(join(folder, 'final', 'report', 'index.html'), 'utf8')).toMatch(
      /1 epoch .*epoch 1 were kept\./,
    );
  });

  test('a classical method, and networks of sequences and landmarks, are trained by a file', {
    timeout: 300_000,
  }, async () => {
    await home.writeDataset(
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
      home.path('drawn-dtagn.yaml'),
      `name: drawn-dtagn
${common}model: ${part('dtagn')}
recipe: { type: joint-fine-tune, parts: [${part('dtan')}, ${part('dtgn')}], layers: [appearance_logits, geometry_logits] }
training: { epochs: 2, batchSize: 4, learningRate: { schedule: constant, initial: 0.001 } }
`,
    );
    const joint = await home.run('run', 'drawn-dtagn.yaml', '--runs', 'drawn');
    expect(joint).toMatchObject({ code: 0 });
    const files = await readdir((await home.runFolders('drawn', 'drawn-dtagn'))[0]);
    expect(files).toEqual(expect.arrayContaining(['history-dtan.jsonl', 'history-dtgn.jsonl', 'history.jsonl']));
    // One person's sequences, of six expressions.
    expect(joint.output).toMatch(/test \(held-out\): accuracy \d+\.\d % of 6/);
    const [name] = await readdir(home.path('drawn', 'drawn-dtagn'));
    const bundle = join('drawn', 'drawn-dtagn', name, 'model');
    const { training } = modelCardSchema.parse(JSON.parse(await readFile(home.path(bundle, 'card.json'), 'utf8')));
    expect(training.epochs).toBe(6);
    const again = await home.run('evaluate', bundle, '--dataset', 'drawn', '--json');
    expect(JSON.parse(again.output).n).toBe(24);

    const moved = await home.run('run', 'drawn-dtagn.yaml', '--set', 'training.augmentation={ flip: 0.5 }');
    expect(moved.code).toBe(2);
    expect(moved.errors).toMatch(/augmentation\.flip/);

    await writeFile(
      home.path('drawn-svm.yaml'),
      `name: drawn-svm\n${common}model: { architecture: lbp-svm, range: [0, 255], options: { rows: 4, columns: 4 } }\n`,
    );
    const classical = await home.run('run', 'drawn-svm.yaml', '--runs', 'drawn');
    expect(classical).toMatchObject({ code: 0 });
    expect(classical.output).toMatch(/validation \(held-out\): accuracy \d+\.\d % of 7/);
    const trained = await home.run(
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
      home.path('small-study.yaml'),
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
    const first = await home.run('study', 'small-study.yaml', '--runs', 'studies');
    expect(first).toMatchObject({ code: 0 });
    expect(first.output).toMatch(
      /^\| pipeline +\| tiny, mini-xception +\|\n\| -+ \| -+ \|\n\| plain +\| .*\n\| equalised +\|/,
    );
    expect(first.errors).toMatch(/epoch 1\/1: loss/);
    const second = await home.run('study', 'small-study.yaml', '--runs', 'studies');
    expect(second.output).toBe(first.output);
    expect(second.errors).not.toMatch(/epoch/);
    const { cells, planned } = JSON.parse(await readFile(home.path('studies/small-study/result.json'), 'utf8'));
    expect(cells).toHaveLength(planned);
    expect(cells[0]).toMatchObject({ n: 56, spread: { trainings: 2 } });
  });
});

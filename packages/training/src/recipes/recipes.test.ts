import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '@mien/compute';
import type { Emotion } from '@mien/core';
import { buildModel, getLossHeads, readWeights } from '@mien/model-zoo';
import { memory } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type TrainingInput, trainingSchema } from '../configuration.js';
import { createTinySet } from '../fixtures/tiny-set.js';
import { predictSet, scorePredictions } from '../predict.js';
import type { TrainingSource } from '../source.js';
import type { TransferResult } from '../transfer.js';
import { trainBornAgain } from './born-again.js';
import { freezeAllBut, trainJointly } from './joint-fine-tune.js';
import { halveSource, halveTensorSet, trainProgressive } from './progressive.js';
import type { RecipeContext, Stage } from './stage.js';
import { trainTwoStage } from './two-stage.js';

const set = createTinySet(12);
const all = Array.from({ length: 36 }, (_, index) => index);
const source = (indices: number[], of = set) => ({
  set: of,
  indices,
  classOf: [...of.index.labels.keys()],
  range: [-1, 1] as const,
});
const configure = (changes: Partial<TrainingInput> = {}) =>
  trainingSchema.parse({
    epochs: 2,
    batchSize: 9,
    learningRate: { schedule: 'constant', initial: 0.01 },
    ...changes,
  });
const stage = (name: string, changes: Partial<Stage> = {}): Stage & { readonly validation: TrainingSource } => ({
  name,
  labels: set.index.labels,
  build: () =>
    buildModel({
      id: 'mini-xception',
      classes: 3,
      seed: 1,
      input: { height: 12, width: 12, channels: 1 },
      options: { l2: 0 },
    }),
  train: source(all.slice(0, 27)),
  configuration: configure(),
  ...changes,
  validation: changes.validation ?? source(all.slice(27)),
});

let context: RecipeContext & { transfers: [string, TransferResult][]; epochs: string[] };
beforeAll(() => startEngine({ engine: 'onnxruntime-cpu' }));
beforeEach(async () => {
  const transfers: [string, TransferResult][] = [];
  const epochs: string[] = [];
  context = {
    seed: 1,
    runKey: 'key',
    checkpointDirectory: await mkdtemp(join(tmpdir(), 'mien-recipe-')),
    onTransfer: ({ name }, result) => transfers.push([name, result]),
    onEpoch: ({ name }, { epoch }) => void epochs.push(`${name} ${epoch}`),
    transfers,
    epochs,
  };
});
afterEach(() => rm(context.checkpointDirectory, { recursive: true, force: true }));

test('two stages: what the first learned is where the second begins, class by class; the first is trained once', async () => {
  const labels: Emotion[] = ['contempt', ...set.index.labels];
  const other = createTinySet(9, labels);
  const second = stage('kdef', {
    labels,
    build: () =>
      buildModel({
        id: 'mini-xception',
        classes: 4,
        seed: 2,
        input: { height: 12, width: 12, channels: 1 },
        options: { l2: 0 },
      }),
    train: source(all.slice(0, 27), other),
    validation: source(all.slice(27), other),
    // Nothing moves: what the second stage ends with is what it began with.
    configuration: configure({ epochs: 1, learningRate: { schedule: 'constant', initial: 1e-12 } }),
  });
  const before = memory().numTensors;
  const { model, stages } = await trainTwoStage(context, stage('fer'), second);
  expect(context.epochs).toEqual(['fer 1', 'fer 2', 'kdef 1']);
  expect(context.transfers).toMatchObject([
    ['kdef', { newClasses: ['contempt'], mapped: ['class_maps/kernel', 'class_maps/bias'] }],
  ]);
  const kernel = stages[0].weights['module4_separable1/pointwise_kernel'].data;
  const own = (await readWeights(model))['module4_separable1/pointwise_kernel'].data;
  own.forEach((value, index) => {
    expect(value).toBeCloseTo(kernel[index], 6);
  });
  model.dispose();
  expect(memory().numTensors).toBe(before);
  expect((await readdir(context.checkpointDirectory)).sort()).toEqual(['fer', 'kdef']);
  // Another fold finds the first stage done.
  await rm(join(context.checkpointDirectory, 'kdef'), { recursive: true });
  const again = await trainTwoStage(context, stage('fer'), second);
  expect(context.epochs.slice(3)).toEqual(['kdef 1']);
  again.model.dispose();
});

test('halved pictures are the means of four pixels, in every channel', () => {
  const images = Uint8Array.from({ length: 2 * 4 * 2 * 3 }, (_, index) => (index * 37) % 256);
  const rgb = { ...set, height: 4, width: 2, channels: 3 as const, images };
  const { height, width, images: halved } = halveTensorSet(rgb);
  expect([height, width, halved.length]).toEqual([2, 1, 12]);
  for (const [at, value] of halved.entries()) {
    const [channel, line] = [at % 3, Math.floor(at / 3)];
    const four = [0, 3, 6, 9].map((offset) => images[line * 12 + offset + channel]);
    expect(value).toBe(Math.round(four.reduce((sum, pixel) => sum + pixel) / 4));
  }
  expect(() => halveTensorSet({ ...rgb, height: 3 })).toThrow(/3×2/);
});

test('progressive: the larger network begins with the smaller one’s layers', async () => {
  const options = { baseSize: 6, widths: [4, 4], blocks: [8], dropout: 0 };
  const build = (side: number) => () =>
    buildModel({
      id: 'progressive',
      classes: 3,
      seed: side,
      input: { height: side, width: side, channels: 1 },
      options,
    });
  const large = stage('12', { build: build(12), configuration: configure({ epochs: 1 }) });
  const small = {
    ...large,
    name: '6',
    build: build(6),
    train: halveSource(large.train),
    validation: halveSource(large.validation),
  };
  const { model, stages } = await trainProgressive(context, [small, large]);
  expect(context.epochs).toEqual(['6 1', '12 1']);
  const [[name, { loaded, fresh, unused }]] = context.transfers;
  expect(name).toBe('12');
  expect(loaded).toContain('entry6/kernel');
  expect(fresh.every((own) => /entry(12|6_detail)/.test(own))).toBe(true);
  expect(unused).toEqual([]);
  expect(stages.map(({ history }) => history.length)).toEqual([1, 1]);
  model.dispose();
});

test('joint fine-tuning: two networks, one of pictures and one of landmarks, then the sum of their logits', async () => {
  const options = { frames: 1, dropout: 0 };
  const landmarks = {
    values: Float32Array.from({ length: 36 * 98 }, (_, at) => Math.sin(at) + (Math.floor(at / 98) % 3)),
    length: 98,
  };
  const input = { height: 12, width: 12, channels: 1 } as const;
  const common = {
    train: { ...source(all.slice(0, 27)), landmarks },
    validation: { ...source(all.slice(27)), landmarks },
    configuration: configure({ learningRate: { schedule: 'constant', initial: 0.001 } }),
  };
  const part = (id: string, changes: Partial<Stage> = {}) =>
    stage(id, { ...common, build: () => buildModel({ id, classes: 3, seed: 4, input, options }), ...changes });
  const configuration = configure({ layerRates: freezeAllBut(['appearance_logits', 'geometry_logits']) });
  const joint = part('dtagn', { heads: getLossHeads({ id: 'dtagn', options }), configuration });
  const { model, stages } = await trainJointly(context, [part('dtan'), part('dtgn')], joint);
  expect(stages.map(({ name }) => name)).toEqual(['dtan', 'dtgn', 'dtagn']);
  const weights = await readWeights(model);
  expect(weights['appearance_conv1/kernel']).toEqual(stages[0].weights['appearance_conv1/kernel']);
  expect(weights['geometry_dense2/kernel']).toEqual(stages[1].weights['geometry_dense2/kernel']);
  expect(weights['geometry_logits/kernel']).not.toEqual(stages[1].weights['geometry_logits/kernel']);
  expect(scorePredictions(await predictSet(model, common.validation)).accuracy).toBeGreaterThan(0.9);
  model.dispose();
  await expect(trainJointly(context, [], { ...joint, train: source(all.slice(0, 27)) })).rejects.toThrow(
    /no landmarks/,
  );
});

test('born again: the student learns what its teachers say, whatever the labels say, from all inputs of a network', async () => {
  const input = { height: 12, width: 12, channels: 1 } as const;
  const options = { frames: 1, dropout: 0 };
  const landmarks = {
    values: Float32Array.from({ length: 36 * 98 }, (_, at) => Math.sin(at) + (Math.floor(at / 98) % 3)),
    length: 98,
  };
  const member = (name: string, seed: number, classOf: number[], changes: Partial<TrainingInput> = {}) =>
    stage(name, {
      train: { ...source(all.slice(0, 27)), landmarks, classOf },
      validation: { ...source(all.slice(27)), landmarks, classOf },
      heads: getLossHeads({ id: 'dtagn', options }),
      seed,
      build: () => buildModel({ id: 'dtagn', classes: 3, seed, input, options }),
      configuration: configure({ epochs: 4, learningRate: { schedule: 'constant', initial: 0.001 }, ...changes }),
    });
  const before = memory().numTensors;
  // Taught every class as the next.
  const teachers = [member('teacher-1', 11, [1, 2, 0]), member('teacher-2', 12, [1, 2, 0])];
  const student = member('student', 1, [0, 1, 2], { distillation: { temperature: 1, weight: 1 }, keepBest: 'none' });
  const { model, stages } = await trainBornAgain(context, teachers, student);
  expect(stages.map(({ name }) => name)).toEqual(['teacher-1', 'teacher-2', 'student']);
  const [one, other] = stages.map(({ weights }) => weights['geometry_dense2/kernel'].data);
  expect(one).not.toEqual(other);
  expect(scorePredictions(await predictSet(model, teachers[0].validation)).accuracy).toBeGreaterThan(0.9);
  expect(scorePredictions(await predictSet(model, student.validation)).accuracy).toBeLessThan(0.1);
  model.dispose();
  expect(memory().numTensors).toBe(before);
});

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '@mien/compute';
import { InvalidDataError, NonFiniteLossError, ResumeMismatchError, WriteFailedError } from '@mien/core';
import { buildModel, readWeights } from '@mien/model-zoo';
import { memory } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TrainingInput, trainingSchema } from './configuration.js';
import { createTinySet } from './fixtures/tiny-set.js';
import { type TrainArguments, train } from './train.js';

const set = createTinySet(16);
const source = (indices: number[]) => ({ set, indices, classOf: [0, 1, 2], range: [-1, 1] as const });
const all = Array.from({ length: 48 }, (_, index) => index);
const configuration = trainingSchema.parse({
  epochs: 3,
  batchSize: 9,
  learningRate: { schedule: 'cosine', initial: 0.01, warmUpEpochs: 1 },
  optimizer: { weightDecay: 0.001 },
  labelSmoothing: 0.1,
  augmentation: { flip: 0.5, shift: 0.05 },
});

let checkpointDirectory: string;
const build = () =>
  buildModel({
    id: 'mini-xception',
    classes: 3,
    seed: 5,
    input: { height: 12, width: 12, channels: 1 },
    options: { l2: 0.001, batchNormMomentum: 0.7 },
  });
const run = (changes: Partial<TrainArguments> = {}): TrainArguments => ({
  model: build(),
  train: source(all.slice(0, 36)),
  validation: source(all.slice(36)),
  configuration,
  seed: 5,
  checkpointDirectory,
  runKey: 'key',
  ...changes,
});

beforeAll(() => startEngine({ engine: 'onnxruntime-cpu' }));
beforeEach(async () => {
  checkpointDirectory = await mkdtemp(join(tmpdir(), 'mien-train-'));
});
afterEach(() => rm(checkpointDirectory, { recursive: true, force: true }));

describe('train', () => {
  test('learns what can be learned, and leaks no tensor', async () => {
    const before = memory().numTensors;
    const argument = run({
      configuration: trainingSchema.parse({
        epochs: 6,
        batchSize: 9,
        learningRate: { schedule: 'cosine', initial: 0.002 },
      }),
    });
    const { history, best } = await train(argument);
    expect(history).toHaveLength(6);
    expect(history[5].trainLoss).toBeLessThan(history[0].trainLoss);
    expect(best.validationAccuracy).toBeGreaterThan(0.9);
    argument.model.dispose();
    expect(memory().numTensors).toBe(before);
  });

  test('a run that stops after an epoch and is resumed ends with the same weights, bit for bit', async () => {
    const whole = run();
    const { history } = await train(whole);
    await rm(checkpointDirectory, { recursive: true });
    const stopped = run({
      onEpoch: ({ epoch }) => {
        if (epoch === 2) throw new Error('stopped');
      },
    });
    await expect(train(stopped)).rejects.toThrow('stopped');
    const resumed = run({ resume: true });
    const result = await train(resumed);
    expect(await readWeights(resumed.model)).toEqual(await readWeights(whole.model));
    const withoutTime = (entries: typeof history) => entries.map((entry) => ({ ...entry, seconds: 0, waited: 0 }));
    expect(withoutTime(result.history)).toEqual(withoutTime(history));
  });

  describe.each<[string, Omit<TrainingInput, 'epochs' | 'learningRate'>, TrainingInput['learningRate']?]>([
    [
      'SGD with Nesterov momentum, clipped, balanced, averaged exponentially, under a plateau schedule',
      {
        optimizer: { type: 'sgd', nesterov: true },
        clipNorm: 1,
        classWeights: 'balanced',
        averaging: { type: 'ema', decay: 0.9 },
      },
      { schedule: 'reduce-on-plateau', initial: 0.05, patience: 0, factor: 0.5 },
    ],
    [
      'stochastic weight averaging, mixup, cosine with restarts',
      {
        averaging: { type: 'swa', startEpoch: 2, learningRate: 0.004 },
        augmentation: { mixup: { probability: 0.5 }, cutmix: { probability: 0.5 } },
      },
      { schedule: 'cosine', initial: 0.01, restarts: { epochs: 1 } },
    ],
    [
      'layers frozen and slowed, the last epoch kept',
      {
        layerRates: [
          { layers: 'stem_', rate: 0 },
          { layers: 'module', rate: 0.1 },
        ],
        keepBest: 'none',
        optimizer: { weightDecay: 0.01 },
      },
    ],
    ['distillation', { distillation: { temperature: 2, weight: 0.5 } }],
  ])('%s', (_, options, learningRate = { schedule: 'constant', initial: 0.01 }) => {
    test('a stopped run goes on bit for bit, and no tensor is left', async () => {
      const teacher = buildModel({
        id: 'mini-xception',
        classes: 3,
        seed: 77,
        input: { height: 12, width: 12, channels: 1 },
      });
      const changes = {
        configuration: trainingSchema.parse({ epochs: 4, batchSize: 12, learningRate, ...options }),
        teachers: options.distillation ? [{ model: teacher, range: [0, 1] as const, classOf: [2, 0, 1] }] : undefined,
      };
      const before = memory().numTensors;
      const whole = run(changes);
      const { history } = await train(whole);
      await rm(checkpointDirectory, { recursive: true });
      const onEpoch = ({ epoch }: { epoch: number }) => {
        if (epoch === 3) throw new Error('stopped');
      };
      const stopped = run({ ...changes, onEpoch });
      await expect(train(stopped)).rejects.toThrow('stopped');
      const resumed = run({ ...changes, resume: true });
      const result = await train(resumed);
      const weights = await readWeights(whole.model);
      expect(await readWeights(resumed.model)).toEqual(weights);
      expect(result.history.map(({ seconds, waited, ...entry }) => entry)).toEqual(
        history.map(({ seconds, waited, ...entry }) => entry),
      );
      // It learned: the weights are not those it began with.
      const fresh = build();
      expect(weights['class_maps/kernel'].data).not.toEqual((await readWeights(fresh))['class_maps/kernel'].data);
      for (const model of [whole.model, stopped.model, resumed.model, fresh]) model.dispose();
      expect(memory().numTensors).toBe(before);
      teacher.dispose();
    });
  });

  test('a finished run that is resumed trains nothing more', async () => {
    await train(run());
    const steps: number[] = [];
    const { history } = await train(run({ resume: true, onStep: ({ step }) => steps.push(step) }));
    expect(history).toHaveLength(3);
    expect(steps).toEqual([]);
  });

  test('another configuration is not resumed', async () => {
    await train(run());
    await expect(train(run({ resume: true, runKey: 'other' }))).rejects.toThrow(ResumeMismatchError);
  });

  test('stops early when validation does not improve', async () => {
    const frozen = trainingSchema.parse({
      epochs: 50,
      learningRate: { schedule: 'constant', initial: 1e-12 },
      earlyStopping: { patience: 2 },
    });
    const { history } = await train(run({ configuration: frozen }));
    expect(history.length).toBeLessThan(10);
  });

  test('a loss that is no number ends the run and leaves the last good checkpoint', async () => {
    const wild = trainingSchema.parse({ ...configuration, learningRate: { schedule: 'constant', initial: 1e30 } });
    const failure = train(run({ configuration: wild }));
    await expect(failure).rejects.toThrow(NonFiniteLossError);
    await expect(failure).rejects.toThrow(/lower the learning rate/i);
  });

  test('a checkpoint that cannot be written is an error with its path', async () => {
    const argument = run({ checkpointDirectory: '/dev/null/checkpoints' });
    await expect(train(argument)).rejects.toThrow(WriteFailedError);
  });

  test('only whole checkpoints stand in the folder', async () => {
    await train(run());
    expect((await readdir(checkpointDirectory)).sort()).toEqual(['best.safetensors', 'last.safetensors']);
  });

  test('what cannot be learned or measured is refused by name', async () => {
    const happy = all.filter((index) => index % 3 === 0);
    const withoutHappy = all.slice(0, 36).filter((index) => index % 3 !== 0);
    const [first, second] = set.index.labels;
    const cases: [Partial<TrainArguments>, RegExp][] = [
      [{ validation: source([]) }, /one validation sample; found none/],
      [{ train: source([]) }, /one training sample; found none/],
      [{ train: source([0]), validation: source([3]) }, new RegExp(`1 of ${first} alone`)],
      [{ train: source(happy.slice(0, 9)), validation: source(happy.slice(9)) }, new RegExp(`9 of ${first} alone`)],
      [{ train: source(withoutHappy) }, new RegExp(`${first} in validation alone`)],
      [{ train: source(all.slice(0, 37)) }, /1 of 37, such as 36 and 36.*leaks: drop/s],
      [
        { train: source(all.filter((index) => index % 3 === 1)), validation: source([3]) },
        new RegExp(`of ${second} alone`),
      ],
    ];
    for (const [changes, message] of cases) {
      await expect(train(run(changes))).rejects.toThrow(InvalidDataError);
      await expect(train(run(changes))).rejects.toThrow(message);
    }
    expect(await readdir(checkpointDirectory)).toEqual([]);
  });

  test('nothing held back: the last epoch is kept where nothing is chosen by validation; anything else is refused', async () => {
    const last = trainingSchema.parse({ ...configuration, keepBest: 'none' });
    const argument = run({ validation: undefined, configuration: last });
    const { history, best } = await train(argument);
    expect(history.map(({ epoch, validationLoss }) => [epoch, validationLoss])).toEqual(
      [1, 2, 3].map((own) => [own, undefined]),
    );
    expect(best.epoch).toBe(3);
    // A validation part that is only looked at changes nothing.
    const watched = run({ configuration: last });
    await train(watched);
    expect(await readWeights(argument.model)).toEqual(await readWeights(watched.model));
    const choosing: Partial<TrainingInput>[] = [
      { keepBest: 'validationLoss' },
      { earlyStopping: { patience: 2 } },
      { learningRate: { schedule: 'reduce-on-plateau', initial: 0.01 } },
    ];
    for (const changes of choosing) {
      const other = trainingSchema.parse({ ...last, ...changes });
      await expect(train(run({ validation: undefined, configuration: other }))).rejects.toThrow(/keepBest: none/);
    }
  });

  test('distillation without teachers, and teachers without distillation, are refused', async () => {
    const taught = trainingSchema.parse({ ...configuration, distillation: {} });
    await expect(train(run({ configuration: taught }))).rejects.toThrow(/distillation, and no teacher/);
    const teachers = [{ model: build(), range: [0, 1] as const, classOf: [0, 1, 2] }];
    await expect(train(run({ teachers }))).rejects.toThrow(/1 teacher\(s\), and no distillation/);
    expect(await readdir(checkpointDirectory)).toEqual([]);
  });

  test('a picture in both parts is trained on where that is allowed', async () => {
    const { history } = await train(run({ train: source(all.slice(0, 37)), allowLeaks: true }));
    expect(history).toHaveLength(3);
  });
});

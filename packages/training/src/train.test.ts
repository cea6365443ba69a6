import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '@mien/compute';
import { NonFiniteLossError, ResumeMismatchError, WriteFailedError } from '@mien/core';
import { buildModel, readWeights } from '@mien/model-zoo';
import { memory } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { trainingSchema } from './configuration.js';
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
    const withoutTime = (entries: typeof history) => entries.map((entry) => ({ ...entry, seconds: 0 }));
    expect(withoutTime(result.history)).toEqual(withoutTime(history));
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
    const wild = { ...configuration, learningRate: { schedule: 'constant', initial: 1e30 } as const };
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

  test('no samples is an error that names the part', async () => {
    await expect(train(run({ validation: source([]) }))).rejects.toThrow(/validation/);
  });
});

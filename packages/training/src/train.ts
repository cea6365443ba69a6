import { join } from 'node:path';
import { InvalidDataError, NonFiniteLossError, ResumeMismatchError } from '@mien/core';
import { type NamedWeights, readWeights, writeWeights } from '@mien/model-zoo';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type BatchSource, epochBatches, fillBatch } from './batches.js';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.js';
import type { TrainingConfiguration } from './configuration.js';
import { bestEpoch, type EpochResult, type History } from './history.js';
import { predictSet, scorePredictions } from './predict.js';
import { learningRateAt } from './schedules/learning-rate.js';
import { TrainingStep } from './training-step.js';

export interface TrainArguments {
  /** Ends in a softmax over the classes; on return it holds the weights of the best epoch. */
  readonly model: LayersModel;
  readonly train: BatchSource;
  readonly validation: BatchSource;
  readonly configuration: TrainingConfiguration;
  readonly seed: number;
  /** Where `last.safetensors` and `best.safetensors` are kept. */
  readonly checkpointDirectory: string;
  /** Identifies configuration, data, code and engine: a checkpoint of another key is not resumed. */
  readonly runKey: string;
  readonly resume?: boolean;
  /** After each step. */
  readonly onStep?: (progress: { epoch: number; step: number; steps: number; loss: number; accuracy: number }) => void;
  /** After each epoch, when its checkpoint is on disk. */
  readonly onEpoch?: (result: EpochResult, history: History) => void | Promise<void>;
}

export interface TrainResult {
  readonly history: History;
  readonly best: EpochResult;
}

/**
 * Trains a model, epoch by epoch, and leaves it with the weights of the epoch with the best validation accuracy.
 * A run that is killed and resumed ends with the same weights as one that is not: every random choice hangs on seed, epoch and sample,
 * and a checkpoint holds the exact state.
 * @throws {NonFiniteLossError} when the loss stops being a number; the last checkpoint is from before.
 * @throws {ResumeMismatchError} when the checkpoint belongs to another run.
 * @throws {WriteFailedError} when a checkpoint cannot be written; the one before stays whole.
 */
export async function train(run: TrainArguments): Promise<TrainResult> {
  const { model, configuration } = run;
  requireSamples(run.train, 'training');
  requireSamples(run.validation, 'validation');
  const paths = {
    last: join(run.checkpointDirectory, 'last.safetensors'),
    best: join(run.checkpointDirectory, 'best.safetensors'),
  };
  const step = new TrainingStep(model, configuration);
  try {
    let history = run.resume ? await resume(run, step, paths.last) : [];
    while (!isFinished(configuration, history)) {
      const result = await trainEpoch(run, step, history.length);
      history = [...history, result];
      const weights = await readWeights(model);
      const checkpoint = { weights, optimizer: await step.optimizer.state(), history, runKey: run.runKey };
      // Best first: killed between the two, the epoch is repeated and writes the same again.
      if (bestEpoch(history) === result) await saveCheckpoint(paths.best, checkpoint);
      await saveCheckpoint(paths.last, checkpoint);
      await run.onEpoch?.(result, history);
    }
    writeWeights(model, await bestWeights(paths.best));
    return { history, best: bestEpoch(history) as EpochResult };
  } finally {
    step.dispose();
  }
}

/** @param epoch counted from 0; in the history, as people do, from 1. */
async function trainEpoch(run: TrainArguments, step: TrainingStep, epoch: number): Promise<EpochResult> {
  const { configuration, seed } = run;
  const { height, width, channels } = run.train.set;
  const started = performance.now();
  const batches = epochBatches(run.train.indices, configuration.batchSize, seed, epoch);
  let lossSum = 0;
  let right = 0;
  let seen = 0;
  let learningRate = 0;
  for (const [index, chosen] of batches.entries()) {
    // The rate of a step is that at its end, so that a warm-up does not begin with a step of rate 0.
    learningRate = learningRateAt(
      configuration.learningRate,
      epoch + (index + 1) / batches.length,
      configuration.epochs,
    );
    const batch = fillBatch(run.train, chosen, { options: configuration.augmentation, seed, epoch });
    const result = await step.run(batch, [height, width, channels], learningRate);
    if (!Number.isFinite(result.loss)) {
      throw new NonFiniteLossError({
        expected: 'a finite loss',
        found: `${result.loss} in step ${index + 1} of epoch ${epoch + 1}`,
        fix: 'lower the learning rate and resume, or start anew',
        details: { epoch, step: index, learningRate },
      });
    }
    lossSum += result.loss * batch.size;
    right += result.right;
    seen += batch.size;
    run.onStep?.({
      epoch: epoch + 1,
      step: index + 1,
      steps: batches.length,
      loss: lossSum / seen,
      accuracy: right / seen,
    });
  }
  const validation = scorePredictions(await predictSet(run.model, run.validation));
  return {
    epoch: epoch + 1,
    trainLoss: lossSum / seen,
    trainAccuracy: right / seen,
    validationLoss: validation.loss,
    validationAccuracy: validation.accuracy,
    learningRate,
    seconds: (performance.now() - started) / 1000,
  };
}

async function resume({ model, runKey }: TrainArguments, step: TrainingStep, path: string): Promise<History> {
  const checkpoint = await loadCheckpoint(path);
  if (!checkpoint) return [];
  if (checkpoint.runKey !== runKey) {
    throw new ResumeMismatchError({
      expected: 'to resume with the configuration, data and engine that the run was started with',
      found: 'others',
      fix: 'undo the change, or start a new run without --resume',
      details: { path, saved: checkpoint.runKey, current: runKey },
    });
  }
  writeWeights(model, checkpoint.weights);
  step.optimizer.restore(checkpoint.optimizer);
  return checkpoint.history;
}

function isFinished({ epochs, earlyStopping }: TrainingConfiguration, history: History): boolean {
  if (history.length >= epochs) return true;
  const best = bestEpoch(history);
  return Boolean(earlyStopping && best && history.length - best.epoch >= earlyStopping.patience);
}

async function bestWeights(path: string): Promise<NamedWeights> {
  const checkpoint = await loadCheckpoint(path);
  if (checkpoint) return checkpoint.weights;
  throw new InvalidDataError({ expected: `the best epoch in ${path}`, found: 'no file', fix: 'start the run anew' });
}

function requireSamples({ indices }: BatchSource, part: string): void {
  if (indices.length > 0) return;
  throw new InvalidDataError({
    expected: `at least one ${part} sample`,
    found: 'none',
    fix: 'check the split protocol against what the data set has',
    details: { part },
  });
}

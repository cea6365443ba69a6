import { join } from 'node:path';
import { InvalidConfigurationError, InvalidDataError, NonFiniteLossError, ResumeMismatchError } from '@mien/core';
import { type LossHead, type NamedWeights, readWeights, writeWeights } from '@mien/model-zoo';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { measureBatchStatistics } from './averaging/batch-statistics.js';
import { type BatchLoader, createBatchLoader } from './batch-loader.js';
import { epochBatches, fillBatch } from './batches.js';
import { checkParts } from './check-parts.js';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.js';
import { needsValidation, type TrainingConfiguration } from './configuration.js';
import { bestEpoch, type EpochResult, type History } from './history.js';
import { assertNoLeaks } from './leak-guard.js';
import type { Teacher } from './loss/distillation.js';
import { resolveClassWeights } from './loss/targets.js';
import { predictSet, scorePredictions } from './predict.js';
import { learningRateAt } from './schedules/learning-rate.js';
import { createInputs, type TrainingSource } from './source.js';
import { TrainingStep } from './training-step.js';

export interface TrainArguments {
  /** Ends in a softmax over the classes (of several outputs the first counts); on return it holds the weights of the best epoch. */
  readonly model: LayersModel;
  readonly train: TrainingSource;
  /** Held back; a configuration that chooses by nothing (`needsValidation`) does without. */
  readonly validation?: TrainingSource;
  readonly configuration: TrainingConfiguration;
  readonly seed: number;
  /** Where `last.safetensors` and `best.safetensors` are kept. */
  readonly checkpointDirectory: string;
  /** Identifies configuration, data, code and engine: a checkpoint of another key is not resumed. */
  readonly runKey: string;
  readonly resume?: boolean;
  /** Layers of logits whose losses are added up, such as `getLossHeads` gives them; default: the first output's. */
  readonly heads?: readonly LossHead[];
  /** Models to learn from; with `distillation` in the configuration. */
  readonly teachers?: readonly Teacher[];
  /** Train although pictures of validation stand in training too. Default: that is refused. */
  readonly allowLeaks?: boolean;
  /** Threads that augment ahead of the step; default: see `createBatchLoader`. */
  readonly threads?: number;
  /** After each step. */
  readonly onStep?: (progress: { epoch: number; step: number; steps: number; loss: number; accuracy: number }) => void;
  /** After each epoch, when its checkpoint is on disk. */
  readonly onEpoch?: (result: EpochResult, history: History) => void | Promise<void>;
}

export interface TrainResult {
  readonly history: History;
  /** The epoch whose weights the model has now. */
  readonly best: EpochResult;
}

/**
 * Trains a model, epoch by epoch, and leaves it with the weights of the best epoch (`keepBest`).
 * A run that is killed and resumed ends with the same weights as one that is not: every random choice hangs on seed, epoch and sample,
 * and a checkpoint holds the exact state.
 * @throws {InvalidDataError} when there is nothing to learn, a validated class is not trained on, or a picture is in both parts.
 * @throws {InvalidConfigurationError} when the configuration chooses by a validation part and there is none, or has a distillation without
 * teachers, or there are teachers without one.
 * @throws {NonFiniteLossError} when the loss stops being a number; the last checkpoint is from before.
 * @throws {ResumeMismatchError} when the checkpoint belongs to another run.
 * @throws {WriteFailedError} when a checkpoint cannot be written; the one before stays whole.
 */
export async function train(run: TrainArguments): Promise<TrainResult> {
  const { model, configuration, validation } = run;
  requireTeachers(run);
  if (!validation && needsValidation(configuration)) {
    throw new InvalidConfigurationError({
      expected: 'validation samples, which the epoch that is kept, the early end or the learning rate hangs on',
      found: 'none',
      fix: 'hold some back, or train with keepBest: none, without earlyStopping and without the schedule reduce-on-plateau',
    });
  }
  checkParts(run.train, validation ? { validation } : {});
  if (validation && !run.allowLeaks) assertNoLeaks(run.train, [validation]);
  const paths = {
    last: join(run.checkpointDirectory, 'last.safetensors'),
    best: join(run.checkpointDirectory, 'best.safetensors'),
  };
  const classes = model.outputs[0].shape[1] as number;
  const source = withLabels(run.train, configuration.labels, classes);
  const { batchSize, augmentation } = configuration;
  const loader = createBatchLoader(source, { batchSize, augmentation, seed: run.seed, threads: run.threads });
  const step = new TrainingStep(model, {
    configuration,
    heads: run.heads,
    classWeights: resolveClassWeights(configuration.classWeights, source, classes),
    teachers: run.teachers,
    range: source.range,
  });
  try {
    let history = run.resume ? await resume(run, step, paths.last) : [];
    while (!isFinished(configuration, history)) {
      const trained = await trainEpoch(run, step, loader, history);
      const { figures, evaluated, weights } = await evaluateEpoch({ ...run, train: source }, step, history.length);
      const result = { ...trained, ...figures, seconds: (performance.now() - trained.started) / 1000 };
      const { started: _, ...entry } = result;
      history = [...history, entry];
      const [optimizer, average] = await Promise.all([step.optimizer.state(), step.average?.state()]);
      const checkpoint = { optimizer, average, history, runKey: run.runKey };
      // Best first: killed between the two, the epoch is repeated and writes the same again.
      if (bestEpoch(history, configuration.keepBest) === entry) {
        await saveCheckpoint(paths.best, { ...checkpoint, weights: evaluated });
      }
      await saveCheckpoint(paths.last, { ...checkpoint, weights });
      await run.onEpoch?.(entry, history);
    }
    writeWeights(model, await bestWeights(paths.best));
    return { history, best: bestEpoch(history, configuration.keepBest) as EpochResult };
  } finally {
    await loader.close();
    step.dispose();
  }
}

function requireTeachers({ configuration: { distillation }, teachers = [] }: TrainArguments): void {
  if ((distillation !== undefined) === teachers.length > 0) return;
  throw new InvalidConfigurationError({
    expected: 'distillation in the configuration where there are teachers, and only there',
    found: distillation ? 'distillation, and no teacher' : `${teachers.length} teacher(s), and no distillation`,
    fix: distillation ? 'give teachers, or leave distillation out' : 'add distillation, or leave the teachers out',
  });
}

function withLabels(source: TrainingSource, labels: TrainingConfiguration['labels'], classes: number): TrainingSource {
  if (labels === 'distributions') return { ...source, classes };
  return { ...source, classes, set: { ...source.set, labelDistributions: undefined } };
}

type TrainedEpoch = Pick<EpochResult, 'epoch' | 'trainLoss' | 'trainAccuracy' | 'learningRate' | 'waited'> & {
  started: number;
};

/** One pass over the training samples. Epochs count from 0 here; in the history, as people do, from 1. */
async function trainEpoch(
  run: TrainArguments,
  step: TrainingStep,
  loader: BatchLoader,
  history: History,
): Promise<TrainedEpoch> {
  const { configuration, model, train: source } = run;
  const epoch = history.length;
  const started = performance.now();
  const waitedBefore = loader.waited;
  // The loader's own order: what else a sample has is looked up by it.
  const rows = epochBatches(source.indices, configuration.batchSize, run.seed, epoch);
  const steps = rows.length;
  let index = 0;
  let lossSum = 0;
  let right = 0;
  let seen = 0;
  let learningRate = 0;
  for await (const batch of loader.epoch(epoch)) {
    // The rate of a step is that at its end, so that a warm-up does not begin with a step of rate 0.
    learningRate = rateAt(configuration, epoch + (index + 1) / steps, history);
    const inputs = () => createInputs(model, source, batch.pictures, rows[index]);
    const result = await step.run(batch, inputs, learningRate);
    requireFinite(result.loss, `step ${index + 1} of epoch ${epoch + 1}`, { epoch, step: index, learningRate });
    lossSum += result.loss * batch.size;
    right += result.right;
    seen += batch.size;
    index += 1;
    run.onStep?.({ epoch: epoch + 1, step: index, steps, loss: lossSum / seen, accuracy: right / seen });
  }
  const waited = (loader.waited - waitedBefore) / (performance.now() - started);
  return { epoch: epoch + 1, trainLoss: lossSum / seen, trainAccuracy: right / seen, learningRate, waited, started };
}

/** The schedule's rate, or that of stochastic weight averaging once it has begun. */
function rateAt(
  { learningRate, averaging, epochs }: TrainingConfiguration,
  progress: number,
  history: History,
): number {
  const isAveraged = averaging?.type === 'swa' && history.length + 1 >= averaging.startEpoch;
  if (isAveraged && averaging.learningRate !== undefined) return averaging.learningRate;
  return learningRateAt(learningRate, progress, epochs, history);
}

/** Validation, with the averaged weights where there are some; the model goes on with its own. */
async function evaluateEpoch(
  run: TrainArguments,
  step: TrainingStep,
  epoch: number,
): Promise<{
  figures: Pick<EpochResult, 'validationLoss' | 'validationAccuracy'>;
  evaluated: NamedWeights;
  weights: NamedWeights;
}> {
  const { model, configuration, validation } = run;
  const { averaging } = configuration;
  const weights = await readWeights(model);
  if (averaging?.type === 'swa' && epoch + 1 >= averaging.startEpoch) step.average?.add();
  const isAveraged = step.average !== undefined && step.average.count > 0;
  if (isAveraged) {
    step.average.write();
    if (averaging?.type === 'swa') await measureStatistics(run, epoch, averaging.statisticsBatches);
  }
  const scores = validation && scorePredictions(await predictSet(model, validation));
  if (scores) requireFinite(scores.loss, `validation after epoch ${epoch + 1}`, { epoch });
  const evaluated = isAveraged ? await readWeights(model) : weights;
  if (isAveraged) writeWeights(model, weights);
  const figures = scores ? { validationLoss: scores.loss, validationAccuracy: scores.accuracy } : {};
  return { figures, evaluated, weights };
}

async function measureStatistics(
  { model, train: source, configuration, seed }: TrainArguments,
  epoch: number,
  count: number,
): Promise<void> {
  const batches = epochBatches(source.indices, configuration.batchSize, seed, epoch).slice(0, count);
  const augmentation = { options: configuration.augmentation, seed, epoch };
  await measureBatchStatistics(model, batches.length, (index) =>
    createInputs(model, source, fillBatch(source, batches[index], augmentation).pictures, batches[index]),
  );
}

function requireFinite(loss: number, place: string, details: Readonly<Record<string, number>>): void {
  if (Number.isFinite(loss)) return;
  throw new NonFiniteLossError({
    expected: 'a finite loss',
    found: `${loss} in ${place}`,
    fix: 'lower the learning rate or clip the gradient (clipNorm), and start anew',
    details,
  });
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
  step.average?.restore(checkpoint.average ?? {});
  return checkpoint.history;
}

function isFinished({ epochs, earlyStopping, keepBest }: TrainingConfiguration, history: History): boolean {
  if (history.length >= epochs) return true;
  const best = bestEpoch(history, keepBest === 'none' ? 'validationLoss' : keepBest);
  return Boolean(earlyStopping && best && history.length - best.epoch >= earlyStopping.patience);
}

async function bestWeights(path: string): Promise<NamedWeights> {
  const checkpoint = await loadCheckpoint(path);
  if (checkpoint) return checkpoint.weights;
  throw new InvalidDataError({ expected: `the best epoch in ${path}`, found: 'no file', fix: 'start the run anew' });
}

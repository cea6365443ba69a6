import { join } from 'node:path';
import { createRandom, type Emotion, InvalidBundleError } from '@mien/core';
import { buildBundleModel, buildModel, getLossHeads, readBundle, resolveBundle } from '@mien/model-zoo';
import type { TensorSet } from '@mien/preprocessing/node';
import {
  describeTransfer,
  type EpochResult,
  freezeAllBut,
  halveSource,
  type RecipeContext,
  type RecipeResult,
  type Stage,
  type Teacher,
  type TrainingConfiguration,
  trainBornAgain,
  trainJointly,
  trainLastStage,
  trainProgressive,
  trainTwoStage,
} from '@mien/training';
import type { Experiment } from '../configuration/experiment.js';
import type { Recipe } from '../configuration/recipe.js';
import { writeTensorBoard } from '../history/tensorboard.js';
import { formatDuration, Progress } from '../progress.js';
import type { HistoryExports } from './export-history.js';
import { inputShapeOf } from './input-shape.js';
import { writeHistory } from './run-folder.js';
import { type RunSet, sourceOf } from './run-set.js';

export interface RecipeArguments {
  readonly experiment: Experiment;
  readonly runKey: string;
  /** Where checkpoints and histories go. */
  readonly directory: string;
  /** Where the first of two stages is kept, which all folds share. */
  readonly shared: string;
  readonly data: RunSet;
  /** For `two-stage`. */
  readonly first?: RunSet;
  readonly resume: boolean;
  readonly title: string;
  readonly startedAt: string;
  readonly exports?: HistoryExports;
}

/** Trains by the experiment's recipe; the model has the weights of the last stage's best epoch. */
export async function trainRecipe(run: RecipeArguments): Promise<RecipeResult> {
  const { experiment, directory, data, first } = run;
  const { recipe } = experiment;
  const teachers = await loadTeachers(experiment, data.set);
  try {
    const stage: Stage = { ...createStage(experiment, data, nameOfLastStage(experiment, data)), teachers };
    const start = await loadStart(experiment);
    if (recipe === undefined) {
      const { model, ...trained } = await trainLastStage(createContext(run, directory, stage), stage, start);
      return { model, stages: [trained] };
    }
    const context = createContext(run, join(directory, 'checkpoints'), stage);
    if (recipe.type === 'two-stage') {
      const before: Stage = {
        ...createStage(experiment, first as RunSet, 'first'),
        configuration: recipe.first.training,
        allowLeaks: recipe.first.leaks === 'allow',
      };
      return await trainTwoStage({ ...context, sharedDirectory: run.shared }, before, stage);
    }
    if (recipe.type === 'joint-fine-tune') return await trainJoint(run, context, stage, recipe);
    if (recipe.type === 'born-again') {
      return await trainBornAgain(context, createTeachers(experiment, data, recipe), stage, start);
    }
    const stages = [stage];
    for (let halving = 0; halving < recipe.halvings; halving++) stages.unshift(halve(stages[0], experiment));
    const smaller = { configuration: recipe.smaller ?? fromLabelsAlone(stage.configuration), teachers: [] };
    const named = stages.map((own, index) => ({
      ...own,
      ...(index < stages.length - 1 && smaller),
      name: `${own.train.set.width}`,
    }));
    return await trainProgressive(context, named);
  } finally {
    for (const { model } of teachers) model.dispose();
  }
}

/** Stages are told apart by their names, in folders and files too. */
function nameOfLastStage({ recipe, model }: Experiment, { set }: RunSet): string {
  if (recipe === undefined) return 'checkpoints';
  return {
    'two-stage': 'second',
    progressive: `${set.width}`,
    'joint-fine-tune': model.architecture,
    'born-again': 'student',
  }[recipe.type];
}

/** The parts by themselves, then the whole, of which only the last layers learn. */
function trainJoint(
  { experiment, data }: RecipeArguments,
  context: RecipeContext,
  joint: Stage,
  { parts, layers }: Extract<Recipe, { type: 'joint-fine-tune' }>,
): Promise<RecipeResult> {
  const stages = parts.map(({ architecture, options, training }) => {
    const model = { ...experiment.model, architecture, options };
    const own = createStage({ ...experiment, model }, data, architecture);
    return { ...own, configuration: training ?? fromLabelsAlone(own.configuration) };
  });
  const configuration = { ...joint.configuration, layerRates: freezeAllBut(layers) };
  return trainJointly(context, stages, { ...joint, configuration });
}

/** Trained as the experiment's own network, but from the labels alone and from other seeds. */
function createTeachers(
  experiment: Experiment,
  data: RunSet,
  { teachers, training }: Extract<Recipe, { type: 'born-again' }>,
): Stage[] {
  const configuration = training ?? fromLabelsAlone(experiment.training as TrainingConfiguration);
  return Array.from({ length: teachers }, (_, index) => {
    const seed = createRandom(experiment.seed, 'teacher', index).integer(0, 2 ** 31 - 1);
    const own = createStage({ ...experiment, seed }, data, `teacher-${index + 1}`);
    return { ...own, seed, configuration };
  });
}

/** Teachers teach the last training alone. */
function fromLabelsAlone(configuration: TrainingConfiguration): TrainingConfiguration {
  return { ...configuration, distillation: undefined };
}

function createStage({ model, seed, training, leaks }: Experiment, data: RunSet, name: string): Stage {
  const labels = data.set.index.labels;
  const source = (indices: readonly number[]) => sourceOf(data, indices, { labels, range: model.range });
  return {
    name,
    labels,
    build: () => build(model, data, labels, seed),
    train: source(data.parts.train),
    validation: data.parts.validation.length > 0 ? source(data.parts.validation) : undefined,
    // `checkModel` has seen to it.
    configuration: training as TrainingConfiguration,
    heads: getLossHeads({ id: model.architecture, options: model.options }),
    allowLeaks: leaks === 'allow',
  };
}

function halve(stage: Stage, { model, seed }: Experiment): Stage {
  const train = halveSource(stage.train);
  // Both parts are of one set.
  const validation = stage.validation && { ...stage.validation, set: train.set };
  return { ...stage, train, validation, build: () => build(model, train, stage.labels, seed) };
}

function build(
  { architecture, options }: Experiment['model'],
  data: Pick<RunSet, 'set'>,
  labels: readonly Emotion[],
  seed: number,
) {
  const input = inputShapeOf({ architecture, options }, data);
  return buildModel({ id: architecture, options, input, classes: labels.length, seed });
}

async function loadStart({ model: { startFrom } }: Experiment) {
  if (!startFrom) return [];
  const { card, weights } = await readBundle(await resolveBundle(startFrom));
  return [{ weights, labels: card.labels }];
}

async function loadTeachers({ teachers }: Experiment, { index }: TensorSet): Promise<Teacher[]> {
  const loaded: Teacher[] = [];
  for (const name of teachers) {
    const bundle = await readBundle(await resolveBundle(name));
    const { labels, input } = bundle.card;
    const missing = index.labels.filter((label) => !labels.includes(label));
    if (missing.length > 0) {
      throw new InvalidBundleError({
        expected: `a teacher that knows the data set's classes: ${index.labels.join(', ')}`,
        found: `no ${missing.join(', ')} in ${name}`,
        fix: 'use a teacher of the same classes',
        details: { name, missing },
      });
    }
    const classOf = index.labels.map((label) => labels.indexOf(label));
    loaded.push({ model: buildBundleModel(bundle), range: input.range, classOf });
  }
  return loaded;
}

/** What all stages share: seeds, folders, and progress on stderr. */
function createContext(run: RecipeArguments, checkpointDirectory: string, last: Stage): RecipeContext {
  const { experiment, directory, runKey, resume, title } = run;
  let progress: Progress | undefined;
  const nameOf = ({ name }: Stage) => [title, experiment.recipe && `stage ${name}`].filter(Boolean).join(', ');
  return {
    seed: experiment.seed,
    runKey,
    resume,
    checkpointDirectory,
    onTransfer: (_, result) => process.stderr.write(`start: ${describeTransfer(result)}\n`),
    onStep: (stage, { epoch, step, steps, loss, accuracy }) => {
      const { epochs } = stage.configuration;
      const name = nameOf(stage);
      progress ??= new Progress(name ? `training, ${name}` : 'training', (epoch - 1) * steps);
      const note = `epoch ${epoch}/${epochs}, loss ${loss.toFixed(3)}, accuracy ${(100 * accuracy).toFixed(1)} %`;
      progress.update((epoch - 1) * steps + step, epochs * steps, note);
      // Resumed and ended early, or done: the next stage has a bar of its own.
      if (epoch === epochs && step === steps) {
        progress.end();
        progress = undefined;
      }
    },
    onEpoch: async (stage, result, history) => {
      const isLast = stage.name === last.name;
      await writeHistory(directory, history, isLast ? undefined : stage.name);
      if (isLast && run.exports?.tensorboard) await writeTensorBoard(directory, history, new Date(run.startedAt));
      const name = nameOf(stage);
      const line =
        `${name && `${name}, `}epoch ${result.epoch}/${stage.configuration.epochs}: loss ${result.trainLoss.toFixed(4)}, ` +
        `accuracy ${percent(result.trainAccuracy)}; ${describeValidation(result)}${formatDuration(result.seconds)}, ` +
        `waited for data ${percent(result.waited ?? 0)}`;
      process.stderr.write(progress ? '' : `${line}\n`);
      progress?.log(line);
    },
  };
}

function describeValidation({ validationLoss, validationAccuracy }: EpochResult): string {
  if (validationLoss === undefined || validationAccuracy === undefined) return '';
  return `validation loss ${validationLoss.toFixed(4)}, accuracy ${percent(validationAccuracy)}; `;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

import { join } from 'node:path';
import { type StartedEngine, startEngine } from '@mien/compute';
import { InvalidDataError, MienError } from '@mien/core';
import { writeFileAtomically } from '@mien/core/node';
import type { SplitIndices } from '@mien/datasets';
import type { ReportEvaluation } from '@mien/metrics';
import { parsePipeline } from '@mien/preprocessing';
import type { TensorSet } from '@mien/preprocessing/node';
import { needsValidation } from '@mien/training';
import { type DatasetFolder, findDatasetFolder, readPictureSets } from '../configuration/dataset-definition.js';
import type { Experiment } from '../configuration/experiment.js';
import { photoPipeline } from '../data.js';
import { loadModelInputs, type ModelInputs } from '../inputs/model-inputs.js';
import { checkModel } from './check-model.js';
import { choosesByValidation } from './chooses-by-validation.js';
import { summariseFolds } from './cross-validation.js';
import { describeEnvironment } from './environment.js';
import type { HistoryExports } from './export-history.js';
import { withExperimentPipeline, withInputSize } from './input-size.js';
import { readLineage } from './lineage.js';
import { finalMember, listMembers, type Member } from './members.js';
import { createRunFolder, latestRunFolder } from './run-folder.js';
import {
  assertSameRun,
  createDataKey,
  createRunKey,
  RUN_RECORD_FILE,
  type RunRecord,
  readRunRecord,
} from './run-record.js';
import { type RunSet, splitSet } from './run-set.js';
import { assertUnseen, type EarlierTraining } from './seen-before.js';
import { type FoldResult, trainFold } from './train-fold.js';

export interface RunOptions {
  /** The folder that runs are kept in. */
  readonly runs: string;
  readonly resume: boolean;
  /** What was typed, for the report. */
  readonly command: string;
  readonly exports?: HistoryExports;
}

export interface RunResult {
  readonly directory: string;
  readonly folds: readonly FoldResult[];
  /** What each of them is, such as `fold 2 of 5`; empty for a run of one. */
  readonly titles: readonly string[];
  /** The page to open. */
  readonly report: string;
  /** Of several seeds: the mean of their answers to each picture. */
  readonly ensemble?: ReportEvaluation;
  /** The bundle to use, of an experiment with `finalModel`. */
  readonly finalModel?: string;
}

/**
 * Runs an experiment: data, split, training, evaluation, bundle, report; once for every fold with `crossValidation`, and for every one of `seeds`.
 */
export async function runExperiment(experiment: Experiment, options: RunOptions): Promise<RunResult> {
  const folder = withExperimentPipeline(await findDatasetFolder(experiment.dataset), experiment);
  checkModel(experiment);
  const isChanged = experiment.pipeline !== undefined || experiment.input !== undefined;
  const inputs = await loadInputs(folder, experiment, isChanged);
  const { set } = inputs;
  const shares = await readPictureSets(folder);
  // Before anything is written: a split that the data cannot give leaves no empty run behind.
  const { leaks } = experiment;
  const isChosen = choosesByValidation(experiment);
  const withData = (member: Member) => ({
    ...member,
    data: inMember(member.title, () =>
      splitSet(inputs, { split: member.split, leaks, needsValidation: isChosen, shares }),
    ),
  });
  const members = listMembers(experiment, set.samples).map(withData);
  for (const { data, title } of members) inMember(title, () => requireMeasured(data.parts));
  const final = experiment.finalModel ? withData(finalMember(experiment)) : undefined;
  const first = await loadFirstStage(experiment, set);
  const lineage = await readLineage(experiment);
  const earlier = [...lineage.cards, ...firstTraining(experiment, first)];
  for (const { data, split, title } of [...members, ...(final ? [final] : [])]) {
    inMember(title, () => assertUnseen(earlier, data, { split, leaks }));
  }
  const engine = await startEngine({ engine: experiment.engine, forTraining: true });
  process.stderr.write(`engine: ${engine.name}, on ${engine.runtime}; ${engine.reason}\n`);
  const dataKey = [...(first ? [first.set] : []), set].map(createDataKey).join(',');
  const { directory, record } = await openRun(experiment, dataKey, engine, options);
  const train = (member: Member & { readonly data: RunSet }, crossValidated?: ReportEvaluation) =>
    trainFold({
      directory: join(directory, member.folder),
      shared: join(directory, 'first-stage', `seed-${member.seed}`),
      record: { ...record, seed: member.seed, experiment: { ...experiment, split: member.split, seed: member.seed } },
      data: member.data,
      first,
      lineage,
      earlier,
      pipeline: photoPipeline(folder),
      resume: options.resume,
      title: member.title,
      crossValidated,
      command: options.command,
      exports: options.exports,
    });
  const folds: FoldResult[] = [];
  for (const member of members) folds.push(await train(member));
  const titles = members.map(({ title }) => title);
  if (folds.length === 1) return { directory, folds, titles, report: folds[0].report };
  const { page, pooled, ensemble } = await summariseFolds({ directory, record, folds, titles, ...options });
  const finalModel = final && (await train(final, pooled)).model;
  return { directory, folds, titles, report: page, ensemble, finalModel };
}

/** A final model alone may be measured by nothing but the folds before it. */
function requireMeasured({ validation, test }: SplitIndices): void {
  if (validation.length + test.length > 0) return;
  throw new InvalidDataError({
    expected: 'validation or test samples to measure the model on',
    found: 'training samples alone',
    fix: 'use a protocol that has one of them, or crossValidation with finalModel',
  });
}

/** Says in which of several trainings the data are wrong. */
function inMember<Result>(title: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (title === '' || !MienError.isInstance(error)) throw error;
    const { expected, found, fix, details } = error;
    throw new InvalidDataError({ expected, found: `${found} (${title})`, fix, details, cause: error });
  }
}

/** @param isChanged whether the pipeline is another than the data set's own, whose tensors are kept apart. */
function loadInputs(folder: DatasetFolder, { model }: Experiment, isChanged: boolean): Promise<ModelInputs> {
  const pipeline = isChanged ? parsePipeline(folder.definition.pipeline) : undefined;
  return loadModelInputs(folder, { id: model.architecture, options: model.options, pipeline });
}

/** The first stage's pictures, brought to the size of the second's. */
async function loadFirstStage(experiment: Experiment, { width, height }: TensorSet): Promise<RunSet | undefined> {
  const { recipe } = experiment;
  if (recipe?.type !== 'two-stage') return undefined;
  const { dataset, split, leaks, training } = recipe.first;
  const own = await findDatasetFolder(dataset);
  const folder = withInputSize(own, { width, height });
  const isSame = JSON.stringify(folder.definition.pipeline) === JSON.stringify(own.definition.pipeline);
  const options = { split, leaks, shares: await readPictureSets(own), needsValidation: needsValidation(training) };
  return splitSet(await loadInputs(folder, experiment, !isSame), options);
}

/** The first of two stages, as a training that comes before. */
function firstTraining({ recipe }: Experiment, first: RunSet | undefined): EarlierTraining[] {
  if (recipe?.type !== 'two-stage' || !first) return [];
  return [{ name: 'the first stage', training: { datasets: [...first.pictureSets.train], split: recipe.first.split } }];
}

async function openRun(
  experiment: Experiment,
  dataKey: string,
  engine: StartedEngine,
  { runs, resume }: RunOptions,
): Promise<{ directory: string; record: RunRecord }> {
  const environment = await describeEnvironment(engine);
  const describe = (startedAt: string): RunRecord => {
    const record = { experiment, seed: experiment.seed, dataKey, startedAt, environment };
    return { ...record, runKey: createRunKey(record) };
  };
  if (resume) {
    const directory = await latestRunFolder(runs, experiment);
    const started = await readRunRecord(directory);
    const record = describe(started.startedAt);
    assertSameRun(directory, started, record);
    return { directory, record };
  }
  const directory = await createRunFolder(runs, experiment);
  const record = describe(new Date().toISOString());
  await writeFileAtomically(join(directory, RUN_RECORD_FILE), `${JSON.stringify(record, null, 2)}\n`);
  return { directory, record };
}

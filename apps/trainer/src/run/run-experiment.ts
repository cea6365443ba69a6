import { join } from 'node:path';
import { type StartedEngine, startEngine } from '@mien/compute';
import { writeFileAtomically } from '@mien/core/node';
import { assignSplits, expandFolds, type SplitProtocol } from '@mien/datasets';
import type { TensorSet } from '@mien/preprocessing/node';
import { findDatasetFolder } from '../configuration/dataset-definition.js';
import type { Experiment } from '../configuration/experiment.js';
import { readYamlFile } from '../configuration/yaml-file.js';
import { loadFolderTensors, photoPipeline } from '../data.js';
import { summariseFolds } from './cross-validation.js';
import { dropTensorLeaks } from './drop-tensor-leaks.js';
import { describeEnvironment } from './environment.js';
import { createRunFolder, createRunKey, latestRunFolder, type RunRecord } from './run-folder.js';
import { type FoldResult, trainFold } from './train-fold.js';

export interface RunOptions {
  /** The folder that runs are kept in. */
  readonly runs: string;
  readonly resume: boolean;
  /** What was typed, for the report. */
  readonly command: string;
}

export interface RunResult {
  readonly directory: string;
  readonly folds: readonly FoldResult[];
  /** The page to open. */
  readonly report: string;
}

/** Runs an experiment: data, split, training, evaluation, bundle, report; for every fold with `crossValidation`. */
export async function runExperiment(experiment: Experiment, options: RunOptions): Promise<RunResult> {
  const folder = await findDatasetFolder(experiment.dataset);
  const set = await loadFolderTensors(folder);
  const protocols: SplitProtocol[] = experiment.crossValidation
    ? expandFolds(set.samples, experiment.split)
    : [experiment.split];
  // Before anything is written: a split that the data cannot give leaves no empty run behind.
  const splits = protocols.map((split) => {
    const parts = assignSplits(set.samples, split, { require: ['train', 'validation'] });
    return { split, parts: experiment.dropLeaks ? dropTensorLeaks(parts, set) : parts };
  });
  const engine = await startEngine({ engine: experiment.engine, forTraining: true });
  process.stderr.write(`engine: ${engine.name}, on ${engine.runtime}; ${engine.reason}\n`);
  const { directory, record } = await openRun(experiment, set, engine, options);
  const folds: FoldResult[] = [];
  for (const [index, { split, parts }] of splits.entries()) {
    const isFold = splits.length > 1;
    folds.push(
      await trainFold({
        directory: isFold ? join(directory, `fold-${index + 1}`) : directory,
        record: { ...record, experiment: { ...experiment, split } },
        set,
        parts,
        pipeline: photoPipeline(folder),
        resume: options.resume,
        title: isFold ? `fold ${index + 1} of ${splits.length}` : '',
        command: options.command,
      }),
    );
  }
  const report = folds.length > 1 ? await summariseFolds(directory, record, folds, options.command) : folds[0].report;
  return { directory, folds, report };
}

async function openRun(
  experiment: Experiment,
  set: TensorSet,
  engine: StartedEngine,
  { runs, resume }: RunOptions,
): Promise<{ directory: string; record: RunRecord }> {
  const environment = await describeEnvironment(engine);
  const runKey = createRunKey(experiment, set.index.key, environment);
  if (resume) {
    const directory = await latestRunFolder(runs, experiment);
    const { startedAt } = (await readYamlFile(join(directory, 'run.json'))) as RunRecord;
    return {
      directory,
      record: { experiment, seed: experiment.seed, dataKey: set.index.key, runKey, startedAt, environment },
    };
  }
  const directory = await createRunFolder(runs, experiment);
  const startedAt = new Date().toISOString();
  const record = { experiment, seed: experiment.seed, dataKey: set.index.key, runKey, startedAt, environment };
  await writeFileAtomically(join(directory, 'run.json'), `${JSON.stringify(record, null, 2)}\n`);
  return { directory, record };
}

import { createHash } from 'node:crypto';
import { access, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MissingInputError, WriteFailedError } from '@mien/core';
import { describeSystemError, systemErrorCode, writeFileAtomically } from '@mien/core/node';
import type { History } from '@mien/training';
import type { Experiment } from '../configuration/experiment.js';
import type { Environment } from './environment.js';

/** `run.json` of a run folder. */
export interface RunRecord {
  readonly experiment: Experiment;
  readonly seed: number;
  /** The key of the tensors that were trained on: data, pipeline and format. */
  readonly dataKey: string;
  /** Configuration, data and engine in one digest; only a run of the same key is resumed. */
  readonly runKey: string;
  readonly startedAt: string;
  readonly environment: Environment;
}

/** A digest of what decides a run's result. The engine's version counts: another may round otherwise. */
export function createRunKey(
  experiment: Experiment,
  dataKey: string,
  engine: Pick<Environment, 'engine' | 'runtime'>,
): string {
  const parts = { experiment, dataKey, engine: engine.engine, runtime: engine.runtime };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Makes the folder of a new run: `<runs>/<experiment>/<time>-<seed>`, with a number behind it if another began in the same second. */
export async function createRunFolder(runs: string, experiment: Experiment, now = new Date()): Promise<string> {
  const parent = join(runs, experiment.name);
  const name = `${now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '')}-${experiment.seed}`;
  try {
    await mkdir(parent, { recursive: true });
    for (let attempt = 1; ; attempt++) {
      const directory = join(parent, attempt === 1 ? name : `${name}-${attempt}`);
      if (await makeNew(directory)) return directory;
    }
  } catch (error) {
    throw new WriteFailedError({
      expected: `to make a run folder in ${parent}`,
      found: describeSystemError(error),
      fix: 'choose another place with --runs',
      details: { parent },
      cause: error,
    });
  }
}

/** Whether the folder was made; not when it was there. */
async function makeNew(directory: string): Promise<boolean> {
  try {
    await mkdir(directory);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * The newest run of an experiment.
 * @throws {MissingInputError} when there is none to resume.
 */
export async function latestRunFolder(runs: string, experiment: Experiment): Promise<string> {
  const parent = join(runs, experiment.name);
  const names = await readdir(parent).catch(() => [] as string[]);
  for (const name of names.sort().reverse()) {
    const directory = join(parent, name);
    const whole = await access(join(directory, 'run.json')).then(
      () => true,
      () => false,
    );
    if (whole) return directory;
  }
  throw new MissingInputError({
    expected: `a run of "${experiment.name}" to resume`,
    found: `none in ${parent}`,
    fix: 'start one without --resume',
    details: { parent },
  });
}

/** Writes `history.jsonl`, of an earlier stage `history-<stage>.jsonl`: a line an epoch. */
export async function writeHistory(directory: string, history: History, stage?: string): Promise<void> {
  await writeFileAtomically(
    join(directory, stage === undefined ? 'history.jsonl' : `history-${stage}.jsonl`),
    history.map((entry) => `${JSON.stringify(entry)}\n`).join(''),
  );
}

import { createHash } from 'node:crypto';
import { access, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MissingInputError } from '@mien/core';
import { writeFileAtomically } from '@mien/core/node';
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

/** Makes the folder of a new run: `<runs>/<experiment>/<time>-<seed>`. */
export async function createRunFolder(runs: string, experiment: Experiment, now = new Date()): Promise<string> {
  const time = now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '');
  const directory = join(runs, experiment.name, `${time}-${experiment.seed}`);
  await mkdir(directory, { recursive: true });
  return directory;
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

/** Writes `history.jsonl`: a line an epoch. */
export async function writeHistory(directory: string, history: History): Promise<void> {
  await writeFileAtomically(
    join(directory, 'history.jsonl'),
    history.map((entry) => `${JSON.stringify(entry)}\n`).join(''),
  );
}

import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MissingInputError, WriteFailedError } from '@mien/core';
import { describeSystemError, systemErrorCode, writeFileAtomically } from '@mien/core/node';
import type { History } from '@mien/training';
import type { Experiment } from '../configuration/experiment.js';
import { exists } from '../exists.js';
import { RUN_RECORD_FILE } from './run-record.js';

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
  const newest = await newestRun(parent);
  if (newest !== undefined) return newest;
  throw new MissingInputError({
    expected: `a run of "${experiment.name}" to resume`,
    found: `none in ${parent}`,
    fix: 'start one without --resume',
    details: { parent },
  });
}

/** The newest of a folder's runs that was begun. */
export async function newestRun(parent: string): Promise<string | undefined> {
  const names = await readdir(parent).catch(() => [] as string[]);
  for (const name of names.sort().reverse()) {
    const directory = join(parent, name);
    if (await exists(join(directory, RUN_RECORD_FILE))) return directory;
  }
  return undefined;
}

/** Writes `history.jsonl`, of an earlier stage `history-<stage>.jsonl`: a line an epoch. */
export async function writeHistory(directory: string, history: History, stage?: string): Promise<void> {
  await writeFileAtomically(
    join(directory, stage === undefined ? 'history.jsonl' : `history-${stage}.jsonl`),
    history.map((entry) => `${JSON.stringify(entry)}\n`).join(''),
  );
}

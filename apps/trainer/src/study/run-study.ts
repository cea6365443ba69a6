import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { InvalidConfigurationError } from '@mien/core';
import { writeFileAtomically } from '@mien/core/node';
import { exists } from '../exists.js';
import { readRunResult } from '../results/run-result.js';
import { runExperiment } from '../run/run-experiment.js';
import { newestRun } from '../run/run-folder.js';
import { readRunRecord } from '../run/run-record.js';
import { listCells, type Study, type StudyCell } from './study.js';
import { renderStudy, type StudyResult } from './study-table.js';

/**
 * Trains every cell of a study that is not trained yet, and writes the table so far after each: `<runs>/<study>/result.json` and `table.md`.
 * Killed and started again, it goes on with the cell that it was in. @returns the folder.
 */
export async function runStudy(study: Study, { runs, command }: { runs: string; command: string }): Promise<string> {
  const directory = join(runs, study.name);
  const cells = listCells(study);
  const done: StudyResult['cells'][number][] = [];
  for (const [index, cell] of cells.entries()) {
    process.stderr.write(`${cell.experiment.name}, ${index + 1} of ${cells.length}\n`);
    const run = await trainCell(directory, cell, command);
    const { accuracy, interval, spread, macroF1, n, seconds } = await readRunResult(run);
    const { pipeline, network, set } = cell;
    done.push({ pipeline, network, set, n, accuracy, interval, spread, macroF1, seconds });
    const result: StudyResult = {
      name: study.name,
      summary: study.summary,
      command,
      planned: cells.length,
      cells: done,
    };
    await writeFileAtomically(join(directory, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
    await writeFileAtomically(join(directory, 'table.md'), renderStudy(result));
  }
  return directory;
}

/** Trains a cell, goes on with its newest run, or takes that as it is; a run of an earlier version of the study file does not count. */
async function trainCell(runs: string, { experiment }: StudyCell, command: string): Promise<string> {
  const newest = await newestRun(join(runs, experiment.name));
  const isSame = newest !== undefined && isDeepStrictEqual(await readExperimentOf(newest), toData(experiment));
  if (isSame && (await exists(join(newest, 'report', 'page.json')))) return newest;
  return (await runExperiment(experiment, { runs, resume: isSame, command })).directory;
}

/** `undefined` where another version wrote it, whose keys are others. */
async function readExperimentOf(run: string): Promise<unknown> {
  try {
    return toData((await readRunRecord(run)).experiment);
  } catch (error) {
    if (error instanceof InvalidConfigurationError) return undefined;
    throw error;
  }
}

/** As JSON has it: without what is absent. */
function toData(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

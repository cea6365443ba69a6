import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MissingInputError } from '@mien/core';
import { describeSystemError } from '@mien/core/node';
import type { ReportInput } from '@mien/metrics';
import type { Experiment } from '../configuration/experiment.js';
import { checkConfiguration } from '../configuration/yaml-file.js';
import { type Spread, spreadOf } from '../run/cross-validation.js';
import { describeProtocol } from '../run/describe-protocol.js';
import { type RunRecord, readRunRecord } from '../run/run-record.js';
import { accuracyOf, figuresOf, type MeasuredResult, machineOf, measuredResultSchema } from './measured-result.js';

/**
 * Reads what is worth keeping of a run folder.
 * @throws {MissingInputError} when the run is not finished.
 */
export async function readRunResult(run: string): Promise<MeasuredResult> {
  const { experiment, startedAt, environment } = await readRunRecord(run);
  const page = await readPage(run);
  const [headline, ...others] = page.evaluations;
  // `summariseFolds` puts what several seeds say together after the whole, then the single trainings.
  const ensemble = experiment.seeds ? others[0] : undefined;
  const trainings = Number(page.facts?.trainings ?? 0);
  const folds = others.slice(others.length - trainings).map((part) => part.report.accuracy);
  return checkConfiguration(
    measuredResultSchema,
    withoutAbsent({
      name: experiment.name,
      network: experiment.model.architecture,
      ...figuresOf(headline),
      protocol: describeProtocol(
        experiment.crossValidation ? { ...experiment, split: wholeOf(experiment.split) } : experiment,
      ),
      startedFrom: experiment.model.startFrom ?? startOfRecipe(experiment.recipe),
      spread: folds.length > 1 ? summarise(spreadOf(folds)) : undefined,
      ensemble: ensemble && accuracyOf(ensemble),
      seeds: experiment.seeds ?? [experiment.seed],
      seconds: await trainingSeconds(run),
      startedAt,
      ...machineOf(environment),
      command: page.commands?.[0]?.command ?? `mien-train run ${experiment.name}`,
    }),
    run,
  );
}

/** The protocol of all folds together. */
function wholeOf(split: Experiment['split']): Experiment['split'] {
  const { fold: _, ...whole } = split as Experiment['split'] & { readonly fold?: number };
  return whole as Experiment['split'];
}

async function readPage(run: string): Promise<ReportInput> {
  const file = join(run, 'report', 'page.json');
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ReportInput;
  } catch (error) {
    throw new MissingInputError({
      expected: `a finished run with ${file}`,
      found: describeSystemError(error),
      fix: 'name the folder of a run, below runs/<experiment>/, or finish it with --resume',
      details: { run },
      cause: error,
    });
  }
}

function startOfRecipe(recipe: RunRecord['experiment']['recipe']): string | undefined {
  return recipe?.type === 'two-stage' ? `a training on ${recipe.first.dataset}` : undefined;
}

function summarise({ values, mean, standardDeviation }: Spread): MeasuredResult['spread'] {
  return { trainings: values.length, mean, standardDeviation, low: Math.min(...values), high: Math.max(...values) };
}

/** Of every epoch of every training of a run. */
async function trainingSeconds(run: string): Promise<number> {
  const files = (await readdir(run, { recursive: true })).filter((name) =>
    /(?:^|[\\/])history[^\\/]*\.jsonl$/.test(name),
  );
  let seconds = 0;
  for (const file of files) {
    const lines = (await readFile(join(run, file), 'utf8')).split('\n').filter((line) => line !== '');
    for (const line of lines) seconds += (JSON.parse(line) as { seconds: number }).seconds;
  }
  return Math.round(seconds);
}

function withoutAbsent<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '@mien/core/node';
import { listPretrained, pretrainedDirectory, readBundle } from '@mien/model-zoo';
import { Command } from 'commander';
import { checkConfiguration, readYamlFile } from '../configuration/yaml-file.js';
import { readEvaluationResult } from '../results/evaluation-result.js';
import { type MeasuredResult, measuredResultSchema } from '../results/measured-result.js';
import { type ResultsInput, renderResults, resultRowsSchema } from '../results/results-page.js';
import { readRunResult } from '../results/run-result.js';
import { type StudyResult, studyResultSchema } from '../study/study-table.js';

interface ResultsOptions {
  readonly add: string[];
  readonly addStudy: string[];
  readonly data: string;
  readonly output: string;
}

/** `mien-train results`. */
export function resultsCommand(): Command {
  return new Command('results')
    .description('docs/results.md, made anew from what is kept of runs and from the cards of the shipped bundles')
    .option(
      '--add <run>',
      'keep the figures of a finished run, or of the folder of evaluate --report, in place of earlier ones of the same (repeatable)',
      collect,
      [],
    )
    .option('--add-study <folder>', 'keep the table of a study first (repeatable)', collect, [])
    .option('--data <folder>', 'what is kept: rows.yaml, measured/ and studies/', 'docs/results')
    .option('--output <file>', 'the page', 'docs/results.md')
    .action(async ({ add, addStudy, data, output }: ResultsOptions) => {
      for (const run of add) {
        const result = (await readEvaluationResult(run)) ?? (await readRunResult(run));
        await keep(join(data, 'measured', `${result.name}.json`), result);
      }
      for (const folder of addStudy) {
        const result = await readStudyResult(join(folder, 'result.json'));
        await keep(join(data, 'studies', `${result.name}.json`), result);
      }
      await writeFileAtomically(output, renderResults(await readResults(data)));
      process.stdout.write(`${output}\n`);
    });
}

/**
 * Reads all that the page of results is made of.
 * @param data the folder with rows.yaml, measured/ and studies/.
 */
export async function readResults(data: string): Promise<ResultsInput> {
  const rowsFile = join(data, 'rows.yaml');
  const rows = checkConfiguration(resultRowsSchema, await readYamlFile(rowsFile), rowsFile);
  const results = new Map<string, MeasuredResult>();
  for (const file of await jsonFiles(join(data, 'measured'))) {
    const result = checkConfiguration(measuredResultSchema, await readYamlFile(file), file);
    results.set(result.name, result);
  }
  const studies = await Promise.all((await jsonFiles(join(data, 'studies'))).map(readStudyResult));
  const names = await listPretrained();
  const cards = await Promise.all(names.map(async (name) => (await readBundle(pretrainedDirectory(name))).card));
  return { rows, results, cards, studies };
}

async function readStudyResult(file: string): Promise<StudyResult> {
  return checkConfiguration(studyResultSchema, await readYamlFile(file), file);
}

async function jsonFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name));
}

async function keep(file: string, value: unknown): Promise<void> {
  await writeFileAtomically(file, `${JSON.stringify(value, null, 2)}\n`);
}

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

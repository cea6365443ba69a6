import { access, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MissingInputError } from '@mien/core';
import { Command } from 'commander';
import { readExperiment } from '../configuration/experiment.js';
import { describeSpread, spreadOf, testEvaluations } from '../run/cross-validation.js';
import { describeAccuracy } from '../run/evaluate-part.js';
import { type RunResult, runExperiment } from '../run/run-experiment.js';

interface RunCommandOptions {
  readonly set: string[];
  readonly resume: boolean;
  readonly runs: string;
  readonly engine?: string;
  readonly dropLeaks?: boolean;
}

/** `mien-train run <experiment.yaml>`. */
export function runCommand(): Command {
  return new Command('run')
    .description('train, evaluate, and write the model bundle and the report')
    .argument('<experiment>', 'a YAML file, or the name of one that ships with mien-train')
    .option('--set <key=value>', 'override a key, such as training.epochs=5 (repeatable)', collect, [])
    .option('--resume', 'go on with the newest run of this experiment', false)
    .option('--engine <name>', 'compute engine; the same as --set engine=<name>')
    .option(
      '--drop-leaks',
      'leave out of training what also stands in validation or test; the same as --set dropLeaks=true',
    )
    .option('--runs <folder>', 'where run folders are kept', 'runs')
    .action(async (experiment: string, { set, resume, runs, engine, dropLeaks }: RunCommandOptions) => {
      const overrides = [...set, ...(engine ? [`engine=${engine}`] : []), ...(dropLeaks ? ['dropLeaks=true'] : [])];
      const command = ['mien-train run', basename(experiment), ...overrides.map((text) => `--set ${text}`)].join(' ');
      const result = await runExperiment(await readExperiment(await findExperiment(experiment), overrides), {
        runs,
        resume,
        command,
      });
      process.stdout.write(describeResult(result));
    });
}

const SHIPPED = fileURLToPath(new URL('../../experiments/', import.meta.url));

/** An experiment given as a path, else one that ships with this package. */
async function findExperiment(nameOrPath: string): Promise<string> {
  const isPath = await access(nameOrPath).then(
    () => true,
    () => false,
  );
  if (isPath) return nameOrPath;
  const shipped = (await readdir(SHIPPED)).sort();
  const name = shipped.find((file) => file === nameOrPath || file === `${nameOrPath}.yaml`);
  if (name) return join(SHIPPED, name);
  throw new MissingInputError({
    expected: `an experiment file, or one that ships: ${shipped.join(', ')}`,
    found: `no ${nameOrPath}`,
    fix: 'check the path or the name',
    details: { experiment: nameOrPath, shipped },
  });
}

function describeResult({ folds, report, directory }: RunResult): string {
  const lines =
    folds.length > 1
      ? [
          `accuracy over ${folds.length} folds: ${describeSpread(spreadOf(testEvaluations(folds).map((part) => part.report.accuracy)))}`,
        ]
      : folds[0].evaluations.map(
          ({ split, obtained, report: figures }) =>
            `${split} (${obtained}): accuracy ${describeAccuracy(figures)}, macro F1 ${figures.macroF1.toFixed(3)}`,
        );
  const model = folds.length > 1 ? `${directory}/fold-*/model` : folds[0].model;
  return `${lines.join('\n')}\nmodel:  ${model}\nreport: ${report}\n`;
}

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

import { basename } from 'node:path';
import { Command } from 'commander';
import { readExperiment } from '../configuration/experiment.js';
import { findShipped } from '../configuration/shipped-file.js';
import { describeSpread, spreadOf, testEvaluations } from '../run/cross-validation.js';
import { describeAccuracy } from '../run/evaluate-part.js';
import { type RunResult, runExperiment } from '../run/run-experiment.js';
import { shellCommand } from './shell-command.js';

interface RunCommandOptions {
  readonly set: string[];
  readonly resume: boolean;
  readonly runs: string;
  readonly engine?: string;
  readonly dropLeaks?: boolean;
  readonly tensorboard: boolean;
  readonly mlflow?: string;
}

/** `mien-train run <experiment.yaml>`. */
export function runCommand(): Command {
  return new Command('run')
    .description('train, evaluate, and write the model bundle and the report')
    .argument('<experiment>', 'a YAML file, or the name of one that ships with mien-train')
    .option(
      '--set <key=value>',
      'override a key, such as training.epochs=5; null takes it away (repeatable)',
      collect,
      [],
    )
    .option('--resume', 'go on with the newest run of this experiment', false)
    .option('--engine <name>', 'compute engine; the same as --set engine=<name>')
    .option(
      '--drop-leaks',
      'leave out of training what also stands in validation or test; the same as --set leaks=drop',
    )
    .option('--tensorboard', 'write the history as TensorBoard event files too, after each epoch', false)
    .option('--mlflow <address>', 'log each finished training to an MLflow server, such as http://localhost:5000')
    .option('--runs <folder>', 'where run folders are kept', 'runs')
    .action(async (experiment: string, options: RunCommandOptions) => {
      const { set, resume, runs, engine, dropLeaks, tensorboard, mlflow } = options;
      const overrides = [...set, ...(engine ? [`engine=${engine}`] : []), ...(dropLeaks ? ['leaks=drop'] : [])];
      const command = shellCommand([
        ...['mien-train', 'run', basename(experiment)],
        ...overrides.flatMap((text) => ['--set', text]),
      ]);
      const result = await runExperiment(
        await readExperiment(await findShipped('experiments', experiment), overrides),
        {
          runs,
          resume,
          command,
          exports: { tensorboard, mlflow },
        },
      );
      process.stdout.write(describeResult(result));
    });
}

function describeResult({ folds, titles, report, ensemble, directory, finalModel }: RunResult): string {
  if (folds.length === 1) {
    const lines = folds[0].evaluations.map(
      ({ split, obtained, report: figures }) =>
        `${split} (${obtained}): accuracy ${describeAccuracy(figures)}, macro F1 ${figures.macroF1.toFixed(3)}`,
    );
    return `${lines.join('\n')}\nmodel:  ${folds[0].model}\nreport: ${report}\n`;
  }
  const tests = testEvaluations(folds);
  const lines = tests.map(({ report: figures }, index) => `${titles[index]}: accuracy ${describeAccuracy(figures)}`);
  const spread = describeSpread(spreadOf(tests.map((part) => part.report.accuracy)));
  const models = finalModel ? `model:  ${finalModel}` : `models: ${directory}/*/model`;
  const together = ensemble ? `\n${ensemble.split}: accuracy ${describeAccuracy(ensemble.report)}` : '';
  return `${lines.join('\n')}\naccuracy over ${folds.length} trainings: ${spread}${together}\n${models}\nreport: ${report}\n`;
}

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { runCommandLine } from '@mien/core/node';
import { Command } from 'commander';
import { compareCommand } from './commands/compare.js';
import { datasetCommand } from './commands/dataset.js';
import { evaluateCommand } from './commands/evaluate.js';
import { modelsCommand } from './commands/models.js';
import { preprocessCommand } from './commands/preprocess.js';
import { reportCommand } from './commands/report.js';
import { resultsCommand } from './commands/results.js';
import { runCommand } from './commands/run.js';
import { studyCommand } from './commands/study.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('mien-train')
  .description('Train and measure facial-expression models.')
  .version(version)
  .option('--debug', 'show where an error happened')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
for (const command of [
  datasetCommand(),
  preprocessCommand(),
  runCommand(),
  evaluateCommand(),
  compareCommand(),
  reportCommand(),
  modelsCommand(),
  studyCommand(),
  resultsCommand(),
]) {
  program.addCommand(command.copyInheritedSettings(program));
}
await runCommandLine(() => program.parseAsync());

#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { runCommandLine } from '@mien/core/node';
import { Command } from 'commander';
import { exportCommand } from './commands/export.js';
import { predictCommand } from './commands/predict.js';
import { serveCommand } from './commands/serve.js';
import { videoCommand } from './commands/video.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('mien')
  .description('Read the expressions of the faces in your pictures.')
  .version(version)
  .option('--debug', 'show where an error happened')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
program.addCommand(predictCommand().copyInheritedSettings(program));
program.addCommand(exportCommand().copyInheritedSettings(program));
program.addCommand(serveCommand().copyInheritedSettings(program));
program.addCommand(videoCommand().copyInheritedSettings(program));
await runCommandLine(() => program.parseAsync());

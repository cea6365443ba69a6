import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InvalidConfigurationError } from '@mien/core';
import { augmentedCopiesSchema, formatPreprocessReport } from '@mien/preprocessing/node';
import { Command } from 'commander';
import { parse } from 'yaml';
import { findDatasetFolder, readDatasetFolder } from '../configuration/dataset-definition.js';
import { checkConfiguration } from '../configuration/yaml-file.js';
import { preprocessFolder } from '../data.js';

interface PreprocessCommandOptions {
  readonly strict?: boolean;
  readonly augment?: string;
  readonly output?: string;
}

/** `mien-train preprocess <data set>`. */
export function preprocessCommand(): Command {
  return new Command('preprocess')
    .description('turn a data set into tensors, unless that is done already')
    .argument('<data set>', 'its name, or its folder')
    .option('--strict', 'anything that would be reported ends the run (exit code 2)')
    .option(
      '--augment <yaml>',
      'add changed copies, such as "{ copies: 2, with: { flip: .5, rotation: 10 } }"; needs --output',
    )
    .option('--output <folder>', 'where the tensors go, instead of tensors/ of the data set')
    .action(preprocess);
}

async function preprocess(nameOrFolder: string, options: PreprocessCommandOptions): Promise<void> {
  const isFolder = await access(join(nameOrFolder, 'dataset.yaml')).then(
    () => true,
    () => false,
  );
  const folder = isFolder ? await readDatasetFolder(nameOrFolder) : await findDatasetFolder(nameOrFolder);
  const { cached, directory, index, report } = await preprocessFolder(folder, parseOptions(options));
  const { width, height, channels } = index.image;
  const copies = index.augment ? `, ${index.augment.copies} changed copies of each for training included,` : '';
  process.stdout.write(
    `${index.name}: ${index.count.toLocaleString('en')} pictures of ${width}×${height}×${channels}${copies} in ${directory}` +
      `${cached ? ' (nothing had changed)' : ''}\n`,
  );
  if (report.problems.length === 0) return;
  const skipped = index.skipped.bad + index.skipped.noFace;
  const left = skipped > 0 ? `${skipped.toLocaleString('en')} pictures left out; ` : '';
  process.stdout.write(`${left}each file is in report.json:\n${formatPreprocessReport(report)}`);
}

function parseOptions({ strict = false, augment, output }: PreprocessCommandOptions) {
  if (augment === undefined) return { strict, ...(output && { directory: resolve(output) }) };
  if (output === undefined) {
    throw new InvalidConfigurationError({
      expected: '--output <folder> with --augment',
      found: 'none, and tensors/ is what dataset.yaml says',
      fix: 'name a folder, or put the copies under "augment" in dataset.yaml, where "mien-train run" finds them',
    });
  }
  const copies = checkConfiguration(augmentedCopiesSchema, parse(augment), '--augment');
  return { strict, augment: copies, directory: resolve(output) };
}

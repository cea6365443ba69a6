import { createHash } from 'node:crypto';
import { type Dataset, InvalidConfigurationError, MienError, type Sample, type Split } from '@mien/core';
import { dropLeaks, exportDataset } from '@mien/datasets';
import { Command, Option } from 'commander';
import { findDatasetFolder } from '../configuration/dataset-definition.js';
import { openData } from '../data.js';
import { Progress } from '../progress.js';

interface ExportOptions {
  readonly data?: string;
  readonly split?: Split;
  readonly dropLeaks?: boolean;
}

/** `mien-train dataset export <name> <folder>`. */
export function exportCommand(): Command {
  return new Command('export')
    .description('write a data set as class folders of PNG pictures with a labels.csv, which any tool reads')
    .argument('<name>', 'a folder below datasets/')
    .argument('<folder>', 'where to; new or empty')
    .option('--data <path>', 'the data, instead of the place that "dataset add" was told')
    .addOption(new Option('--split <split>', 'only this part').choices(['train', 'validation', 'test']))
    .option('--drop-leaks', 'leave out training pictures that also stand in validation or test')
    .action(exportSet);
}

async function exportSet(name: string, directory: string, options: ExportOptions): Promise<void> {
  const dataset = await openData(await findDatasetFolder(name), options.data);
  const leaks = options.dropLeaks ? await findLeaks(dataset) : new Set<string>();
  let total = 0;
  for await (const _ of dataset.samples()) total++;
  const progress = new Progress(`exporting ${dataset.name}`);
  try {
    const { split } = options;
    const include = (sample: Sample) => (split === undefined || sample.split === split) && !leaks.has(sample.id);
    const onProgress = (done: number) => progress.update(done, total);
    const { pictures, perClass, damaged } = await exportDataset({ dataset, directory, include, onProgress });
    progress.end();
    const each = Object.entries(perClass).map(([emotion, count]) => `${emotion} ${count.toLocaleString('en')}`);
    const lines = [`${dataset.name}: ${pictures.toLocaleString('en')} pictures (${each.join(', ')}) in ${directory}`];
    if (options.dropLeaks) lines.push(`left out of training: ${leaks.size.toLocaleString('en')} leaks`);
    if (damaged.length > 0) lines.push(`left out: ${damaged.length} damaged pictures`);
    lines.push(...damaged.slice(0, 10).map(({ id, reason }) => `  ${id}: ${reason}`));
    process.stdout.write(`${lines.join('\n')}\n`);
  } finally {
    progress.end();
  }
}

/** Ids of the training pictures that stand in validation or test too. */
async function findLeaks(dataset: Dataset): Promise<Set<string>> {
  const ids: string[] = [];
  const contents: string[] = [];
  const parts: Record<Split, number[]> = { train: [], validation: [], test: [] };
  for await (const { id, split, load } of dataset.samples()) {
    if (split === undefined) continue;
    parts[split].push(ids.length);
    ids.push(id);
    contents.push(await digest(load));
  }
  if (parts.train.length === 0 || parts.validation.length + parts.test.length === 0) {
    throw new InvalidConfigurationError({
      expected: `${dataset.name} to have parts of its own, for --drop-leaks`,
      found: ids.length === 0 ? 'no parts' : 'one side only',
      fix: 'leave the option out; an experiment’s dropLeaks works with every protocol',
    });
  }
  return new Set(dropLeaks(parts, (index) => contents[index]).dropped.map((index) => ids[index]));
}

/** A damaged picture equals no other. */
async function digest(load: Sample['load']): Promise<string> {
  try {
    const { width, channels, data } = await load();
    return createHash('sha256').update(`${width}×${channels}:`).update(data).digest('base64');
  } catch (error) {
    if (!MienError.isInstance(error)) throw error;
    return error.message;
  }
}

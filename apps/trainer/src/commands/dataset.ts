import { Command } from 'commander';
import { findDatasetFolder, writeSourceLock } from '../configuration/dataset-definition.js';
import { openData } from '../data.js';

/** `mien-train dataset add <name> <path>`. */
export function datasetCommand(): Command {
  const command = new Command('dataset').description('tell where the data of a data set is');
  command
    .command('add')
    .description('check the data and remember its path; nothing is copied')
    .argument('<name>', 'a folder below datasets/')
    .argument('<path>', 'the file or folder of the data')
    .action(addDataset);
  return command;
}

async function addDataset(name: string, path: string): Promise<void> {
  const folder = await findDatasetFolder(name);
  const dataset = await openData(folder, path);
  const counts = new Map<string, number>();
  for await (const { emotion } of dataset.samples()) counts.set(emotion, (counts.get(emotion) ?? 0) + 1);
  await writeSourceLock(folder, path);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const perClass = [...counts].map(([emotion, count]) => `${emotion} ${count.toLocaleString('en')}`);
  process.stdout.write(`${name}: ${total.toLocaleString('en')} pictures (${perClass.join(', ')})\n`);
  for (const { kind, path: place, reason } of dataset.issues.slice(0, 10)) {
    process.stderr.write(`${kind}: ${place}: ${reason}\n`);
  }
  if (dataset.issues.length > 10) process.stderr.write(`and ${dataset.issues.length - 10} more of these\n`);
}

import { Command } from 'commander';
import {
  findDatasetFolder,
  hasSourceLock,
  listDatasetFolders,
  readSourceLock,
  writeSourceLock,
} from '../configuration/dataset-definition.js';
import { openData } from '../data.js';
import { auditCommand } from './dataset-audit.js';
import { exportCommand } from './dataset-export.js';
import { infoCommand } from './dataset-info.js';

/** `mien-train dataset add|list|info|audit|export`. */
export function datasetCommand(): Command {
  const command = new Command('dataset').description('tell where the data of a data set is, and look at it');
  command
    .command('add')
    .description('check the data and remember its path; nothing is copied')
    .argument('<name>', 'a folder below datasets/')
    .argument('<path>', 'the file or folder of the data')
    .action(addDataset);
  command.command('list').description('every known data set, and where its data is').action(listDatasets);
  for (const part of [infoCommand(), auditCommand(), exportCommand()]) command.addCommand(part);
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

async function listDatasets(): Promise<void> {
  const folders = await listDatasetFolders();
  if (folders.length === 0) {
    process.stdout.write('no folder datasets/<name> with a dataset.yaml, here or above\n');
    return;
  }
  const width = Math.max(...folders.map(({ definition }) => definition.name.length));
  for (const folder of folders) {
    const { name, description, source } = folder.definition;
    const place =
      source.type === 'synthetic'
        ? 'drawn when it is needed'
        : source.type === 'combined'
          ? `combined of ${source.parts.map(({ dataset }) => dataset).join(', ')}`
          : (await hasSourceLock(folder))
            ? await readSourceLock(folder)
            : 'not added';
    process.stdout.write(`${name.padEnd(width)}  ${description}\n${' '.repeat(width)}  ${place}\n`);
  }
}

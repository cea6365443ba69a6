import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Command } from 'commander';
import { findShipped } from '../configuration/shipped-file.js';
import { runStudy } from '../study/run-study.js';
import { readStudy } from '../study/study.js';

/** `mien-train study <study.yaml>`. */
export function studyCommand(): Command {
  return new Command('study')
    .description('every pipeline with every network on every data set, as one table; goes on where it was stopped')
    .argument('<study>', 'a YAML file, or the name of one that ships with mien-train')
    .option('--runs <folder>', 'where run folders are kept', 'runs')
    .action(async (study: string, { runs }: { runs: string }) => {
      const command = `mien-train study ${basename(study)}`;
      const directory = await runStudy(await readStudy(await findShipped('studies', study)), { runs, command });
      process.stdout.write(await readFile(join(directory, 'table.md'), 'utf8'));
      process.stdout.write(`\nresult: ${join(directory, 'result.json')}\n`);
    });
}

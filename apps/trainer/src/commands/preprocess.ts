import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { findDatasetFolder, readDatasetFolder } from '../configuration/dataset-definition.js';
import { preprocessFolder } from '../data.js';

/** `mien-train preprocess <data set>`. */
export function preprocessCommand(): Command {
  return new Command('preprocess')
    .description('turn a data set into tensors, unless that is done already')
    .argument('<data set>', 'its name, or its folder')
    .option('--strict', 'a picture that cannot be read or shows no face ends the run')
    .action(async (nameOrFolder: string, { strict = false }: { strict?: boolean }) => {
      const isFolder = await access(join(nameOrFolder, 'dataset.yaml')).then(
        () => true,
        () => false,
      );
      const folder = isFolder ? await readDatasetFolder(nameOrFolder) : await findDatasetFolder(nameOrFolder);
      const { cached, directory, index } = await preprocessFolder(folder, { strict });
      const { width, height, channels } = index.image;
      const skipped = index.skipped.bad + index.skipped.noFace;
      process.stdout.write(
        `${index.name}: ${index.count.toLocaleString('en')} pictures of ${width}×${height}×${channels} in ${directory}` +
          `${skipped > 0 ? `; ${skipped} left out, see report.json` : ''}` +
          `${index.wholeImages > 0 ? `; no face found in ${index.wholeImages}, taken whole` : ''}${cached ? ' (nothing had changed)' : ''}\n`,
      );
    });
}

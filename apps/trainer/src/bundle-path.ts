import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { pretrainedDirectory } from '@mien/model-zoo';

/** The folder of a bundle: one that was given as a path, else a shipped one of that name. */
export async function resolveBundle(nameOrPath: string): Promise<string> {
  const isFolder = await access(join(nameOrPath, 'card.json')).then(
    () => true,
    () => false,
  );
  const isName = /^[a-z0-9.-]+$/.test(nameOrPath);
  return isFolder || !isName ? nameOrPath : pretrainedDirectory(nameOrPath);
}

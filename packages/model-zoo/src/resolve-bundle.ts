import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidBundleError } from '@mien/core';
import { listPretrained, pretrainedDirectory } from './pretrained.js';

/**
 * The folder of a bundle: one that was given as a path, else a shipped one of that name, such as `mien-net.fer2013`.
 * @throws {InvalidBundleError} for a name that is neither.
 */
export async function resolveBundle(nameOrPath: string): Promise<string> {
  const isFolder = await access(join(nameOrPath, 'card.json')).then(
    () => true,
    () => false,
  );
  if (isFolder || !/^[a-z0-9.-]+$/.test(nameOrPath)) return nameOrPath;
  const shipped = await listPretrained();
  if (shipped.includes(nameOrPath)) return pretrainedDirectory(nameOrPath);
  throw new InvalidBundleError({
    expected: `the folder of a model bundle, with card.json and weights.safetensors, or the name of a shipped one: ${shipped.join(', ')}`,
    found: `"${nameOrPath}"`,
    fix: 'correct the path or the name',
    details: { shipped },
  });
}

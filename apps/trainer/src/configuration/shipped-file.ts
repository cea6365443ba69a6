import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MissingInputError } from '@mien/core';
import { exists } from '../exists.js';

/**
 * A file given as a path, else one that ships with this package, with or without its ending.
 * @throws {MissingInputError} when there is neither.
 */
export async function findShipped(kind: 'experiments' | 'studies', nameOrPath: string): Promise<string> {
  if (await exists(nameOrPath)) return nameOrPath;
  const folder = fileURLToPath(new URL(`../../${kind}/`, import.meta.url));
  const shipped = (await readdir(folder)).sort();
  const name = shipped.find((file) => file === nameOrPath || file === `${nameOrPath}.yaml`);
  if (name) return join(folder, name);
  throw new MissingInputError({
    expected: `a file of ${kind}, or one that ships: ${shipped.join(', ')}`,
    found: `no ${nameOrPath}`,
    fix: 'check the path or the name',
    details: { kind, nameOrPath, shipped },
  });
}

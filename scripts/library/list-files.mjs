import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Not ours, or made by a command. */
const SKIPPED = new Set(['node_modules', 'dist', 'runs', 'tensors', 'images', 'cache', '.turbo', '.vitest']);

/**
 * Files below a folder whose name matches, with `/` between the parts of their path.
 * @param {string} directory
 * @param {RegExp} pattern
 * @returns {string[]} paths that begin with `directory`
 */
export function listFiles(directory, pattern) {
  const found = [];
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) found.push(...listFiles(path, pattern));
    else if (entry.isFile() && pattern.test(entry.name)) found.push(path);
  }
  return found.sort();
}

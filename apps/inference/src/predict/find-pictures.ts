import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { MissingInputError } from '@mien/core';
import { describeSystemError, systemErrorCode } from '@mien/core/node';
import { glob, isDynamicPattern } from 'tinyglobby';

/** What sharp decodes and people have. */
const EXTENSIONS = ['jpg', 'jpeg', 'png', 'webp', 'tif', 'tiff', 'gif', 'avif'];

/**
 * The pictures that arguments name: files as they are, the pictures in folders (and folders below), and globs. Order is that of the
 * arguments, sorted within each; a picture named twice stands once.
 * @throws {MissingInputError} when an argument names nothing.
 */
export async function findPictures(inputs: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const input of inputs) {
    const files = await expand(input);
    if (files.length === 0) {
      throw new MissingInputError({
        expected: `pictures (${EXTENSIONS.join(', ')}) in "${input}"`,
        found: 'none',
        fix: 'check the path or the pattern',
        details: { input },
      });
    }
    for (const file of files) found.add(file);
  }
  return [...found];
}

async function expand(input: string): Promise<string[]> {
  try {
    const stats = await stat(input);
    if (!stats.isDirectory()) return [input];
    const names = await glob(`**/*.{${EXTENSIONS.join(',')}}`, {
      cwd: input,
      caseSensitiveMatch: false,
      expandDirectories: false,
    });
    return names.sort().map((name) => join(input, name));
  } catch (error) {
    // A pattern is no path; a path with brackets in its name was found above.
    if (systemErrorCode(error) === 'ENOENT' && isDynamicPattern(input)) {
      return (await glob(input, { absolute: isAbsolute(input), expandDirectories: false })).sort();
    }
    throw new MissingInputError({
      expected: `to read ${input}`,
      found: describeSystemError(error),
      fix: 'check the path',
      details: { input },
      cause: error,
    });
  }
}

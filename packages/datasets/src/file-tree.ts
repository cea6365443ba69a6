import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { InvalidDataError, MissingInputError } from '@mien/core';
import { describeSystemError } from '@mien/core/node';
import type { DatasetIssue } from './opened-dataset.js';

/** Extensions of the pictures that sharp decodes without extra libraries. */
const IMAGE_EXTENSIONS: ReadonlySet<string> = new Set([
  '.jpg',
  '.jpeg',
  '.png',
  '.webp',
  '.gif',
  '.tif',
  '.tiff',
  '.avif',
]);

/** Files that operating systems leave in folders, beside those that begin with a dot. */
const LITTER: ReadonlySet<string> = new Set(['thumbs.db', 'desktop.ini', '__macosx']);

/** A folder's pictures at any depth. Paths are below the root, with `/` between the parts. */
export interface FileTree {
  /** Sorted by UTF-16 code units, so the order is the same on every machine. */
  readonly images: readonly string[];
  /** Every folder that was entered, the root left out; sorted likewise. */
  readonly folders: readonly string[];
  readonly issues: readonly DatasetIssue[];
}

/**
 * Lists the pictures below `root`. Links are followed, each real folder once, so that a loop of links ends; hidden files
 * are skipped; whatever cannot be used becomes an issue.
 * @throws {MissingInputError} when `root` is not there, cannot be read, or holds no file at all.
 * @throws {InvalidDataError} when `root` is a file.
 */
export async function listImages(root: string): Promise<FileTree> {
  await requireFolder(root);
  const images: string[] = [];
  const folders: string[] = [];
  const issues: DatasetIssue[] = [];
  const realRoot = await realpath(root);
  const entered = new Set<string>([realRoot]);

  const enter = async (folder: string): Promise<void> => {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    entries.sort((a, b) => compare(a.name, b.name));
    for (const entry of entries) {
      if (entry.name.startsWith('.') || LITTER.has(entry.name.toLowerCase())) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      try {
        const kind = entry.isSymbolicLink() ? await stat(join(root, path)) : entry;
        if (kind.isDirectory()) {
          const real = await realpath(join(root, path));
          // A link to a folder around the root would list the root's neighbours.
          if (entered.has(real) || realRoot.startsWith(real.endsWith(sep) ? real : real + sep)) {
            issues.push({
              kind: 'repeated-folder',
              path,
              reason: 'links to a folder that is listed already, or around it',
            });
            continue;
          }
          entered.add(real);
          folders.push(path);
          await enter(path);
        } else if (!kind.isFile()) {
          issues.push({ kind: 'not-an-image', path, reason: 'neither a file nor a folder' });
        } else if (IMAGE_EXTENSIONS.has(extname(entry.name).toLowerCase())) {
          images.push(path);
        } else {
          issues.push({
            kind: 'not-an-image',
            path,
            reason: `"${extname(path)}" is no extension of a supported picture`,
          });
        }
      } catch (error) {
        issues.push({ kind: 'unreadable', path, reason: describeSystemError(error) });
      }
    }
  };

  try {
    await enter('');
  } catch (error) {
    throw missingFolder(root, describeSystemError(error), error);
  }
  if (images.length + folders.length + issues.length === 0) throw missingFolder(root, 'an empty folder');
  return { images: images.sort(compare), folders: folders.sort(compare), issues };
}

/** Orders by UTF-16 code units: the same with every locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function requireFolder(root: string): Promise<void> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(root)).isDirectory();
  } catch (error) {
    throw missingFolder(root, describeSystemError(error), error);
  }
  if (!isFolder) {
    throw new InvalidDataError({
      expected: `a folder of pictures at ${root}`,
      found: 'a file',
      fix: 'name the folder that holds the pictures, unpacked',
      details: { path: root },
    });
  }
}

function missingFolder(root: string, found: string, cause?: unknown): MissingInputError {
  return new MissingInputError({
    expected: `a folder of pictures at ${root}`,
    found,
    fix: 'check the path, and that the data set is unpacked there',
    details: { path: root },
    cause,
  });
}

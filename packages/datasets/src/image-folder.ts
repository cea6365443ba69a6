import { ALL_EMOTIONS, type Emotion, InvalidDataError, parseEmotion, type Split, UnknownLabelError } from '@mien/core';
import { listImages } from './file-tree.js';
import { createFolderDataset, type FolderEntry } from './folder-dataset.js';
import type { DatasetIssue, OpenedDataset } from './opened-dataset.js';

const SPLITS: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  test: 'test',
  testing: 'test',
};

/**
 * Any tree of class folders: `<class>/…/picture` or `<train|validation|test>/<class>/…/picture`. Class folders are named with
 * an emotion in any spelling `parseEmotion` knows (`Anger`, `happiness`, …); below them, folders may nest. The labels are the
 * classes that have a folder, in the canonical order. The layout names no people, so samples have no subject.
 * @throws {MissingInputError} when the folder is not there or is empty.
 * @throws {UnknownLabelError} when a class folder's name means no emotion; `details.folder` names it.
 * @throws {InvalidDataError} when there is no class folder, no picture, or split folders stand beside others.
 */
export async function openImageFolder(options: {
  readonly path: string;
  readonly name?: string;
  readonly licence?: string;
}): Promise<OpenedDataset> {
  const { path: root, name = 'image-folder', licence = 'not stated' } = options;
  const tree = await listImages(root);
  const classes = findClasses(root, tree.folders);
  const issues: DatasetIssue[] = [...tree.issues];
  const entries: FolderEntry[] = [];
  const used = new Set<string>();

  for (const path of tree.images) {
    const parts = path.split('/').slice(0, -1);
    const folder = [parts[0], parts.slice(0, 2).join('/')].find((candidate) => classes.has(candidate));
    const found = folder === undefined ? undefined : classes.get(folder);
    if (folder === undefined || found === undefined) {
      issues.push({ kind: 'misplaced', path, reason: 'lies in no class folder' });
      continue;
    }
    used.add(folder);
    entries.push({ path, ...found, groups: {} });
  }
  for (const folder of classes.keys()) {
    if (!used.has(folder))
      issues.push({ kind: 'empty-class', path: folder, reason: 'a class folder without pictures' });
  }
  if (entries.length === 0) {
    throw new InvalidDataError({
      expected: `pictures in class folders in ${root}`,
      found:
        classes.size === 0
          ? `no class folder and ${tree.images.length} loose picture(s)`
          : 'class folders without pictures',
      fix: `name the folder whose folders are called ${ALL_EMOTIONS.slice(0, 3).join(', ')}, …`,
      details: { path: root },
    });
  }
  const emotions = new Set([...classes.values()].map(({ emotion }) => emotion));
  const labels = ALL_EMOTIONS.filter((emotion) => emotions.has(emotion));
  return createFolderDataset({ name, labels, licence, root, entries, issues });
}

interface ClassFolder {
  readonly emotion: Emotion;
  readonly split?: Split;
}

/** The class folders, by path below the root. */
function findClasses(root: string, folders: readonly string[]): Map<string, ClassFolder> {
  const top = folders.filter((folder) => !folder.includes('/'));
  const splits = top.filter((folder) => splitOf(folder) !== undefined);
  if (splits.length > 0 && splits.length < top.length) {
    const others = top.filter((folder) => !splits.includes(folder));
    throw new InvalidDataError({
      expected: `either class folders or train, validation and test folders in ${root}`,
      found: `${splits.join(', ')} beside ${others.slice(0, 5).join(', ')}`,
      fix: 'move the class folders into the split folders, or the others out',
      details: { path: root },
    });
  }
  const classes = new Map<string, ClassFolder>();
  const level = splits.length > 0 ? folders.filter((folder) => folder.split('/').length === 2) : top;
  for (const folder of level) {
    const parts = folder.split('/');
    classes.set(folder, { emotion: emotionOf(root, folder, parts[parts.length - 1]), split: splitOf(parts[0]) });
  }
  return classes;
}

function splitOf(folder: string): Split | undefined {
  const lower = folder.toLowerCase();
  return Object.hasOwn(SPLITS, lower) ? SPLITS[lower] : undefined;
}

function emotionOf(root: string, folder: string, word: string): Emotion {
  try {
    return parseEmotion(word);
  } catch (error) {
    if (!(error instanceof UnknownLabelError)) throw error;
    throw new UnknownLabelError({
      expected: `class folders in ${root} named with an emotion, one of ${ALL_EMOTIONS.join(', ')}`,
      found: `the folder "${folder}"`,
      fix: 'rename the folder or move it out of the data set',
      details: { folder, path: root },
      cause: error,
    });
  }
}

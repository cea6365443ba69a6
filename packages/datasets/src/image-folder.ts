import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ALL_EMOTIONS, type Emotion, InvalidDataError, parseEmotion, type Split, UnknownLabelError } from '@mien/core';
import { z } from 'zod';
import { DATASET_RECORD, datasetRecordSchema } from './dataset-record.js';
import { listImages } from './file-tree.js';
import { createFolderDataset, emotionOfFolder, type FolderEntry } from './folder-dataset.js';
import { LABELS_TABLE, readLabelsTable, splitOfName, type TableRow } from './labels-table.js';
import type { DatasetIssue, OpenedDataset } from './opened-dataset.js';

/**
 * Any tree of class folders: `<class>/…/picture` or `<train|validation|test>/<class>/…/picture`. Class folders are named with
 * an emotion in any spelling `parseEmotion` knows (`Anger`, `happiness`, …); below them, folders may nest. The labels are the
 * classes that have a folder, in the canonical order. The layout names no people, so samples have no subject.
 *
 * A `labels.csv` in the folder (or the csv that `table` names, below it) says more: labels, people, parts, groups and label
 * distributions by path (`readLabelsTable`). What it says goes before what the folders say, and with it folders may have any
 * name. A `dataset.json` in the folder, as `exportDataset` writes it, gives the licence and the labels.
 * @throws {MissingInputError} when the folder or the named table is not there or is empty.
 * @throws {UnknownLabelError} when there is no table and a class folder's name means no emotion; `details.folder` names it.
 * @throws {InvalidDataError} when no picture has a class, split folders stand beside others, or the table is wrong.
 */
export async function openImageFolder(options: {
  readonly path: string;
  readonly name?: string;
  readonly licence?: string;
  /** Below `path`. */
  readonly table?: string;
}): Promise<OpenedDataset> {
  const { path: root, name = 'image-folder' } = options;
  const tree = await listImages(root);
  const own = new Set([options.table ?? LABELS_TABLE, DATASET_RECORD]);
  const issues: DatasetIssue[] = tree.issues.filter(({ path }) => !own.has(path));
  const hasTable = options.table !== undefined || tree.issues.some(({ path }) => path === LABELS_TABLE);
  const table = hasTable ? await readLabelsTable(join(root, options.table ?? LABELS_TABLE)) : undefined;
  const record = tree.issues.some(({ path }) => path === DATASET_RECORD) ? await readRecord(root) : undefined;
  const classes = findClasses(root, tree.folders, table !== undefined);
  const { entries, used } = labelPictures(tree.images, classes, table, issues);
  const labels = listLabels(classes, entries, record?.labels ?? []);
  if (entries.length === 0) {
    throw new InvalidDataError({
      expected: `pictures in class folders in ${root}`,
      found:
        table !== undefined
          ? `${tree.images.length} picture(s), none with a class in ${options.table ?? LABELS_TABLE}`
          : classes.size === 0
            ? `no class folder and ${tree.images.length} loose picture(s)`
            : 'class folders without pictures',
      fix: `name the folder whose folders are called ${ALL_EMOTIONS.slice(0, 3).join(', ')}, …`,
      details: { path: root },
    });
  }
  for (const folder of classes.keys()) {
    if (!used.has(folder))
      issues.push({ kind: 'empty-class', path: folder, reason: 'a class folder without pictures' });
  }
  return createFolderDataset({
    name,
    labels,
    licence: options.licence ?? record?.licence ?? 'not stated',
    root,
    entries: entries.map(({ probabilities, ...entry }) => ({
      ...entry,
      ...(probabilities && {
        labelDistribution: labels.map((label) => probabilities[ALL_EMOTIONS.indexOf(label)]),
      }),
    })),
    issues,
  });
}

type LabelledPicture = FolderEntry & Pick<TableRow, 'probabilities'>;

/** The pictures that have a class, by their folder or the table, and the class folders that they lie in. */
function labelPictures(
  images: readonly string[],
  classes: ReadonlyMap<string, ClassFolder>,
  table: ReadonlyMap<string, TableRow> | undefined,
  issues: DatasetIssue[],
): { entries: LabelledPicture[]; used: Set<string> } {
  const entries: LabelledPicture[] = [];
  const used = new Set<string>();
  for (const path of images) {
    const parts = path.split('/').slice(0, -1);
    const folder = [parts[0], parts.slice(0, 2).join('/')].find((candidate) => classes.has(candidate));
    if (folder !== undefined) used.add(folder);
    const found = folder === undefined ? undefined : classes.get(folder);
    const row = table?.get(path);
    const emotion = row?.emotion ?? found?.emotion;
    if (emotion === undefined) {
      issues.push(
        table
          ? { kind: 'unlabelled', path, reason: 'neither the table nor a class folder says its class' }
          : { kind: 'misplaced', path, reason: 'lies in no class folder' },
      );
      continue;
    }
    const split = row?.split ?? found?.split;
    const { subject, groups = {}, probabilities } = row ?? {};
    entries.push({ path, emotion, subject, split, groups, probabilities });
  }
  const present = new Set(images);
  for (const { path, line } of table?.values() ?? []) {
    if (!present.has(path)) issues.push({ kind: 'missing', path, reason: `line ${line} of the table names it` });
  }
  return { entries, used };
}

function listLabels(
  classes: ReadonlyMap<string, ClassFolder>,
  entries: readonly LabelledPicture[],
  recorded: readonly Emotion[],
): Emotion[] {
  const known = new Set<Emotion>(recorded);
  for (const { emotion } of classes.values()) known.add(emotion);
  for (const { emotion, probabilities } of entries) {
    known.add(emotion);
    for (const [index, share] of probabilities?.entries() ?? []) if (share > 0) known.add(ALL_EMOTIONS[index]);
  }
  return [...recorded, ...ALL_EMOTIONS.filter((emotion) => known.has(emotion) && !recorded.includes(emotion))];
}

async function readRecord(root: string): Promise<z.output<typeof datasetRecordSchema>> {
  const file = join(root, DATASET_RECORD);
  try {
    return datasetRecordSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new InvalidDataError({
      expected: `the record of an exported data set in ${file}`,
      found: error instanceof z.ZodError ? z.prettifyError(error) : String(error),
      fix: 'export the set again, or remove the file',
      details: { file },
      cause: error,
    });
  }
}

interface ClassFolder {
  readonly emotion: Emotion;
  readonly split?: Split;
}

/** The class folders, by path below the root. */
function findClasses(root: string, folders: readonly string[], anyName: boolean): Map<string, ClassFolder> {
  const top = folders.filter((folder) => !folder.includes('/'));
  const splits = top.filter((folder) => splitOfName(folder) !== undefined);
  if (splits.length > 0 && splits.length < top.length && !anyName) {
    const others = top.filter((folder) => !splits.includes(folder));
    throw new InvalidDataError({
      expected: `either class folders or train, validation and test folders in ${root}`,
      found: `${splits.join(', ')} beside ${others.slice(0, 5).join(', ')}`,
      fix: 'move the class folders into the split folders, or the others out',
      details: { path: root },
    });
  }
  const classes = new Map<string, ClassFolder>();
  const below = folders.filter((folder) => folder.split('/').length === 2 && splits.includes(folder.split('/')[0]));
  for (const folder of [...top.filter((folder) => !splits.includes(folder)), ...below]) {
    const parts = folder.split('/');
    const word = parts[parts.length - 1];
    const emotion = anyName ? emotionOfFolder(word) : emotionOf(root, folder, word);
    if (emotion) classes.set(folder, { emotion, split: splitOfName(parts[0]) });
  }
  return classes;
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

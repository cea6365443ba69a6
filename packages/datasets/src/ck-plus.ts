import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ALL_EMOTIONS, type Emotion, InvalidDataError } from '@mien/core';
import { type FileTree, listImages } from './file-tree.js';
import { createFolderDataset, emotionOfFolder, type FolderEntry } from './folder-dataset.js';
import type { DatasetIssue, OpenedDataset } from './opened-dataset.js';

const NAME = /^(S\d+)_(\d+)_(\d+)\.[^.]+$/i;
/** The release's text files: labels, action units, landmarks. */
const SIDE_FILE = /(?:^|\/)(S\d+_\d+_\d+)_(emotion|facs|landmarks)\.txt$/i;
/** The release's codes; 0, neutral, is no peak's. */
const CODES: readonly Emotion[] = ['neutral', 'angry', 'contempt', 'disgust', 'fear', 'happy', 'sad', 'surprise'];

/** What a CK+ file name says: `S010_004_00000017.png` is frame 17 of sequence 4 of person S010. */
export interface CkPlusName {
  readonly subject: string;
  readonly sequence: string;
  readonly frame: number;
}

/** Reads a CK+ file name (without folders; case does not matter); `undefined` when it does not follow the scheme. */
export function parseCkPlusName(fileName: string): CkPlusName | undefined {
  const match = NAME.exec(fileName);
  return match ? { subject: match[1].toUpperCase(), sequence: match[2], frame: Number(match[3]) } : undefined;
}

/**
 * CK+, the Extended Cohn-Kanade set (Lucey et al. 2010), in either of its layouts: **CK+48**, a folder a class of 48×48
 * pictures, the last three frames of each labelled sequence; or the **release**, `cohn-kanade-images` beside `Emotion`, of
 * which the peak frame of each labelled sequence is taken, the one that its `_emotion.txt` is named after. The subject is the
 * person, so all frames of a sequence and all sequences of a person stay on one side of a split.
 * @throws {MissingInputError} when the folder is not there or is empty.
 * @throws {InvalidDataError} when no picture in it has a label, or a label file holds no code from 1 to 7.
 */
export async function openCkPlus(options: { readonly path: string; readonly name?: string }): Promise<OpenedDataset> {
  const { path: root, name = 'ck-plus' } = options;
  const tree = await listImages(root);
  const labelFiles = tree.issues.filter(({ path }) => SIDE_FILE.exec(path)?.[2].toLowerCase() === 'emotion');
  const issues: DatasetIssue[] = tree.issues.filter(({ path }) => !SIDE_FILE.test(path));
  const entries =
    labelFiles.length > 0
      ? await listPeaks(
          root,
          tree,
          labelFiles.map(({ path }) => path),
          issues,
        )
      : listClassFolders(tree, issues);
  if (entries.length === 0) {
    throw new InvalidDataError({
      expected: `pictures named like S010_004_00000017.png in ${root}, in class folders or with label files in Emotion`,
      found: `${tree.images.length} picture(s), none that has a label${tree.images[0] ? `, such as ${tree.images[0]}` : ''}`,
      fix: 'name the folder of CK+48, or the one that holds cohn-kanade-images and Emotion, unpacked',
      details: { path: root },
    });
  }
  const present = new Set(entries.map(({ emotion }) => emotion));
  const labels = ALL_EMOTIONS.filter((emotion) => present.has(emotion));
  const licence = 'non-commercial research only, by the terms of the CK+ release';
  return createFolderDataset({ name, labels, licence, root, entries, issues });
}

function listClassFolders(tree: FileTree, issues: DatasetIssue[]): FolderEntry[] {
  const entries: FolderEntry[] = [];
  for (const path of tree.images) {
    const folders = path.split('/');
    const fileName = folders.pop() as string;
    const facts = parseCkPlusName(fileName);
    const emotion = folders.map(emotionOfFolder).find((found) => found !== undefined);
    if (emotion === undefined) {
      issues.push({ kind: 'misplaced', path, reason: 'lies in no class folder' });
    } else if (!facts) {
      issues.push({ kind: 'misnamed', path, reason: `"${fileName}" is not named like S010_004_00000017.png` });
    } else {
      entries.push({ path, emotion, subject: facts.subject, groups: {} });
    }
  }
  return entries;
}

/** The peak frame of each sequence that has a label file. Unlabelled sequences are the release's own and no issue each. */
async function listPeaks(
  root: string,
  tree: FileTree,
  labelFiles: readonly string[],
  issues: DatasetIssue[],
): Promise<FolderEntry[]> {
  const pictures = new Map<string, string>();
  for (const path of tree.images) {
    const fileName = path.slice(path.lastIndexOf('/') + 1);
    if (parseCkPlusName(fileName)) pictures.set(fileName.slice(0, fileName.indexOf('.')).toUpperCase(), path);
    else issues.push({ kind: 'misnamed', path, reason: `"${fileName}" is not named like S010_004_00000017.png` });
  }
  const entries: FolderEntry[] = [];
  for (const file of [...labelFiles].sort()) {
    const stem = (SIDE_FILE.exec(file)?.[1] ?? '').toUpperCase();
    const path = pictures.get(stem);
    if (path === undefined) {
      issues.push({ kind: 'missing', path: `${stem}.png`, reason: `${file} labels it` });
      continue;
    }
    const subject = stem.slice(0, stem.indexOf('_'));
    entries.push({ path, emotion: await readCode(join(root, file)), subject, groups: {} });
  }
  return entries;
}

/** A label file holds one number, such as `   3.0000000e+00`. */
async function readCode(file: string): Promise<Emotion> {
  const text = (await readFile(file, 'utf8')).trim();
  const code = text === '' ? Number.NaN : Number(text);
  if (Number.isInteger(code) && code >= 1 && code < CODES.length) return CODES[code];
  const meanings = CODES.map((emotion, index) => `${index} ${emotion}`).slice(1);
  throw new InvalidDataError({
    expected: `a code from 1 to 7 (${meanings.join(', ')}) in ${file}`,
    found: JSON.stringify(text.slice(0, 40)),
    fix: 'fetch the file again or remove it',
    details: { file },
  });
}

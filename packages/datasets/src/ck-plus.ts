import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ALL_EMOTIONS, type Emotion, InvalidDataError, MissingInputError } from '@mien/core';
import { describeSystemError } from '@mien/core/node';
import { type FileTree, listImages } from './file-tree.js';
import { createFolderDataset, emotionOfFolder, type FolderEntry, type FolderSequence } from './folder-dataset.js';
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

export interface CkPlusOptions {
  readonly path: string;
  readonly name?: string;
  /** Of the release: how many frames up to the peak become samples of the sequence's emotion; default 1, CK+48 has 3. */
  readonly apexFrames?: number;
  /** Of the release: whether the first frame of each sequence becomes a sample of neutral; default: no. */
  readonly neutralFrame?: boolean;
}

/**
 * CK+, the Extended Cohn-Kanade set (Lucey et al. 2010), in either of its layouts: **CK+48**, a folder a class of 48×48
 * pictures, the last three frames of each labelled sequence; or the **release**, `cohn-kanade-images` beside `Emotion`. Each
 * sequence of it goes from a neutral face to the peak of the expression, which its `_emotion.txt` is named after: as samples the
 * last `apexFrames` are taken, and with `neutralFrame` the first. `sequences()` has every frame (of CK+48 the three); intensity
 * is known at the ends only. The subject is the person, so all frames of a sequence and all sequences of a person stay on one
 * side of a split.
 * @throws {MissingInputError} when the folder is not there or is empty, or a label file may not be read.
 * @throws {InvalidDataError} when no picture in it has a label, or a label file holds no code from 1 to 7.
 */
export async function openCkPlus(options: CkPlusOptions): Promise<OpenedDataset> {
  const { path: root, name = 'ck-plus' } = options;
  const tree = await listImages(root);
  const labelFiles = tree.issues.filter(({ path }) => SIDE_FILE.exec(path)?.[2].toLowerCase() === 'emotion');
  const issues: DatasetIssue[] = tree.issues.filter(({ path }) => !SIDE_FILE.test(path));
  const { entries, sequences } =
    labelFiles.length > 0
      ? await listReleaseFrames(options, tree, labelFiles.map(({ path }) => path).sort(), issues)
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
  return createFolderDataset({ name, labels, licence, root, entries, sequences, issues });
}

interface Listed {
  readonly entries: FolderEntry[];
  readonly sequences: FolderSequence[];
}

function listClassFolders(tree: FileTree, issues: DatasetIssue[]): Listed {
  const entries: FolderEntry[] = [];
  const sequences = new Map<string, FolderSequence & { readonly frames: { path: string; intensity?: number }[] }>();
  for (const path of tree.images) {
    const folders = path.split('/');
    const fileName = folders.pop() as string;
    const facts = parseCkPlusName(fileName);
    const emotion = folders.map(emotionOfFolder).find((found) => found !== undefined);
    if (emotion === undefined) {
      issues.push({ kind: 'misplaced', path, reason: 'lies in no class folder' });
    } else if (!facts) {
      issues.push(misnamed(path, fileName));
    } else {
      const { subject } = facts;
      entries.push({ path, emotion, subject, groups: {} });
      const id = `${[...folders, ''].join('/')}${subject}_${facts.sequence}`;
      const sequence = sequences.get(id) ?? { id, emotion, subject, groups: {}, frames: [] };
      sequences.set(id, sequence);
      // Pictures come sorted by name, and frame numbers have one length.
      sequence.frames.push({ path });
    }
  }
  for (const { frames } of sequences.values()) frames[frames.length - 1].intensity = 1;
  return { entries, sequences: [...sequences.values()] };
}

/** Frames of each sequence that has a label file. Unlabelled sequences are the release's own and no issue each. */
async function listReleaseFrames(
  { path: root, apexFrames = 1, neutralFrame = false }: CkPlusOptions,
  tree: FileTree,
  labelFiles: readonly string[],
  issues: DatasetIssue[],
): Promise<Listed> {
  const frames = new Map<string, { readonly number: number; readonly path: string }[]>();
  const stems = new Map<string, string>();
  for (const path of tree.images) {
    const fileName = path.slice(path.lastIndexOf('/') + 1);
    const facts = parseCkPlusName(fileName);
    if (!facts) {
      issues.push(misnamed(path, fileName));
      continue;
    }
    const stem = stemOf(facts);
    const other = stems.get(stem);
    if (other !== undefined) {
      issues.push({ kind: 'duplicate', path, reason: `${other} has the same name; that one is used` });
      continue;
    }
    stems.set(stem, path);
    const key = `${facts.subject}_${facts.sequence}`;
    const own = frames.get(key) ?? [];
    frames.set(key, own);
    own.push({ number: facts.frame, path });
  }
  const entries: FolderEntry[] = [];
  const sequences: FolderSequence[] = [];
  for (const file of labelFiles) {
    const facts = parseCkPlusName(`${SIDE_FILE.exec(file)?.[1]}.png`);
    if (!facts) continue;
    const { subject, sequence, frame: peak } = facts;
    const id = `${subject}_${sequence}`;
    const own = (frames.get(id) ?? []).filter(({ number }) => number <= peak).sort((a, b) => a.number - b.number);
    if (own.at(-1)?.number !== peak) {
      issues.push({ kind: 'missing', path: `${stemOf(facts)}.png`, reason: `${file} labels it` });
      continue;
    }
    const emotion = await readCode(join(root, file));
    const apex = own.slice(-apexFrames);
    if (neutralFrame && apex.length < own.length) {
      entries.push({ path: own[0].path, emotion: 'neutral', subject, groups: {} });
    }
    for (const { path } of apex) entries.push({ path, emotion, subject, groups: {} });
    sequences.push({
      id,
      emotion,
      subject,
      groups: {},
      frames: own.map(({ path }, index) => ({
        path,
        // What lies between is not said; a sequence of one frame is its peak.
        ...(index === own.length - 1 ? { intensity: 1 } : index === 0 ? { intensity: 0 } : {}),
      })),
    });
  }
  return { entries, sequences };
}

function stemOf({ subject, sequence, frame }: CkPlusName): string {
  return `${subject}_${sequence}_${String(frame).padStart(8, '0')}`;
}

function misnamed(path: string, fileName: string): DatasetIssue {
  return { kind: 'misnamed', path, reason: `"${fileName}" is not named like S010_004_00000017.png` };
}

/** A label file holds one number, such as `   3.0000000e+00`. */
async function readCode(file: string): Promise<Emotion> {
  const text = (await readText(file)).trim();
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

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new MissingInputError({
      expected: `to read the label file ${file}`,
      found: describeSystemError(error),
      fix: 'check its permissions, or remove it to leave its sequence out',
      details: { file },
      cause: error,
    });
  }
}

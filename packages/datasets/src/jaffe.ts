import { EMOTIONS, type Emotion, InvalidDataError } from '@mien/core';
import { listImages } from './file-tree.js';
import { createFolderDataset, type FolderEntry } from './folder-dataset.js';
import type { DatasetIssue, OpenedDataset } from './opened-dataset.js';

const EXPRESSIONS: Readonly<Record<string, Emotion>> = {
  AN: 'angry',
  DI: 'disgust',
  FE: 'fear',
  HA: 'happy',
  NE: 'neutral',
  SA: 'sad',
  SU: 'surprise',
};

const NAME = /^([A-Z]{2})\.(AN|DI|FE|HA|NE|SA|SU)(\d+)\.(\d+)\.[^.]+$/i;

/** What a JAFFE file name says: `KA.AN1.39.tiff` is person KA, ANgry, her first such picture, number 39 of the set. */
export interface JaffeName {
  readonly subject: string;
  readonly emotion: Emotion;
  readonly take: number;
  /** Unique in the release. */
  readonly number: number;
}

/** Reads a JAFFE file name (without folders; case does not matter); `undefined` when it does not follow the scheme. */
export function parseJaffeName(fileName: string): JaffeName | undefined {
  const match = NAME.exec(fileName);
  if (!match) return undefined;
  const [, subject, expression, take, number] = match;
  const emotion = EXPRESSIONS[expression.toUpperCase()];
  return { subject: subject.toUpperCase(), emotion, take: Number(take), number: Number(number) };
}

/**
 * JAFFE, the Japanese Female Facial Expressions (Lyons et al. 1998): 213 pictures of ten women, 256×256. Only file names
 * count, folders may be nested in any way. A second file of one number is a duplicate and is left out. Some of the release's
 * tiffs are palette pictures; they are decoded as what they show.
 * @throws {MissingInputError} when the folder is not there or is empty.
 * @throws {InvalidDataError} when no picture in it is named in JAFFE's way.
 */
export async function openJaffe(options: { readonly path: string; readonly name?: string }): Promise<OpenedDataset> {
  const { path: root, name = 'jaffe' } = options;
  const tree = await listImages(root);
  const issues: DatasetIssue[] = [...tree.issues];
  const entries: FolderEntry[] = [];
  const taken = new Map<number, string>();

  for (const path of tree.images) {
    const fileName = path.slice(path.lastIndexOf('/') + 1);
    const facts = parseJaffeName(fileName);
    if (!facts) {
      issues.push({ kind: 'misnamed', path, reason: `"${fileName}" is not named like KA.AN1.39.tiff` });
      continue;
    }
    const other = taken.get(facts.number);
    if (other !== undefined) {
      issues.push({ kind: 'duplicate', path, reason: `${other} has the same number; that one is used` });
      continue;
    }
    taken.set(facts.number, path);
    // The set's name says that all are women.
    entries.push({ path, emotion: facts.emotion, subject: facts.subject, groups: { gender: 'female' } });
  }
  if (entries.length === 0) {
    throw new InvalidDataError({
      expected: `pictures named like KA.AN1.39.tiff in ${root}`,
      found: `${tree.images.length} picture(s), none named so${tree.images[0] ? `, such as ${tree.images[0]}` : ''}`,
      fix: 'name the folder of the unpacked JAFFE release, or open class folders as type image-folder',
      details: { path: root },
    });
  }
  const licence = 'non-commercial research only, by the terms of the JAFFE release';
  return createFolderDataset({ name, labels: EMOTIONS, licence, root, entries, issues });
}

import { EMOTIONS, type Emotion, InvalidDataError, type SampleGroups } from '@mien/core';
import { listImages } from './file-tree.js';
import { createFolderDataset, type FolderEntry } from './folder-dataset.js';
import type { DatasetIssue, OpenedDataset } from './opened-dataset.js';

const EXPRESSIONS: Readonly<Record<string, Emotion>> = {
  AF: 'fear',
  AN: 'angry',
  DI: 'disgust',
  HA: 'happy',
  NE: 'neutral',
  SA: 'sad',
  SU: 'surprise',
};

const ANGLES: Readonly<Record<string, NonNullable<SampleGroups['angle']>>> = {
  FL: 'full-left',
  HL: 'half-left',
  S: 'straight',
  HR: 'half-right',
  FR: 'full-right',
};

const NAME = /^([AB])([FM])(\d{2,})(AF|AN|DI|HA|NE|SA|SU)(FL|HL|S|HR|FR)\.[^.]+$/i;

/** What a KDEF file name says: `AF01ANFL.JPG` is session A, female 01, ANgry, full left. */
export interface KdefName {
  readonly session: 'A' | 'B';
  readonly gender: 'female' | 'male';
  /** The person: gender and number. Without the session, since `AF01` and `BF01` are one woman on two days. */
  readonly subject: string;
  readonly emotion: Emotion;
  readonly angle: NonNullable<SampleGroups['angle']>;
}

/** Reads a KDEF file name (without folders; case does not matter); `undefined` when it does not follow the scheme. */
export function parseKdefName(fileName: string): KdefName | undefined {
  const match = NAME.exec(fileName);
  if (!match) return undefined;
  const [session, gender, number, expression, angle] = match.slice(1).map((part) => part.toUpperCase());
  return {
    session: session === 'A' ? 'A' : 'B',
    gender: gender === 'F' ? 'female' : 'male',
    subject: `${gender}${number}`,
    emotion: EXPRESSIONS[expression],
    angle: ANGLES[angle],
  };
}

/**
 * The Karolinska Directed Emotional Faces (Lundqvist, Flykt & Öhman 1998) and every set that is named like it: the release
 * with 70 people, five angles and colour, its frontal grey crops, and the generated sample set. Folders may be nested in any
 * way, for only file names count. The release has a few misnamed and missing files: they become `issues`, with the reason,
 * and the rest is used. Nothing is guessed from a picture.
 * @throws {MissingInputError} when the folder is not there or is empty.
 * @throws {InvalidDataError} when no picture in it is named in KDEF's way.
 */
export async function openKdef(options: {
  readonly path: string;
  readonly name?: string;
  readonly licence?: string;
}): Promise<OpenedDataset> {
  const {
    path: root,
    name = 'kdef',
    licence = 'non-commercial research only, by the terms of the KDEF release',
  } = options;
  const tree = await listImages(root);
  const issues: DatasetIssue[] = [...tree.issues];
  const entries: FolderEntry[] = [];
  const taken = new Map<string, string>();

  for (const path of tree.images) {
    const fileName = path.slice(path.lastIndexOf('/') + 1);
    const facts = parseKdefName(fileName);
    if (!facts) {
      issues.push({ kind: 'misnamed', path, reason: `"${fileName}" is not named like AF01ANFL.JPG` });
      continue;
    }
    const stem = fileName.slice(0, fileName.indexOf('.')).toUpperCase();
    const other = taken.get(stem);
    if (other !== undefined) {
      issues.push({ kind: 'duplicate', path, reason: `${other} has the same name; that one is used` });
      continue;
    }
    taken.set(stem, path);
    const { emotion, subject, gender, angle } = facts;
    entries.push({ path, emotion, subject, groups: { gender, angle } });
  }

  if (entries.length === 0) {
    throw new InvalidDataError({
      expected: `pictures named like AF01ANFL.JPG in ${root}`,
      found: `${tree.images.length} picture(s), none named so${tree.images[0] ? `, such as ${tree.images[0]}` : ''}`,
      fix: 'name the folder of the unpacked KDEF release, or open class folders as type image-folder',
      details: { path: root },
    });
  }
  issues.push(...missingPictures([...taken.keys()]));
  return createFolderDataset({ name, labels: EMOTIONS, licence, root, entries, issues });
}

/** In each session, a person shows every expression at every angle that the set has: what is not there is missing. */
function missingPictures(stems: readonly string[]): DatasetIssue[] {
  const present = new Set(stems);
  const parts = stems.map((stem) => /^([AB][FM]\d+)(..)(.+)$/.exec(stem) as RegExpExecArray);
  const sittings = new Set(parts.map((part) => part[1]));
  const angles = Object.keys(ANGLES).filter((angle) => parts.some((part) => part[3] === angle));
  const issues: DatasetIssue[] = [];
  for (const sitting of sittings) {
    for (const expression of Object.keys(EXPRESSIONS)) {
      for (const angle of angles) {
        const stem = `${sitting}${expression}${angle}`;
        if (!present.has(stem)) {
          issues.push({
            kind: 'missing',
            path: `${stem}.JPG`,
            reason: `no ${EXPRESSIONS[expression]}, ${ANGLES[angle]}, of ${sitting}`,
          });
        }
      }
    }
  }
  return issues;
}

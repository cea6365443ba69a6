import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EMOTIONS, InvalidDataError, MienError, type Split } from '@mien/core';
import { decodeImage } from './decode.js';
import { listImages } from './file-tree.js';
import { createFolderDataset, emotionOfFolder, type FolderEntry } from './folder-dataset.js';
import type { DatasetIssue, OpenedDataset } from './opened-dataset.js';
import { isBlank } from './pixel-statistics.js';

/** `OceansTwelve_001817760_00000010.png`; a few have another separator: `OceansThirteen-…`, `IAmSam_013827920__00000055.png`. */
const NAME = /^(.+?)[_-]+(\d{9})[_-]+(\d{8})\.[^.]+$/;

const SPLITS: Readonly<Record<string, Split>> = { train: 'train', val: 'validation', test: 'test' };

/** Only smaller files can be blank: the release's blank alignments have 10 to 13 kB, its median picture 45. */
const BLANK_FILE_BYTES = 24_000;

/** What an SFEW file name says: the film, the time of the clip in it, and the frame of the clip. */
export interface SfewName {
  readonly film: string;
  readonly time: string;
  readonly frame: number;
}

/** Reads an SFEW file name (without folders); `undefined` when it does not follow the scheme. */
export function parseSfewName(fileName: string): SfewName | undefined {
  const match = NAME.exec(fileName);
  return match ? { film: match[1], time: match[2], frame: Number(match[3]) } : undefined;
}

/**
 * SFEW 2.0, Static Facial Expressions in the Wild (Dhall et al. 2015): stills of films in `Train`, `Val` and `Test`, a folder
 * a class below each (`Angry`, `Disgust`, …). Folders between the two are disregarded. The subject is the film, which the
 * file name begins with. The labels of `Test` were held back: its pictures outside class folders become one issue. Aligned
 * pictures that came out blank become issues and are left out.
 * @throws {MissingInputError} when the folder is not there or is empty.
 * @throws {InvalidDataError} when no picture lies in a class folder below Train, Val or Test.
 */
export async function openSfew(options: { readonly path: string; readonly name?: string }): Promise<OpenedDataset> {
  const { path: root, name = 'sfew' } = options;
  const tree = await listImages(root);
  const issues: DatasetIssue[] = [...tree.issues];
  const entries: FolderEntry[] = [];
  const unlabelled = new Map<string, number>();

  for (const path of tree.images) {
    const folders = path.split('/');
    const fileName = folders.pop() as string;
    const splitFolder = folders.findIndex((folder) => splitOf(folder) !== undefined);
    const emotion = folders
      .slice(splitFolder + 1)
      .map(emotionOfFolder)
      .find((found) => found !== undefined);
    const facts = parseSfewName(fileName);
    if (splitFolder < 0) {
      issues.push({ kind: 'misplaced', path, reason: 'lies below none of Train, Val and Test' });
    } else if (emotion === undefined) {
      const folder = folders.slice(0, splitFolder + 1).join('/');
      unlabelled.set(folder, (unlabelled.get(folder) ?? 0) + 1);
    } else if (!facts) {
      const reason = `"${fileName}" is not named like OceansTwelve_001817760_00000010.png, so its film is not known`;
      issues.push({ kind: 'misnamed', path, reason });
    } else if (await isBlankFile(join(root, path))) {
      issues.push({ kind: 'blank', path, reason: 'shows nothing: its alignment failed' });
    } else {
      entries.push({ path, emotion, subject: facts.film, split: splitOf(folders[splitFolder]), groups: {} });
    }
  }
  for (const [path, count] of unlabelled) {
    issues.push({ kind: 'unlabelled', path, reason: `${count} picture(s) in no class folder`, intended: true });
  }
  if (entries.length === 0) {
    throw new InvalidDataError({
      expected: `pictures in Train/<class>, Val/<class> or Test/<class> in ${root}`,
      found: `${tree.images.length} picture(s), none there${tree.images[0] ? `; the first is ${tree.images[0]}` : ''}`,
      fix: 'name the folder that holds Train and Val, unpacked',
      details: { path: root },
    });
  }
  const licence = 'research only, by the terms of the SFEW release; stills of films';
  return createFolderDataset({ name, labels: EMOTIONS, licence, root, entries, issues });
}

/** `Train`, `Val`, `Test`, also as `Train_Aligned_Faces`. */
function splitOf(folder: string): Split | undefined {
  const match = /^(train|val|test)(?![a-z])/i.exec(folder);
  return match ? SPLITS[match[1].toLowerCase()] : undefined;
}

async function isBlankFile(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).size > BLANK_FILE_BYTES) return false;
    return isBlank(await decodeImage(path));
  } catch (error) {
    // What is damaged, gone or closed to us is named when it is loaded, as in every set.
    if (MienError.isInstance(error) || (error as NodeJS.ErrnoException).syscall === 'stat') return false;
    throw error;
  }
}

import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Emotion,
  MissingInputError,
  parseEmotion,
  type Sample,
  type Sequence,
  type SequenceFrame,
  UnknownLabelError,
} from '@mien/core';
import { describeSystemError } from '@mien/core/node';
import { decodeImage } from './decode.js';
import type { DatasetIssue, OpenedDataset } from './opened-dataset.js';

/** What a folder's layout says of one picture; the path is below the root and becomes the sample's id. */
export interface FolderEntry extends Pick<Sample, 'emotion' | 'labelDistribution' | 'subject' | 'split' | 'groups'> {
  readonly path: string;
}

/** What a folder's layout says of one sequence; frames in the order of time. */
export interface FolderSequence extends Pick<Sequence, 'id' | 'emotion' | 'subject' | 'split' | 'groups'> {
  readonly frames: readonly (Pick<SequenceFrame, 'intensity'> & { readonly path: string })[];
}

/** Makes a data set of pictures in a folder, decoded when a sample or frame is loaded. */
export function createFolderDataset(parts: {
  readonly name: string;
  readonly labels: readonly Emotion[];
  readonly licence: string;
  readonly root: string;
  readonly entries: readonly FolderEntry[];
  readonly sequences?: readonly FolderSequence[];
  readonly issues: readonly DatasetIssue[];
}): OpenedDataset {
  const { name, labels, licence, root, entries, sequences, issues } = parts;
  return {
    name,
    labels,
    licence,
    issues,
    async *samples() {
      for (const { path, ...facts } of entries) {
        const file = join(root, path);
        yield { id: path, ...facts, file, load: () => decodeImage(file) };
      }
    },
    ...(sequences && {
      async *sequences() {
        for (const { frames, ...facts } of sequences) {
          yield {
            ...facts,
            frames: frames.map(({ path, ...frame }) => ({
              id: path,
              ...frame,
              load: () => decodeImage(join(root, path)),
            })),
          };
        }
      },
    }),
    fingerprint: () => fingerprintFiles(root, entries, sequences),
  };
}

/**
 * SHA-256 over what is said of each picture, with its file's size in bytes and time of last change in milliseconds. Reading no
 * content keeps it quick on large sets; a copy that does not keep the times to the millisecond has another fingerprint.
 */
async function fingerprintFiles(
  root: string,
  entries: readonly FolderEntry[],
  sequences: readonly FolderSequence[] = [],
): Promise<string> {
  const hash = createHash('sha256');
  const frames = sequences.flatMap(({ frames, ...facts }) => frames.map((frame) => ({ ...facts, ...frame })));
  for (const { path, ...facts } of [...entries, ...frames]) {
    try {
      const { size, mtimeMs } = await stat(join(root, path));
      hash.update(`${JSON.stringify([path, facts, size, Math.floor(mtimeMs)])}\n`);
    } catch (error) {
      throw new MissingInputError({
        expected: `to find ${join(root, path)}, which was there when the data set was opened`,
        found: describeSystemError(error),
        fix: 'leave the folder unchanged while it is used, or open the data set again',
        details: { path: join(root, path) },
        cause: error,
      });
    }
  }
  return hash.digest('hex');
}

/** The emotion that a folder's name means; `undefined` when it means none. */
export function emotionOfFolder(folder: string): Emotion | undefined {
  try {
    return parseEmotion(folder);
  } catch (error) {
    if (error instanceof UnknownLabelError) return undefined;
    throw error;
  }
}

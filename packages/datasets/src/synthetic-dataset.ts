import { join } from 'node:path';
import { MissingInputError } from '@mien/core';
import { hashFile } from '@mien/core/node';
import { createFolderDataset, type FolderSequence } from './folder-dataset.js';
import { openKdef, parseKdefName } from './kdef.js';
import type { OpenedDataset } from './opened-dataset.js';
import { RECORD_FILE, readRecord, SEQUENCES_FOLDER } from './synthetic/generate.js';
import { sequenceIntensity } from './synthetic/index.js';

/** `sequences/AF01ANS/AF01ANS_00000001.JPG`. */
const FRAME = /^sequences\/([A-Z0-9]+)\/\1_\d{8}\.[A-Z]+$/;
const LICENCE = 'MIT; drawn by a program, no person is shown';

/**
 * The folder of a generated set, which is named as KDEF. Where sequences were drawn, `sequences()` has them, each frame with
 * the intensity that it was drawn with.
 * @throws {MissingInputError} when the folder is not there or is empty.
 * @throws {InvalidDataError} when no picture in it is named in KDEF's way.
 */
export async function openSynthetic(source: { readonly path: string; readonly name?: string }): Promise<OpenedDataset> {
  const { path: root, name = 'synthetic' } = source;
  try {
    const dataset = await openKdef({ path: root, name, licence: LICENCE });
    const record = await readRecord(root);
    // A set without the generator's record is one that somebody copied in part.
    if (record === undefined) return dataset;
    const own = (path: string) => path === RECORD_FILE || path.startsWith(`${SEQUENCES_FOLDER}/`);
    const issues = dataset.issues.filter(({ path }) => !own(path));
    const { options, files } = record;
    const sequences = options.sequences && listSequences(Object.keys(files), options.sequences.frames);
    return {
      ...dataset,
      issues,
      ...(sequences && {
        sequences: createFolderDataset({ ...dataset, root, entries: [], sequences }).sequences,
      }),
      // The record names the options and every file's size: the same set drawn again elsewhere is the same data.
      fingerprint: () => hashFile(join(root, RECORD_FILE)),
    };
  } catch (error) {
    if (!(error instanceof MissingInputError)) throw error;
    const { expected, found, details } = error;
    const fix = 'generate the sample set there first (its preprocess task does), or correct the path';
    throw new MissingInputError({ expected, found, fix, details, cause: error });
  }
}

function listSequences(files: readonly string[], length: number): FolderSequence[] {
  const sequences = new Map<string, FolderSequence & { readonly frames: { path: string; intensity: number }[] }>();
  for (const path of files) {
    const stem = FRAME.exec(path)?.[1] ?? '';
    const facts = parseKdefName(`${stem}.JPG`);
    if (!facts) continue;
    const { emotion, subject, gender, angle } = facts;
    const sequence = sequences.get(stem) ?? { id: stem, emotion, subject, groups: { gender, angle }, frames: [] };
    sequences.set(stem, sequence);
    sequence.frames.push({ path, intensity: sequenceIntensity(sequence.frames.length, length) });
  }
  return [...sequences.values()];
}

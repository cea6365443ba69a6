import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { InvalidDataError, MissingInputError } from '@mien/core';
import type { HaarCascade } from './haar-options.js';
import type { OpenCv, OpenCvCascade } from './opencv.js';

export interface LoadedCascade {
  readonly cascade: OpenCvCascade;
  /** Stages that a window must pass to be a face. */
  readonly stages: number;
  /** What the sum of the last stage must reach. */
  readonly threshold: number;
}

/** Reading one takes tens of milliseconds, so detectors share them; they stay until the process ends, a few MiB in all. */
const store = new Map<HaarCascade, Promise<LoadedCascade>>();

/** The cascade files are beside the compiled code; the path is the same from the sources. */
const FOLDER = new URL('../dist/cascades/', import.meta.url);

/**
 * A cascade, read on first use.
 * @throws {MissingInputError} when the package was not built; @throws {InvalidDataError} when OpenCV cannot read the file.
 */
export function loadCascade(cv: OpenCv, name: HaarCascade): Promise<LoadedCascade> {
  let entry = store.get(name);
  if (!entry) {
    entry = read(cv, name);
    store.set(name, entry);
    // A failure is not kept: the next call tries again.
    entry.catch(() => store.delete(name));
  }
  return entry;
}

async function read(cv: OpenCv, name: HaarCascade): Promise<LoadedCascade> {
  const path = fileURLToPath(new URL(`${name}.xml`, FOLDER));
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new MissingInputError({
      expected: `the Haar cascade ${path}`,
      found: 'no such file',
      fix: 'install @mien/faces again, or, in its repository, build it',
      details: { path },
      cause: error,
    });
  }
  // OpenCV.js reads from its own file system in memory; the copy there is dropped once parsed.
  const file = `${name}.xml`;
  cv.FS_createDataFile('/', file, bytes, true, false, false);
  const cascade = new cv.CascadeClassifier();
  const loaded = cascade.load(`/${file}`);
  cv.FS_unlink(`/${file}`);
  const thresholds = [...bytes.toString('latin1').matchAll(/<stageThreshold>([^<]+)<\/stageThreshold>/g)];
  const threshold = Number(thresholds.at(-1)?.[1]);
  if (loaded && Number.isFinite(threshold)) return { cascade, stages: thresholds.length, threshold };
  cascade.delete();
  throw new InvalidDataError({
    expected: `${path} to hold a Haar cascade`,
    found: 'a file that OpenCV cannot read as one',
    fix: 'install @mien/faces again',
    details: { path },
  });
}

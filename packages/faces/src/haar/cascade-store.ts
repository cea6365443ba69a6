import { InvalidDataError } from '@mien/core';
import { type FaceResources, readAsset } from '../resources.js';
import { type CascadeData, parseCascade } from './cascade-data.js';
import type { HaarCascade } from './haar-options.js';
import type { OpenCv, OpenCvCascade } from './opencv.js';

export interface LoadedCascade {
  readonly cascade: OpenCvCascade;
  /** For the compiled search; undefined where it knows no such cascade. */
  readonly data: CascadeData | undefined;
  /** Stages that a window must pass to be a face. */
  readonly stages: number;
  /** What the sum of the last stage must reach. */
  readonly threshold: number;
}

/** Reading one takes tens of milliseconds, so detectors share them; they stay until the process ends, a few MiB in all. */
const store = new Map<HaarCascade, Promise<LoadedCascade>>();

/**
 * A cascade, read on first use.
 * @throws {MissingInputError} when its file is not there; @throws {InvalidDataError} when OpenCV cannot read the file.
 */
export function loadCascade(cv: OpenCv, name: HaarCascade, resources: FaceResources): Promise<LoadedCascade> {
  let entry = store.get(name);
  if (!entry) {
    entry = read(cv, name, resources);
    store.set(name, entry);
    // A failure is not kept: the next call tries again.
    entry.catch(() => store.delete(name));
  }
  return entry;
}

async function read(cv: OpenCv, name: HaarCascade, resources: FaceResources): Promise<LoadedCascade> {
  const bytes = await readAsset(`cascades/${name}.xml`, resources);
  // OpenCV.js reads from its own file system in memory; the copy there is dropped once parsed.
  const file = `${name}.xml`;
  cv.FS_createDataFile('/', file, bytes, true, false, false);
  const cascade = new cv.CascadeClassifier();
  const loaded = cascade.load(`/${file}`);
  cv.FS_unlink(`/${file}`);
  const xml = new TextDecoder('latin1').decode(bytes);
  const thresholds = [...xml.matchAll(/<stageThreshold>([^<]+)<\/stageThreshold>/g)];
  const threshold = Number(thresholds.at(-1)?.[1]);
  if (loaded && Number.isFinite(threshold))
    return { cascade, data: parseCascade(xml), stages: thresholds.length, threshold };
  cascade.delete();
  throw new InvalidDataError({
    expected: `${file} to hold a Haar cascade`,
    found: 'a file that OpenCV cannot read as one',
    fix: 'install @mien/faces again',
    details: { file },
  });
}

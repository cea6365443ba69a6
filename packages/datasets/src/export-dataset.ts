import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  ALL_EMOTIONS,
  type Dataset,
  type Emotion,
  InvalidConfigurationError,
  MienError,
  type Sample,
  WriteFailedError,
} from '@mien/core';
import { describeSystemError } from '@mien/core/node';
import sharp from 'sharp';
import { DATASET_RECORD, type DatasetRecord } from './dataset-record.js';
import { compare } from './file-tree.js';
import { formatCsvLine, LABELS_TABLE, PROBABILITY_COLUMNS, TABLE_COLUMNS } from './labels-table.js';

export interface ExportOptions {
  readonly dataset: Dataset;
  /** Must not be there yet, or be empty. */
  readonly directory: string;
  /** Which samples to write; default: all. */
  readonly include?: (sample: Sample) => boolean;
  /** Called after each sample that is looked at. */
  readonly onProgress?: (done: number) => void;
}

export interface ExportResult {
  readonly pictures: number;
  readonly perClass: Readonly<Partial<Record<Emotion, number>>>;
  /** Pictures that cannot be read or decoded, and are left out. */
  readonly damaged: readonly { readonly id: string; readonly reason: string }[];
}

/** Pictures in work at once: one is encoded while others are decoded. */
const LANES = 4;

/**
 * Writes a data set as class folders of PNG pictures with a `labels.csv` (people, parts, groups, label distributions) and a
 * `dataset.json` (licence, labels): any tool reads the folders, and `openImageFolder` reads all of it, pixel for pixel. File
 * names are made of the samples' ids. The folder appears whole or not at all.
 * @throws {InvalidConfigurationError} when the directory holds something.
 * @throws {WriteFailedError} when it cannot be written.
 */
export async function exportDataset(options: ExportOptions): Promise<ExportResult> {
  const { dataset } = options;
  const directory = resolve(options.directory);
  await refuseOccupied(directory);
  const temporary = join(dirname(directory), `.${basename(directory)}.partial-${process.pid}-${randomUUID()}`);
  try {
    for (const label of dataset.labels) await mkdir(join(temporary, label), { recursive: true });
    const { rows, damaged } = await writePictures(temporary, options);
    rows.sort((a, b) => compare(a.path, b.path));
    await writeFile(join(temporary, LABELS_TABLE), formatTable(rows, dataset.labels));
    const record: DatasetRecord = {
      name: dataset.name,
      licence: dataset.licence,
      labels: [...dataset.labels],
      pictures: rows.length,
      fingerprint: await dataset.fingerprint(),
    };
    await writeFile(join(temporary, DATASET_RECORD), `${JSON.stringify(record, null, 2)}\n`);
    // An empty folder may be there; rename replaces none on some systems.
    await rm(directory, { recursive: true, force: true });
    await rename(temporary, directory);
    const perClass: Partial<Record<Emotion, number>> = {};
    for (const { sample } of rows) perClass[sample.emotion] = (perClass[sample.emotion] ?? 0) + 1;
    return { pictures: rows.length, perClass, damaged };
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new WriteFailedError({
      expected: `to write the pictures of ${dataset.name} to ${directory}`,
      found: describeSystemError(cause),
      fix: 'free some space or choose a folder that can be written, then run again',
      details: { directory },
      cause,
    });
  }
}

interface Row {
  readonly path: string;
  readonly sample: Sample;
}

async function writePictures(
  directory: string,
  { dataset, include = () => true, onProgress }: ExportOptions,
): Promise<{ rows: Row[]; damaged: { id: string; reason: string }[] }> {
  const rows: Row[] = [];
  const damaged: { id: string; reason: string }[] = [];
  const taken = new Set<string>();
  const samples = dataset.samples()[Symbol.asyncIterator]();
  let done = 0;
  let failed = false;
  const lane = async (): Promise<void> => {
    while (!failed) {
      const next = await samples.next();
      if (next.done) return;
      const sample = next.value;
      if (include(sample)) {
        // Named before anything is waited for, so that names follow the samples' order.
        const path = choosePath(sample, taken);
        try {
          const { width, height, channels, data } = await sample.load();
          // Said outright: sharp would write grey as colour.
          const space = channels === 1 ? 'b-w' : 'srgb';
          const raw = { width, height, channels };
          const png = await sharp(data, { raw }).toColourspace(space).png().toBuffer();
          await writeFile(join(directory, path), png);
          rows.push({ path, sample });
        } catch (error) {
          if (!MienError.isInstance(error)) throw error;
          damaged.push({ id: sample.id, reason: error.found });
        }
      }
      onProgress?.(++done);
    }
  };
  const lanes = Array.from({ length: LANES }, () =>
    lane().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  // All lanes end before an error goes on, so that nothing is written into a folder that is being removed.
  const results = await Promise.allSettled(lanes);
  await samples.return?.();
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return { rows, damaged };
}

/** `Train/Angry/Juno_1.png` of the class angry → `angry/Train_Angry_Juno_1.png`: a name that every file system takes, once. */
function choosePath({ id, emotion }: Sample, taken: Set<string>): string {
  const stem =
    id
      .normalize('NFC')
      .replace(/\.[a-z0-9]{1,5}$/i, '')
      .replace(/[^\p{L}\p{N}.-]+/gu, '_')
      // A leading dot hides a file, a trailing one is lost on some systems.
      .replace(/^[._]+|[._]+$/g, '')
      .slice(-80) || 'picture';
  for (let copy = 1; ; copy++) {
    const path = `${emotion}/${stem}${copy > 1 ? `-${copy}` : ''}.png`;
    const key = path.toLowerCase();
    if (taken.has(key)) continue;
    taken.add(key);
    return path;
  }
}

function formatTable(rows: readonly Row[], labels: readonly Emotion[]): string {
  const soft = rows.some(({ sample }) => sample.labelDistribution !== undefined);
  const columns = [...TABLE_COLUMNS, ...(soft ? PROBABILITY_COLUMNS : [])];
  return [
    formatCsvLine(columns),
    ...rows.map(({ path, sample: { emotion, subject, split, groups, labelDistribution } }) =>
      formatCsvLine([
        ...[path, emotion, subject, split, groups.gender, groups.angle, groups.database].map((value) => value ?? ''),
        ...(soft ? ALL_EMOTIONS.map((label) => String(labelDistribution?.[labels.indexOf(label)] ?? '')) : []),
      ]),
    ),
  ].join('');
}

async function refuseOccupied(directory: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    names = [describeSystemError(error)];
  }
  if (names.length === 0) return;
  throw new InvalidConfigurationError({
    expected: `${directory} to be an empty folder, or not to be there`,
    found: names.slice(0, 3).join(', '),
    fix: 'choose another folder, or empty this one',
    details: { directory },
  });
}

import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { EMOTIONS, InvalidConfigurationError, WriteFailedError } from '@mien/core';
import sharp from 'sharp';
import { z } from 'zod';
import { createPerson, type Gender } from './person.js';
import { type FaceParameters, renderFace } from './render.js';
import {
  ANGLES,
  type SampleKey,
  SESSIONS,
  sampleFaceParameters,
  sampleSequenceParameters,
} from './sample-parameters.js';

/** Raised whenever the same options would give other pictures, so that a set made by an older version is made again. */
export const SYNTHETIC_GENERATOR_VERSION = 3;

/** KDEF's code of each expression in its file names. */
const CODES: Readonly<Record<(typeof EMOTIONS)[number], string>> = {
  angry: 'AN',
  disgust: 'DI',
  fear: 'AF',
  happy: 'HA',
  neutral: 'NE',
  sad: 'SA',
  surprise: 'SU',
};

/** Where the generator says what it drew. */
export const RECORD_FILE = 'generator.json';
/** Folder of the sequences, a folder each: `sequences/AF01ANS/AF01ANS_00000001.JPG` … */
export const SEQUENCES_FOLDER = 'sequences';

const unique = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

/** How a generated set is made, as data. */
export const syntheticDatasetSchema = z.strictObject({
  seed: z.int().default(1),
  people: z
    .strictObject({ female: z.int().min(0).max(99), male: z.int().min(0).max(99) })
    .refine((people) => people.female + people.male > 0, 'at least one person')
    .default({ female: 12, male: 12 }),
  sessions: z.array(z.enum(SESSIONS)).min(1).refine(unique, 'each once').default(['A']),
  angles: z
    .array(z.enum(ANGLES))
    .min(1)
    .refine(unique, 'each once')
    .default([...ANGLES]),
  size: z
    .strictObject({ width: z.int().min(16).max(4096), height: z.int().min(16).max(4096) })
    .default({ width: 211, height: 286 }),
  format: z.enum(['jpeg', 'png']).default('jpeg'),
  /** Also a sequence from neutral to the apex for every person, session and expression but neutral, at these angles. */
  sequences: z
    .strictObject({
      frames: z.int().min(2).max(64),
      angles: z.array(z.enum(ANGLES)).min(1).refine(unique, 'each once').default(['S']),
    })
    .optional(),
});

const recordSchema = z.object({
  version: z.int(),
  options: syntheticDatasetSchema,
  files: z.record(z.string(), z.int().positive()),
});

export type SyntheticDatasetChoices = z.input<typeof syntheticDatasetSchema>;

export interface SyntheticDatasetOptions extends SyntheticDatasetChoices {
  /** Folder of the set; made if it is not there, replaced if an older generated set lies in it. */
  readonly directory: string;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface SyntheticDatasetResult {
  readonly images: number;
  /** True when the set was there already, whole, with the same options, and nothing was written. */
  readonly reused: boolean;
}

type Options = z.output<typeof syntheticDatasetSchema>;

/**
 * Makes a set of generated faces in KDEF's layout (`AF01/AF01ANFL.JPG`: session, gender, number, expression, angle)
 * with a `generator.json` that says how it was made; sequences, where they are asked for, lie in `sequences/`. It appears whole or not at all: pictures are written to a
 * folder beside it, which is renamed at the end. The same options give the same bytes (with the same sharp).
 * Called again with the same options it leaves a whole set as it is, and makes a damaged one again.
 * @throws {InvalidConfigurationError} when an option is out of range, or the folder holds files that are not a generated set.
 * @throws {WriteFailedError} when the set cannot be written.
 */
export async function generateSyntheticDataset(input: SyntheticDatasetOptions): Promise<SyntheticDatasetResult> {
  const { directory: given, onProgress, ...choices } = input;
  const options = parseOptions(choices);
  const directory = path.resolve(given);
  const work = listWork(options);
  if (await isWhole(directory, options)) return { images: work.length, reused: true };
  await refuseForeignFolder(directory);
  await removeAbandoned(directory);
  let temporary: string | undefined;
  try {
    await mkdir(path.dirname(directory), { recursive: true });
    temporary = `${directory}.partial-${process.pid}-${randomUUID()}`;
    await mkdir(temporary);
    const files = await writeImages(temporary, work, options, onProgress);
    const record = { version: SYNTHETIC_GENERATOR_VERSION, options, files };
    await writeFile(path.join(temporary, RECORD_FILE), `${JSON.stringify(record, null, 2)}\n`);
    await rm(directory, { recursive: true, force: true });
    await rename(temporary, directory);
  } catch (cause) {
    if (temporary) await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    // Another process may have put the same set there in the meantime: then it is done.
    if (await isWhole(directory, options)) return { images: work.length, reused: true };
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw new WriteFailedError({
      expected: `to write ${work.length} generated pictures to ${directory}`,
      found: cause.message,
      fix: 'free some space or choose a folder that can be written, then run again',
      details: { directory },
      cause,
    });
  }
  return { images: work.length, reused: false };
}

function parseOptions(choices: SyntheticDatasetChoices): Options {
  const parsed = syntheticDatasetSchema.safeParse(choices);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InvalidConfigurationError({
    expected: 'options of the generated data set that fit their ranges',
    found: `${issue.path.join('.') || 'the options'}: ${issue.message}`,
    fix: 'correct that option',
    details: { issues: parsed.error.issues },
  });
}

interface WorkItem {
  readonly file: string;
  readonly parameters: () => FaceParameters;
}

function listWork(options: Options): WorkItem[] {
  const { angles, format, sequences } = options;
  const extension = format === 'jpeg' ? 'JPG' : 'PNG';
  const sittings = listSittings(options);
  const pictures = sittings.flatMap(({ folder, ...sitting }) =>
    angles.map((angle) => {
      const key: SampleKey = { ...sitting, angle };
      const file = `${folder}/${folder}${CODES[sitting.emotion]}${angle}.${extension}`;
      return { file, parameters: () => sampleFaceParameters(key) };
    }),
  );
  if (!sequences) return pictures;
  const frames = sittings
    .filter(({ emotion }) => emotion !== 'neutral')
    .flatMap(({ folder, ...sitting }) =>
      sequences.angles.flatMap((angle) => {
        const key: SampleKey = { ...sitting, angle };
        const stem = `${folder}${CODES[sitting.emotion]}${angle}`;
        return Array.from({ length: sequences.frames }, (_, frame) => ({
          file: `${SEQUENCES_FOLDER}/${stem}/${stem}_${String(frame + 1).padStart(8, '0')}.${extension}`,
          parameters: () => sampleSequenceParameters(key, sequences.frames)[frame],
        }));
      }),
    );
  return [...pictures, ...frames];
}

interface Sitting extends Omit<SampleKey, 'angle'> {
  readonly emotion: (typeof EMOTIONS)[number];
  /** `AF01`: session and person. */
  readonly folder: string;
}

/** Every expression of every person in every session. */
function listSittings({ seed, people, sessions, size }: Options): Sitting[] {
  const sittings: Sitting[] = [];
  for (const gender of ['female', 'male'] as const satisfies readonly Gender[]) {
    for (let number = 1; number <= people[gender]; number++) {
      const person = createPerson(seed, gender, number);
      for (const session of sessions) {
        for (const emotion of EMOTIONS) {
          sittings.push({ folder: `${session}${person.id}`, seed, person, session, emotion, size });
        }
      }
    }
  }
  return sittings;
}

async function writeImages(
  directory: string,
  work: readonly WorkItem[],
  options: Options,
  onProgress: SyntheticDatasetOptions['onProgress'],
): Promise<Record<string, number>> {
  for (const folder of new Set(work.map((item) => path.dirname(item.file)))) {
    await mkdir(path.join(directory, folder), { recursive: true });
  }
  const sizes = new Map<string, number>();
  let next = 0;
  let done = 0;
  let failed = false;
  // Drawing takes turns on this thread while sharp scales and encodes others on its own.
  const lane = async (): Promise<void> => {
    while (next < work.length && !failed) {
      const item = work[next++];
      const image = await renderFace(item.parameters());
      const raw = sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } });
      const bytes = await (options.format === 'jpeg'
        ? raw.jpeg({ quality: 92 })
        : raw.png({ compressionLevel: 4 })
      ).toBuffer();
      await writeFile(path.join(directory, item.file), bytes);
      sizes.set(item.file, bytes.length);
      done++;
      onProgress?.({ done, total: work.length });
    }
  };
  const lanes = Array.from({ length: Math.min(4, availableParallelism()) + 1 }, () =>
    lane().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  // All lanes end before an error goes on, so that nothing is written into a folder that is being removed.
  for (const result of await Promise.allSettled(lanes)) if (result.status === 'rejected') throw result.reason;
  return Object.fromEntries(work.map((item) => [item.file, sizes.get(item.file) as number]));
}

/** Whether a set made by this version with the same options lies there with every file at its length. */
async function isWhole(directory: string, options: Options): Promise<boolean> {
  const record = await readRecord(directory);
  if (record?.version !== SYNTHETIC_GENERATOR_VERSION || JSON.stringify(record.options) !== JSON.stringify(options))
    return false;
  for (const [file, bytes] of Object.entries(record.files)) {
    const found = await stat(path.join(directory, file)).catch(() => undefined);
    if (found?.size !== bytes) return false;
  }
  return true;
}

/** What the generator says of a set; `undefined` where it says nothing that can be read. */
export async function readRecord(directory: string): Promise<z.output<typeof recordSchema> | undefined> {
  const text = await readFile(path.join(directory, RECORD_FILE), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return recordSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** A folder that is there is replaced only when it is empty or holds a generated set; anything else is the user's. */
async function refuseForeignFolder(directory: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new InvalidConfigurationError({
      expected: `${directory} to be a folder, or not to be there`,
      found: error instanceof Error ? error.message : String(error),
      fix: 'choose another folder',
      cause: error,
    });
  }
  if (names.length === 0 || names.includes(RECORD_FILE)) return;
  throw new InvalidConfigurationError({
    expected: `${directory} to be empty or to hold a generated data set (with ${RECORD_FILE})`,
    found: `${names.length} other entries, such as ${names[0]}`,
    fix: 'choose another folder, or empty this one',
    details: { directory },
  });
}

/** Removes what runs that were killed left beside the folder; what a living process writes stays. */
async function removeAbandoned(directory: string): Promise<void> {
  const prefix = `${path.basename(directory)}.partial-`;
  const siblings = await readdir(path.dirname(directory)).catch(() => [] as string[]);
  for (const name of siblings) {
    if (!name.startsWith(prefix)) continue;
    if (isAlive(Number.parseInt(name.slice(prefix.length), 10))) continue;
    await rm(path.join(path.dirname(directory), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

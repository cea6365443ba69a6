import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { MissingInputError } from '@mien/core';
import { writeFileAtomically } from '@mien/core/node';
import { classMappingSchema, FERPLUS_LABELS, syntheticDatasetSchema } from '@mien/datasets';
import { cropFaceStepSchema, pipelineSchema } from '@mien/preprocessing';
import { augmentedCopiesSchema } from '@mien/preprocessing/node';
import { z } from 'zod';
import { exists } from '../exists.js';
import { checkConfiguration, readYamlFile } from './yaml-file.js';

/** `dataset.yaml`: what a data set is read from and how its pictures become tensors. */
export const datasetDefinitionSchema = z
  .strictObject({
    name: z.string().min(1),
    description: z.string().min(1),
    source: z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('fer2013') }),
      /** `labels`: how votes become training labels; the other parts have the majority's. */
      z.strictObject({ type: z.literal('ferplus'), labels: z.enum(FERPLUS_LABELS).optional() }),
      z.strictObject({ type: z.literal('kdef') }),
      z.strictObject({ type: z.literal('sfew') }),
      z.strictObject({ type: z.literal('jaffe') }),
      z.strictObject({
        type: z.literal('ck-plus'),
        apexFrames: z.int().min(1).optional(),
        neutralFrame: z.boolean().optional(),
      }),
      z.strictObject({
        type: z.literal('image-folder'),
        licence: z.string().min(1).optional(),
        table: z.string().min(1).optional(),
      }),
      /** Other sets of `datasets/` as one, for training on some and testing on others. */
      z.strictObject({
        type: z.literal('combined'),
        parts: z.array(z.strictObject({ dataset: z.string().min(1), classes: classMappingSchema.optional() })).min(2),
      }),
      /** Drawn by our own renderer instead of being added. */
      z.strictObject({ type: z.literal('synthetic'), generator: syntheticDatasetSchema }),
    ]),
    /** Sets of `datasets/` whose pictures these are, labelled anew: what learned from one of them has seen the other. */
    picturesOf: z.array(z.string().min(1)).optional(),
    /** What becomes of its classes, such as `contempt: drop`; others stay. */
    classes: classMappingSchema.optional(),
    /** `cropped`: every picture is a face already; `photos`: faces must be found. */
    pictures: z.enum(['cropped', 'photos']),
    /** For `cropped`: how a face is cut out of a photo so that it is framed as this set's pictures are. */
    framing: cropFaceStepSchema.optional(),
    pipeline: pipelineSchema,
    /** Changed copies of the training pictures, written beside them; for changes anew in every epoch see an experiment's `training`. */
    augment: augmentedCopiesSchema.optional(),
  })
  .refine(({ pictures, framing }) => (pictures === 'cropped') === (framing !== undefined), {
    path: ['framing'],
    error: 'goes with "pictures: cropped", and only with that',
  });

export type DatasetDefinition = z.output<typeof datasetDefinitionSchema>;

const sourceLockSchema = z.strictObject({ path: z.string().min(1) });

/** A folder below `datasets/`: its definition and, once it was added, where the data is. */
export interface DatasetFolder {
  readonly directory: string;
  readonly definition: DatasetDefinition;
}

/**
 * Finds the folder of a data set: `datasets/<name>` in the working directory or one above it.
 * @throws {MissingInputError} when there is none of that name.
 */
export async function findDatasetFolder(name: string, from = process.cwd()): Promise<DatasetFolder> {
  for (let directory = resolve(from); ; directory = dirname(directory)) {
    const candidate = join(directory, 'datasets', name);
    if (await exists(join(candidate, 'dataset.yaml'))) return readDatasetFolder(candidate);
    if (directory === dirname(directory)) break;
  }
  throw new MissingInputError({
    expected: `a data set "${name}": a folder datasets/${name} with a dataset.yaml, here or above`,
    found: `none from ${from} upwards`,
    fix: 'correct the name, or make the folder (datasets/README.md says how)',
    details: { name, from },
  });
}

/** The sets of `datasets/` whose pictures a set holds. */
export interface PictureSets {
  /** Those that it labels anew. */
  readonly picturesOf: readonly string[];
  /** Of a combined set, for each part: those that it labels anew, and itself. */
  readonly parts: ReadonlyMap<string, readonly string[]>;
}

/** @throws {MissingInputError} when a part has no folder. */
export async function readPictureSets({ definition, directory }: DatasetFolder): Promise<PictureSets> {
  const { source, picturesOf = [] } = definition;
  const names = source.type === 'combined' ? source.parts.map(({ dataset }) => dataset) : [];
  const parts = await Promise.all(
    names.map(async (part) => {
      const own = (await findDatasetFolder(part, directory)).definition;
      return [part, [...(own.picturesOf ?? []), part]] as const;
    }),
  );
  return { picturesOf, parts: new Map(parts) };
}

/** The names of the data sets whose pictures a set holds, its own last: those it labels anew, and those it combines. */
export async function pictureSetsOf(folder: DatasetFolder): Promise<string[]> {
  const { picturesOf, parts } = await readPictureSets(folder);
  return [...picturesOf, ...[...parts.values()].flat(), folder.definition.name];
}

/** Every data set below a `datasets` folder in the working directory or one above it, by name; of two of one name the nearer. */
export async function listDatasetFolders(from = process.cwd()): Promise<DatasetFolder[]> {
  const found = new Map<string, string>();
  for (let directory = resolve(from); ; directory = dirname(directory)) {
    const parent = join(directory, 'datasets');
    for (const name of (await exists(parent)) ? await readdir(parent) : []) {
      if (!found.has(name) && (await exists(join(parent, name, 'dataset.yaml')))) found.set(name, join(parent, name));
    }
    if (directory === dirname(directory)) break;
  }
  return Promise.all([...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => readDatasetFolder(path)));
}

/** Reads the `dataset.yaml` of a folder. */
export async function readDatasetFolder(directory: string): Promise<DatasetFolder> {
  const path = join(directory, 'dataset.yaml');
  const definition = checkConfiguration(datasetDefinitionSchema, await readYamlFile(path), path);
  return { directory: resolve(directory), definition };
}

const lockPath = (folder: DatasetFolder) => join(folder.directory, 'source.lock.json');

/** Remembers where the data of a data set is. */
export async function writeSourceLock(folder: DatasetFolder, path: string): Promise<void> {
  await writeFileAtomically(lockPath(folder), `${JSON.stringify({ path: resolve(path) }, null, 2)}\n`);
}

/** Whether `dataset add` was told where the data is. */
export async function hasSourceLock(folder: DatasetFolder): Promise<boolean> {
  return exists(lockPath(folder));
}

/**
 * Where the data of a data set is, as `dataset add` was told.
 * @throws {MissingInputError} when it was not added.
 */
export async function readSourceLock(folder: DatasetFolder): Promise<string> {
  const path = lockPath(folder);
  const { name } = folder.definition;
  if (!(await exists(path))) {
    throw new MissingInputError({
      expected: `to know where the data of "${name}" is`,
      found: `no ${path}`,
      fix: `run: mien-train dataset add ${name} <path>`,
      details: { name },
    });
  }
  return checkConfiguration(sourceLockSchema, await readYamlFile(path), path).path;
}

import { resolve } from 'node:path';
import { InvalidConfigurationError } from '@mien/core';
import { z } from 'zod';
import { openCkPlus } from './ck-plus.js';
import { openFer2013 } from './fer2013.js';
import { openFerPlus } from './ferplus.js';
import { FERPLUS_LABELS } from './ferplus-labels.js';
import { openImageFolder } from './image-folder.js';
import { openJaffe } from './jaffe.js';
import { openKdef } from './kdef.js';
import type { OpenedDataset } from './opened-dataset.js';
import { openSfew } from './sfew.js';
import { openSynthetic } from './synthetic-dataset.js';

/** A file or folder; a relative one is below the base directory. */
const path = z.string().min(1);
/** Overrides the data set's name, e.g. where two of one type are used together. */
const name = z.string().min(1).optional();

/** What a data set is read from, as data. */
export const datasetSourceSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('fer2013'), path, name }),
  z.strictObject({ type: z.literal('ferplus'), path, name, labels: z.enum(FERPLUS_LABELS).optional() }),
  z.strictObject({ type: z.literal('kdef'), path, name }),
  z.strictObject({ type: z.literal('sfew'), path, name }),
  z.strictObject({ type: z.literal('jaffe'), path, name }),
  z.strictObject({
    type: z.literal('ck-plus'),
    path,
    name,
    apexFrames: z.int().min(1).optional(),
    neutralFrame: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('image-folder'),
    path,
    name,
    licence: z.string().min(1).optional(),
    table: z.string().min(1).optional(),
  }),
  z.strictObject({ type: z.literal('synthetic'), path, name }),
]);

const TYPES = datasetSourceSchema.options.map(({ shape }) => shape.type.value);

export type DatasetSource = z.infer<typeof datasetSourceSchema>;

/**
 * Opens a data set: `fer2013` (a csv or csv.gz), `ferplus` (the folder of that csv and FER+'s votes), `kdef` (any folder in
 * KDEF's naming), `sfew`, `jaffe`, `ck-plus` (the folder of each release), `image-folder` (class folders), `synthetic` (the
 * folder of generated pictures). No picture is decoded before a sample is loaded, but for `sfew`'s few that may be blank.
 * @param options.baseDirectory what a relative path is below; default: the working directory.
 * @throws {InvalidConfigurationError} when the source does not fit `datasetSourceSchema`.
 * @throws {MissingInputError | InvalidDataError | UnknownLabelError} as the loader of its type says.
 */
export async function openDataset(
  source: DatasetSource,
  options: { readonly baseDirectory?: string } = {},
): Promise<OpenedDataset> {
  const result = datasetSourceSchema.safeParse(source);
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'source'}: ${issue.message}`);
    throw new InvalidConfigurationError({
      expected: `a data set source: its path, and its type, one of ${TYPES.join(', ')}`,
      found: problems.join('; '),
      fix: 'correct the source',
      details: { problems },
      cause: result.error,
    });
  }
  const { type, ...rest } = { ...result.data, path: resolve(options.baseDirectory ?? '.', result.data.path) };
  switch (type) {
    case 'fer2013':
      return openFer2013(rest);
    case 'ferplus':
      return openFerPlus(rest);
    case 'kdef':
      return openKdef(rest);
    case 'sfew':
      return openSfew(rest);
    case 'jaffe':
      return openJaffe(rest);
    case 'ck-plus':
      return openCkPlus(rest);
    case 'image-folder':
      return openImageFolder(rest);
    case 'synthetic':
      return openSynthetic(rest);
  }
}

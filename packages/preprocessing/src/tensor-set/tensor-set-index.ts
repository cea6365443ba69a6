import { createHash } from 'node:crypto';
import { ALL_EMOTIONS, type Emotion } from '@mien/core';
import { z } from 'zod';
import { type PipelineData, pipelineSchema } from '../pipeline-schema.js';
import { type AugmentedCopies, augmentedCopiesSchema } from './augmented-copies.js';

/** Raise when the same pipeline would give other bytes, or the files another form: sets made before are then made again. */
export const TENSOR_SET_FORMAT = 'mien-tensors-1';

export const INDEX_FILE = 'index.json';
export const REPORT_FILE = 'report.json';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 digest in hex');
const count = z.number().int().nonnegative();
const emotion = z.enum(ALL_EMOTIONS);

const groupsSchema = z.strictObject({
  gender: z.enum(['female', 'male']).optional(),
  angle: z.enum(['full-left', 'half-left', 'straight', 'half-right', 'full-right']).optional(),
  database: z.string().optional(),
});

/** `index.json` beside the shards: what the tensors are made of and whom every row shows. */
export const tensorSetIndexSchema = z.strictObject({
  format: z.literal(TENSOR_SET_FORMAT),
  name: z.string(),
  licence: z.string(),
  /** Digest of the data's fingerprint, labels, pipeline, copies and format: equal keys, equal tensors. */
  key: sha256,
  fingerprint: z.string(),
  pipeline: pipelineSchema,
  /** How augmented copies were made; absent where there are none. */
  augment: augmentedCopiesSchema.optional(),
  /** Class k is `labels[k]`. */
  labels: z.array(emotion).min(1),
  image: z.strictObject({
    height: count.positive(),
    width: count.positive(),
    channels: z.union([z.literal(1), z.literal(3)]),
  }),
  count,
  /** Samples by class and split; `none` where the data set names no split. */
  counts: z.strictObject({
    byLabel: z.partialRecord(emotion, count),
    bySplit: z.partialRecord(z.enum(['train', 'validation', 'test', 'none']), z.partialRecord(emotion, count)),
  }),
  /** One entry a row, in the rows' order. */
  samples: z.strictObject({
    ids: z.array(z.string()),
    subjects: z.array(z.string().nullable()),
    splits: z.array(z.enum(['train', 'validation', 'test']).nullable()),
    groups: z.array(groupsSchema),
    /** The row that a row is an augmented copy of; null for a picture itself, absent where there are no copies. */
    copyOf: z.array(count.nullable()).optional(),
  }),
  shards: z.array(
    z.strictObject({ file: z.string().regex(/^shard-\d{5,}\.safetensors$/), count, bytes: count, sha256 }),
  ),
  /** Pictures of the data set that are not in the tensors as they should be; listed in `report.json`. */
  skipped: z.strictObject({ bad: count, noFace: count }),
  /** Rows in which no face was found and the whole picture was taken. */
  wholeImages: count,
});

export type TensorSetIndex = z.output<typeof tensorSetIndexSchema>;

/** The key of a tensor set, in hex. */
export function tensorSetKey(
  fingerprint: string,
  labels: readonly Emotion[],
  pipeline: PipelineData,
  augment?: AugmentedCopies,
): string {
  // Without copies, JSON leaves `augment` out.
  const parts = { format: TENSOR_SET_FORMAT, fingerprint, labels, pipeline, augment };
  return createHash('sha256').update(JSON.stringify(parts, sortKeys)).digest('hex');
}

/** A replacer that gives objects one spelling, whatever order their keys were written in. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

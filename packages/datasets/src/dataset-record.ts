import { ALL_EMOTIONS } from '@mien/core';
import { z } from 'zod';

/** Beside the pictures of an exported set: what it was exported from, and under which licence. */
export const DATASET_RECORD = 'dataset.json';

export const datasetRecordSchema = z.strictObject({
  /** The set that it was exported from. */
  name: z.string(),
  licence: z.string(),
  labels: z.array(z.enum(ALL_EMOTIONS)).min(1),
  pictures: z.int().min(0),
  /** The fingerprint of the set that it was exported from. */
  fingerprint: z.string(),
});

export type DatasetRecord = z.output<typeof datasetRecordSchema>;

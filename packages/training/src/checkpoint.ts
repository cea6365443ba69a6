import { readFile } from 'node:fs/promises';
import { decodeSafetensors, encodeSafetensors, InvalidDataError, type SafetensorsTensor } from '@mien/core';
import { systemErrorCode, writeFileAtomically } from '@mien/core/node';
import type { NamedWeights } from '@mien/model-zoo';
import { z } from 'zod';
import type { AverageState } from './averaging/weight-average.js';
import { type History, historySchema } from './history.js';
import type { OptimizerState } from './optimizers/optimizer.js';

const OPTIMIZER = 'optimizer/';
const AVERAGE = 'average/';

/** A moment of a run, between two epochs: all that is needed to go on. */
export interface Checkpoint {
  readonly weights: NamedWeights;
  readonly optimizer: OptimizerState;
  /** Where weights are averaged: the average. */
  readonly average?: AverageState;
  /** A line for each epoch that is done. */
  readonly history: History;
  /** What the run was started with; a checkpoint is only resumed with the same. */
  readonly runKey: string;
}

const metadataSchema = z.object({ history: z.string(), runKey: z.string() });

/**
 * Writes a checkpoint as one safetensors file, whole or not at all.
 * @throws {WriteFailedError} when the disk refuses; the checkpoint that was there stays.
 */
export async function saveCheckpoint(
  path: string,
  { weights, optimizer, average, history, runKey }: Checkpoint,
): Promise<void> {
  await writeFileAtomically(
    path,
    encodeSafetensors({ ...weights, ...optimizer, ...average }, { history: JSON.stringify(history), runKey }),
  );
}

/**
 * Reads a checkpoint; `undefined` when there is none.
 * @throws {InvalidDataError} when the file is damaged.
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  try {
    const { history, runKey } = metadataSchema.parse(metadata);
    const entries = Object.entries(tensors) as [string, SafetensorsTensor][];
    const part = (prefix: string) => Object.fromEntries(entries.filter(([name]) => name.startsWith(prefix)));
    const average = part(AVERAGE) as AverageState;
    return {
      weights: Object.fromEntries(entries.filter(([name]) => !name.startsWith(OPTIMIZER) && !name.startsWith(AVERAGE))),
      optimizer: part(OPTIMIZER) as OptimizerState,
      ...(Object.keys(average).length > 0 && { average }),
      history: historySchema.parse(JSON.parse(history)),
      runKey,
    };
  } catch (error) {
    throw new InvalidDataError({
      expected: `${path} to be a checkpoint`,
      found: 'a safetensors file without a run’s history',
      fix: 'delete it, or start the run anew',
      details: { path },
      cause: error,
    });
  }
}

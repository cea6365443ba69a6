import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ResumeMismatchError } from '@mien/core';
import type { TensorSet } from '@mien/preprocessing/node';
import { z } from 'zod';
import { experimentSchema } from '../configuration/experiment.js';
import { checkConfiguration, readYamlFile } from '../configuration/yaml-file.js';
import { environmentSchema } from './environment.js';

export const RUN_RECORD_FILE = 'run.json';

const runRecordSchema = z.object({
  experiment: experimentSchema,
  seed: z.number(),
  /** See `createDataKey`; of two stages the first one's and the second's. */
  dataKey: z.string(),
  /** Configuration, data and engine in one digest; only a checkpoint of the same key is resumed. */
  runKey: z.string(),
  startedAt: z.string(),
  environment: environmentSchema,
});

/** `run.json` of a run folder. */
export type RunRecord = Readonly<z.output<typeof runRecordSchema>>;

/**
 * The record of a run.
 * @throws {MissingInputError} when there is none.
 * @throws {InvalidConfigurationError} when it is none that this version wrote.
 */
export async function readRunRecord(run: string): Promise<RunRecord> {
  const path = join(run, RUN_RECORD_FILE);
  return checkConfiguration(runRecordSchema, await readYamlFile(path), path);
}

/** A digest of tensors, labels and whom they show: the same pictures have the same, wherever and whenever they were copied. */
export function createDataKey({ index: { labels, image, samples, shards } }: Pick<TensorSet, 'index'>): string {
  return digest({ labels, image, samples, shards: shards.map(({ sha256 }) => sha256) });
}

/** A digest of what decides a run's result. The engine's version counts: another may round otherwise. */
export function createRunKey({ experiment, dataKey, environment }: Omit<RunRecord, 'runKey'>): string {
  return digest({ experiment, dataKey, engine: environment.engine, runtime: environment.runtime });
}

/**
 * Whether a run may go on.
 * @param run its folder.
 * @throws {ResumeMismatchError} when configuration, data or engine is not what it was started with; it names what is another.
 */
export function assertSameRun(run: string, started: RunRecord, now: RunRecord): void {
  const changed = [
    ...changedKeys(started.experiment, now.experiment),
    ...(started.dataKey === now.dataKey ? [] : ['the data']),
    ...(['engine', 'runtime'] as const)
      .filter((key) => started.environment[key] !== now.environment[key])
      .map((key) => `${key} (${started.environment[key]}, now ${now.environment[key]})`),
  ];
  if (changed.length === 0) return;
  throw new ResumeMismatchError({
    expected: `to resume ${run} with the configuration, data and engine that it was started with`,
    found: `another: ${changed.join(', ')}`,
    fix: 'undo the change, or start a new run without --resume',
    details: { run, changed },
  });
}

/** The places at which two configurations are not the same, such as `training.epochs`. */
function changedKeys(one: unknown, other: unknown, place = ''): string[] {
  if (!isGroup(one) || !isGroup(other)) return JSON.stringify(one) === JSON.stringify(other) ? [] : [place];
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].flatMap((key) => changedKeys(one[key], other[key], place === '' ? key : `${place}.${key}`));
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function digest(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

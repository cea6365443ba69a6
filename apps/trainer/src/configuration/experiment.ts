import { ENGINES } from '@mien/compute';
import { InvalidConfigurationError } from '@mien/core';
import { splitProtocolSchema } from '@mien/datasets';
import { trainingSchema } from '@mien/training';
import { parse } from 'yaml';
import { z } from 'zod';
import { checkConfiguration, readYamlFile } from './yaml-file.js';

/** An experiment file: what is trained on what, how, and what the bundle says of itself. */
export const experimentSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'expected lower-case letters, digits, dots and hyphens'),
  /** A sentence for the report. */
  summary: z.string().min(1),
  /** A folder below `datasets/`. */
  dataset: z.string().min(1),
  split: splitProtocolSchema,
  /** Leaves out of training what also stands, pixel for pixel, in validation or test. */
  dropLeaks: z.boolean().default(false),
  /** Trains once for every fold of the protocol and reports mean and spread. */
  crossValidation: z.boolean().default(false),
  model: z.strictObject({
    architecture: z.string().min(1),
    options: z.record(z.string(), z.json()).default({}),
    /** A bundle (folder, or the name of a shipped one) whose weights training starts from. */
    startFrom: z.string().min(1).optional(),
    /** What grey 0 and 255 become at the network's input. */
    range: z.tuple([z.number(), z.number()]).default([-1, 1]),
  }),
  training: trainingSchema,
  seed: z.number().int().default(1),
  engine: z.enum(['auto', ...ENGINES]).default('auto'),
  bundle: z.strictObject({
    intendedUse: z.string().min(1),
    limits: z.string().min(1),
    licence: z.strictObject({ weights: z.string().min(1), data: z.string().min(1) }),
  }),
});

export type Experiment = z.output<typeof experimentSchema>;

/**
 * Reads an experiment file.
 * @param overrides `key.path=value` from `--set`, values as YAML.
 * @throws {InvalidConfigurationError} for an unknown key or a wrong value, in the file or in an override.
 */
export async function readExperiment(path: string, overrides: readonly string[] = []): Promise<Experiment> {
  const data = await readYamlFile(path);
  for (const override of overrides) applyOverride(data, override);
  return checkConfiguration(experimentSchema, data, path);
}

function applyOverride(data: unknown, override: string): void {
  const equals = override.indexOf('=');
  const keys = override.slice(0, equals).split('.');
  const unusable = (found: string) =>
    new InvalidConfigurationError({
      expected: '--set key.path=value, such as --set training.epochs=5',
      found,
      fix: 'correct it',
      details: { override },
    });
  if (equals < 1 || keys.some((key) => key === '' || key === '__proto__')) throw unusable(`"${override}"`);
  let place = data as Record<string, unknown>;
  for (const key of keys.slice(0, -1)) {
    place[key] ??= {};
    if (typeof place[key] !== 'object') throw unusable(`"${override}", but ${key} is no group of keys`);
    place = place[key] as Record<string, unknown>;
  }
  place[keys[keys.length - 1]] = parse(override.slice(equals + 1));
}

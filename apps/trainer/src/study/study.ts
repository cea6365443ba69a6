import { splitProtocolSchema } from '@mien/datasets';
import { pipelineSchema } from '@mien/preprocessing';
import { z } from 'zod';
import { type Experiment, experimentSchema } from '../configuration/experiment.js';
import { checkConfiguration, readYamlFile } from '../configuration/yaml-file.js';

const name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'expected lower-case letters, digits and hyphens');

/** A study of pre-processing: every pipeline with every network on every data set, all else equal. */
export const studySchema = z.strictObject({
  name,
  /** A sentence for the table. */
  summary: z.string().min(1),
  /** Names of the rows, in the table's order; the first is what the others are compared with. */
  pipelines: z.record(name, pipelineSchema).refine((rows) => Object.keys(rows).length >= 2, 'expected two or more'),
  networks: z.record(
    name,
    z.strictObject({ architecture: z.string().min(1), options: z.record(z.string(), z.json()).default({}) }),
  ),
  sets: z.record(
    name,
    z.strictObject({
      /** A folder below `datasets/`. */
      dataset: z.string().min(1),
      /** All folds of it are trained on. */
      split: splitProtocolSchema,
      leaks: z.enum(['refuse', 'drop', 'allow']).default('refuse'),
    }),
  ),
  /** As in an experiment; the same for all. */
  training: z.record(z.string(), z.json()),
  seed: z.int().default(1),
});

export type Study = z.output<typeof studySchema>;

/** One training of a study: a row of the table, in one of its columns. */
export interface StudyCell {
  readonly pipeline: string;
  readonly network: string;
  readonly set: string;
  readonly experiment: Experiment;
}

/**
 * Reads a study file.
 * @throws {InvalidConfigurationError} for an unknown key or a wrong value.
 */
export async function readStudy(path: string): Promise<Study> {
  return checkConfiguration(studySchema, await readYamlFile(path), path);
}

/**
 * Every training of a study, row by row.
 * @throws {InvalidConfigurationError} when its training is not one.
 */
export function listCells(study: Study): StudyCell[] {
  const { pipelines, networks, sets, training, seed, summary } = study;
  return Object.entries(sets).flatMap(([set, { dataset, split, leaks }]) =>
    Object.entries(networks).flatMap(([network, model]) =>
      Object.entries(pipelines).map(([pipeline, steps]) => ({
        pipeline,
        network,
        set,
        experiment: checkConfiguration(
          experimentSchema,
          {
            name: `${set}.${network}.${pipeline}`,
            summary: `${summary} ${pipeline}, ${network}, ${set}.`,
            dataset,
            pipeline: steps,
            split,
            leaks,
            crossValidation: true,
            model,
            training,
            seed,
            evaluation: { heatMaps: false },
            bundle: {
              intendedUse: 'A part of a study of pre-processing; not for use.',
              limits: 'Trained briefly, to be compared with others that were trained alike.',
              licence: { weights: 'MIT', data: `as ${dataset} has it` },
            },
          },
          study.name,
        ),
      })),
    ),
  );
}

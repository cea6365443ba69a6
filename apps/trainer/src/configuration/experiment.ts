import { ENGINES } from '@mien/compute';
import { InvalidConfigurationError } from '@mien/core';
import { splitProtocolSchema } from '@mien/datasets';
import { pipelineSchema } from '@mien/preprocessing';
import { CROP_SHARE, trainingSchema } from '@mien/training';
import { parse } from 'yaml';
import { z } from 'zod';
import { leaksSchema } from './leaks.js';
import { earlierTrainings, recipeSchema } from './recipe.js';
import { checkConfiguration, readYamlFile } from './yaml-file.js';

/** The size that pictures are brought to, in pixels, instead of the data set's own. */
const input = z.strictObject({ width: z.number().int().positive(), height: z.number().int().positive() }).optional();

/** An experiment file: what is trained on what, how, and what the bundle says of itself. */
export const experimentSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'expected lower-case letters, digits, dots and hyphens'),
    /** A sentence for the report. */
    summary: z.string().min(1),
    /** A folder below `datasets/`. */
    dataset: z.string().min(1),
    input,
    /** The steps from the data set's pictures to the network's input, instead of the data set's own. */
    pipeline: pipelineSchema.optional(),
    split: splitProtocolSchema,
    leaks: leaksSchema,
    /** Trains once for every fold of the protocol (for `by-gender`: once in each direction) and reports mean and spread. */
    crossValidation: z.boolean().default(false),
    /**
     * With `crossValidation`: one more model, of all pictures but those that choose its epoch. It is the one to use; its card carries the
     * figures of the folds.
     */
    finalModel: z.boolean().default(false),
    model: z.strictObject({
      architecture: z.string().min(1),
      options: z.record(z.string(), z.json()).default({}),
      /** A bundle (folder, or the name of a shipped one) whose weights training starts from, as far as they fit. */
      startFrom: z.string().min(1).optional(),
      /** What grey 0 and 255 become at the network's input. */
      range: z.tuple([z.number(), z.number()]).default([-1, 1]),
    }),
    recipe: recipeSchema.optional(),
    /** Every network has it; classical methods (`lbp-svm`, `dct-ohl`) have none. */
    training: trainingSchema.optional(),
    /** Bundles to learn from, with `training.distillation`; trained on the same tensors. */
    teachers: z.array(z.string().min(1)).default([]),
    evaluation: z
      .strictObject({
        /** The answer is the mean over views of each picture: plain and mirrored, or ten crops. */
        views: z.enum(['one', 'flip', 'ten-crop']).default('one'),
        /** Side of a crop in sides of the picture. */
        cropShare: z.number().gt(0).max(1).default(CROP_SHARE),
        /** Pictures in the report of where the model looked (Grad-CAM). */
        heatMaps: z.boolean().default(true),
      })
      .prefault({}),
    seed: z.number().int().default(1),
    /** Trains once for each and reports mean and spread; instead of `seed`. */
    seeds: z.array(z.number().int()).min(2).optional(),
    engine: z.enum(['auto', ...ENGINES]).default('auto'),
    bundle: z.strictObject({
      /** The bundle is called `<architecture>.<tag>`, as timm names weights; default: the experiment's name. */
      tag: z
        .string()
        .regex(/^[a-z0-9][a-z0-9-]*$/, 'expected lower-case letters, digits and hyphens')
        .optional(),
      intendedUse: z.string().min(1),
      limits: z.string().min(1),
      licence: z.strictObject({ weights: z.string().min(1), data: z.string().min(1) }),
    }),
  })
  .refine(
    ({ training, teachers, recipe }) =>
      (training?.distillation !== undefined) === (teachers.length > 0 || recipe?.type === 'born-again'),
    { path: ['teachers'], error: 'go with training.distillation, and only with that; so does the recipe born-again' },
  )
  .refine(({ recipe }) => earlierTrainings(recipe).every(({ distillation }) => distillation === undefined), {
    path: ['recipe'],
    error:
      'has no distillation in it: teachers teach the last training, and those before it learn from the labels alone',
  })
  .refine(({ finalModel, crossValidation }) => !finalModel || crossValidation, {
    path: ['finalModel'],
    error: 'goes with crossValidation, whose figures it carries',
  })
  .refine(({ model, recipe }) => !(model.startFrom && recipe && recipe.type !== 'born-again'), {
    path: ['model', 'startFrom'],
    error: 'goes with a single training or with born-again: the first stage of other recipes begins fresh',
  })
  .refine(({ pipeline, input }) => !(pipeline && input), {
    path: ['input'],
    error: 'the size of pictures stands in the pipeline, where there is one',
  })
  .refine(({ seeds }) => new Set(seeds).size === (seeds?.length ?? 0), {
    path: ['seeds'],
    error: 'each seed once',
  });

export type Experiment = z.output<typeof experimentSchema>;

/**
 * Reads an experiment file.
 * @param overrides `key.path=value` from `--set`, values as YAML; `null` takes the key away.
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
  const [last] = keys.slice(-1);
  const value: unknown = parse(override.slice(equals + 1));
  if (value === null) delete place[last];
  else place[last] = value;
}

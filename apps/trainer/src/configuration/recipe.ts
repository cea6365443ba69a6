import { splitProtocolSchema } from '@mien/datasets';
import { type TrainingConfiguration, trainingSchema } from '@mien/training';
import { z } from 'zod';
import { leaksSchema } from './leaks.js';

/** A training that comes before the experiment's own. */
const firstStageSchema = z.strictObject({
  /** A folder below `datasets/`; its pictures are brought to the same size. */
  dataset: z.string().min(1),
  split: splitProtocolSchema,
  leaks: leaksSchema,
  training: trainingSchema,
});

/** How several trainings follow each other; see `recipes` of @mien/training. Without one there is a single training. */
export const recipeSchema = z.discriminatedUnion('type', [
  /** First on other data, then, from there, as the experiment says. */
  z.strictObject({ type: z.literal('two-stage'), first: firstStageSchema }),
  /** On small pictures first: half the size, and half of that; the network grows, each larger one from the smaller. */
  z.strictObject({
    type: z.literal('progressive'),
    /** How often the pictures are halved for the first training. */
    halvings: z.number().int().min(1).max(4),
    /** How the smaller ones are trained; default: as the largest, but from the labels alone. */
    smaller: trainingSchema.optional(),
  }),
  /** The networks that the experiment's own is joined of, each by itself; then the whole, of which only some layers learn (DTAGN). */
  z.strictObject({
    type: z.literal('joint-fine-tune'),
    parts: z
      .array(
        z.strictObject({
          architecture: z.string().min(1),
          options: z.record(z.string(), z.json()).default({}),
          /** Default: the experiment’s own, but from the labels alone. */
          training: trainingSchema.optional(),
        }),
      )
      .min(2),
    /** The beginnings of the names of the layers that learn in the end. */
    layers: z.array(z.string().min(1)).min(1),
  }),
  /** First teachers like the experiment's own network, each from another seed; then the network, which learns from them, with `training.distillation`. */
  z.strictObject({
    type: z.literal('born-again'),
    /** How many; a training each. */
    teachers: z.number().int().min(1).max(20).default(2),
    /** How they are trained; default: as the experiment's own, but from the labels alone. */
    training: trainingSchema.optional(),
  }),
]);

export type Recipe = z.output<typeof recipeSchema>;

/** The trainings of a recipe before its last, where they are not as the last. */
export function earlierTrainings(recipe: Recipe | undefined): TrainingConfiguration[] {
  if (recipe?.type === 'two-stage') return [recipe.first.training];
  if (recipe?.type === 'progressive' && recipe.smaller) return [recipe.smaller];
  if (recipe?.type === 'born-again' && recipe.training) return [recipe.training];
  if (recipe?.type === 'joint-fine-tune') return recipe.parts.flatMap(({ training }) => training ?? []);
  return [];
}

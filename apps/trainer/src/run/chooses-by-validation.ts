import { needsValidation } from '@mien/training';
import type { Experiment } from '../configuration/experiment.js';
import { earlierTrainings } from '../configuration/recipe.js';

/**
 * Whether a training of an experiment on its own data set chooses anything by the validation part. A figure on that part is held out where none
 * does; and the part may be empty.
 */
export function choosesByValidation({ training, recipe }: Experiment): boolean {
  // The first of two stages has a data set of its own.
  const earlier = recipe?.type === 'two-stage' ? [] : earlierTrainings(recipe);
  return [training, ...earlier].some((own) => own !== undefined && needsValidation(own));
}

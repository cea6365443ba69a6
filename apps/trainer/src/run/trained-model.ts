import type { ModelCard } from '@mien/core';
import {
  buildClassifier,
  fitClassifier,
  isClassicalMethod,
  type ModelCardDraft,
  saveBundle,
  saveClassifierBundle,
} from '@mien/model-zoo';
import { fillBatch, type TrainedStage } from '@mien/training';
import { inputShapeOf } from './input-shape.js';
import { classicalPredictor, networkPredictor, type Predictor } from './predictor.js';
import { sourceOf } from './run-set.js';
import { type RecipeArguments, trainRecipe } from './train-recipe.js';

/** A model that an experiment made. */
export interface TrainedModel {
  readonly predictor: Predictor;
  /** Writes its bundle. */
  readonly save: (draft: ModelCardDraft, directory: string) => Promise<ModelCard>;
  /** Its trainings, one after the other; none for a classical method. */
  readonly stages: readonly TrainedStage[];
}

/** Trains the network of an experiment, or fits its classical method. */
export async function trainModel(run: RecipeArguments): Promise<TrainedModel> {
  const { architecture } = run.experiment.model;
  if (isClassicalMethod(architecture)) return fitMethod(run);
  const { model, stages } = await trainRecipe(run);
  return {
    predictor: networkPredictor(model, architecture),
    save: (draft, directory) => saveBundle(model, draft, directory),
    stages,
  };
}

/** It learns from the training part; validation is only measured. */
function fitMethod({ experiment, data }: RecipeArguments): TrainedModel {
  const { architecture: id, options, range } = experiment.model;
  const labels = data.set.index.labels;
  const source = sourceOf(data, data.parts.train, { labels, range });
  const { pictures, targets } = fillBatch({ ...source, classes: labels.length }, source.indices);
  const definition = { id, options, input: inputShapeOf(experiment.model, data), classes: labels.length };
  process.stderr.write(`fitting ${id} to ${targets.length} pictures\n`);
  const weights = fitClassifier({ ...definition, seed: experiment.seed }, { pictures, targets });
  return {
    predictor: classicalPredictor(buildClassifier(definition, weights), labels.length),
    save: (draft, directory) => saveClassifierBundle(weights, draft, directory),
    stages: [],
  };
}

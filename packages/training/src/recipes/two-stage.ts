import { type RecipeContext, type RecipeResult, type Stage, trainLastStage, trainStage } from './stage.js';

/**
 * The study's best model: trained on much data from elsewhere (FER-2013), then, all layers at a lower rate, on the data it is for (KDEF).
 * The two may have other classes; the last layer is carried over class by class. A first stage that is finished, because the run is resumed
 * or an earlier fold of a cross-validation trained it, is not trained again.
 */
export async function trainTwoStage(context: RecipeContext, first: Stage, second: Stage): Promise<RecipeResult> {
  const shared = context.sharedDirectory ?? context.checkpointDirectory;
  const general = await trainStage({ ...context, checkpointDirectory: shared, resume: true }, first);
  const { model, ...special } = await trainLastStage(context, second, [general]);
  return { model, stages: [general, special] };
}

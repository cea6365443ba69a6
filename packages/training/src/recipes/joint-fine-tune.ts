import {
  type RecipeContext,
  type RecipeResult,
  type Stage,
  type TrainedStage,
  trainLastStage,
  trainStage,
} from './stage.js';

/**
 * Joint fine-tuning (Jung et al. 2015, ICCV, section 3.3): networks that see different things (appearance, geometry) are trained each by itself;
 * then they are joined in one that decides by the sum of their logits, and of that only the last layers are trained, on the loss of each
 * network and that of the sum.
 * @param parts the networks; their layers have the same names in the joint one.
 * @param joint its `heads` are the losses that are added up (`getLossHeads`), its `configuration.layerRates` freeze what is not trained;
 * `freezeAllBut` makes them.
 */
export async function trainJointly(
  context: RecipeContext,
  parts: readonly Stage[],
  joint: Stage,
): Promise<RecipeResult> {
  const done: TrainedStage[] = [];
  for (const part of parts) done.push(await trainStage(context, part));
  const { model, ...tuned } = await trainLastStage(context, joint, done);
  return { model, stages: [...done, tuned] };
}

/** Layer rates under which only some layers learn. @param layers the beginnings of their names. */
export function freezeAllBut(layers: readonly string[]): { layers: string; rate: number }[] {
  return [{ layers: '*', rate: 0 }, ...layers.map((own) => ({ layers: own, rate: 1 }))];
}

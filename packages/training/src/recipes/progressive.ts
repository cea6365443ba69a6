import { InvalidConfigurationError } from '@mien/core';
import type { TensorSet } from '@mien/preprocessing/node';
import type { TrainingSource } from '../source.js';
import {
  type RecipeContext,
  type RecipeResult,
  type Stage,
  type TrainedStage,
  trainLastStage,
  trainStage,
} from './stage.js';

/**
 * Progressive resizing: the network is trained on small pictures first, then grown, stage by stage; each larger network begins with the layers
 * and weights of the smaller one. With `halveTensorSet` the stages' data comes of the largest.
 * @param stages from the smallest pictures to the largest; their networks share the names of the layers that they have in common.
 */
export async function trainProgressive(context: RecipeContext, stages: readonly Stage[]): Promise<RecipeResult> {
  const done: TrainedStage[] = [];
  for (const stage of stages.slice(0, -1)) done.push(await trainStage(context, stage, done.slice(-1)));
  const { model, ...largest } = await trainLastStage(context, stages[stages.length - 1], done.slice(-1));
  return { model, stages: [...done, largest] };
}

/** A source at half the size; the same rows. */
export function halveSource(source: TrainingSource): TrainingSource {
  return { ...source, set: halveTensorSet(source.set) };
}

/**
 * The pictures at half their height and width, each pixel the mean of four, rounded.
 * @throws {InvalidConfigurationError} when the sides are not even.
 */
export function halveTensorSet(set: TensorSet): TensorSet {
  const { height, width, channels, images } = set;
  if (height % 2 === 1 || width % 2 === 1) {
    throw new InvalidConfigurationError({
      expected: 'pictures of even height and width, to halve them',
      found: `${height}×${width}`,
      fix: 'pre-process to a size that can be halved as often as the recipe has stages',
    });
  }
  const halved = new Uint8Array(images.length / 4);
  const row = width * channels;
  // Rows of all pictures follow one another: two rows become one, whichever picture they are of.
  for (let to = 0; to < halved.length; to++) {
    const pixel = Math.floor(to / channels);
    const line = Math.floor(pixel / (width / 2));
    const from = 2 * line * row + 2 * (pixel % (width / 2)) * channels + (to % channels);
    halved[to] = (images[from] + images[from + channels] + images[from + row] + images[from + row + channels] + 2) >> 2;
  }
  return {
    ...set,
    height: height / 2,
    width: width / 2,
    images: halved,
    index: { ...set.index, image: { height: height / 2, width: width / 2, channels } },
  };
}

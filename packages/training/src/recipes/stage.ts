import { join } from 'node:path';
import type { Emotion } from '@mien/core';
import { type NamedWeights, readWeights } from '@mien/model-zoo';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type TrainArguments, type TrainResult, train } from '../train.js';
import { type TransferResult, transferWeights } from '../transfer.js';

/** One training in a recipe. */
export interface Stage
  extends Pick<TrainArguments, 'train' | 'validation' | 'configuration' | 'heads' | 'teachers' | 'allowLeaks'> {
  /** Names its folder of checkpoints and its lines of progress. */
  readonly name: string;
  readonly build: () => LayersModel;
  /** Orders and augments its samples; default: the recipe's. */
  readonly seed?: number;
  /** The model's classes. */
  readonly labels: readonly Emotion[];
}

/** What all stages of a recipe share. */
export interface RecipeContext extends Pick<TrainArguments, 'seed' | 'runKey' | 'resume' | 'threads'> {
  /** Each stage keeps its checkpoints in a folder of its own below. */
  readonly checkpointDirectory: string;
  /** Where `two-stage` keeps its first stage instead, which several runs may share. */
  readonly sharedDirectory?: string;
  readonly onTransfer?: (stage: Stage, result: TransferResult) => void;
  readonly onStep?: (stage: Stage, ...progress: Parameters<NonNullable<TrainArguments['onStep']>>) => void;
  readonly onEpoch?: (
    stage: Stage,
    ...progress: Parameters<NonNullable<TrainArguments['onEpoch']>>
  ) => void | Promise<void>;
}

/** A stage that is done. */
export interface TrainedStage extends TrainResult {
  readonly name: string;
  readonly labels: readonly Emotion[];
  /** The kept epoch's, on the host. */
  readonly weights: NamedWeights;
}

export interface RecipeResult {
  /** The last stage's, with the weights of its best epoch. */
  readonly model: LayersModel;
  readonly stages: readonly TrainedStage[];
}

/** Builds a stage's model, starts it from earlier stages' weights, trains it, and gives its memory back. */
export async function trainStage(
  context: RecipeContext,
  stage: Stage,
  startFrom: readonly Pick<TrainedStage, 'weights' | 'labels'>[] = [],
): Promise<TrainedStage> {
  const { model, ...trained } = await trainLastStage(context, stage, startFrom);
  model.dispose();
  return trained;
}

/** As `trainStage`, but the model stays. */
export async function trainLastStage(
  context: RecipeContext,
  stage: Stage,
  startFrom: readonly Pick<TrainedStage, 'weights' | 'labels'>[] = [],
): Promise<TrainedStage & { readonly model: LayersModel }> {
  const model = stage.build();
  try {
    for (const earlier of startFrom) {
      context.onTransfer?.(stage, await transferWeights(model, stage.labels, earlier));
    }
    const { build: _, ...rest } = stage;
    const result = await train({
      ...rest,
      model,
      seed: stage.seed ?? context.seed,
      runKey: `${context.runKey}/${stage.name}`,
      resume: context.resume,
      threads: context.threads,
      checkpointDirectory: join(context.checkpointDirectory, stage.name),
      onStep: (...progress) => context.onStep?.(stage, ...progress),
      onEpoch: (...progress) => context.onEpoch?.(stage, ...progress),
    });
    return { ...result, name: stage.name, labels: stage.labels, weights: await readWeights(model), model };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

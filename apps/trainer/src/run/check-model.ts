import { InvalidConfigurationError } from '@mien/core';
import { isClassicalMethod } from '@mien/model-zoo';
import type { TrainingConfiguration } from '@mien/training';
import type { Experiment } from '../configuration/experiment.js';
import { earlierTrainings } from '../configuration/recipe.js';
import { inputKindOf } from '../inputs/model-inputs.js';

/**
 * Whether what an experiment asks for goes with its model.
 * @throws {InvalidConfigurationError} when a network has no training, a classical method has anything that only networks have, or pictures would be
 * moved or mixed while their landmarks stay.
 */
export function checkModel(experiment: Experiment): void {
  const { model, training, recipe, teachers, evaluation } = experiment;
  const id = model.architecture;
  if (isClassicalMethod(id)) {
    const networkOnly = {
      training,
      recipe,
      'model.startFrom': model.startFrom,
      teachers: teachers.length > 0 ? teachers : undefined,
      'evaluation.views': evaluation.views === 'one' ? undefined : evaluation.views,
    };
    const [key] = Object.entries(networkOnly).find(([, value]) => value !== undefined) ?? [];
    if (key !== undefined) throw unfit(`an experiment on ${id}, which is no network, without ${key}`, key, 'remove it');
    return;
  }
  if (training === undefined) {
    throw unfit(
      `an experiment on ${id} to say how it is trained`,
      'no training',
      'add training: epochs and learningRate at least',
    );
  }
  const takes = inputKindOf(id);
  if (takes !== 'landmarks' && takes !== 'frames-and-landmarks') return;
  for (const own of [training, ...earlierTrainings(recipe)]) {
    const moving = movingAugmentation(own);
    if (moving === undefined) continue;
    throw unfit(
      `pictures that stay where their landmarks are, for ${id}`,
      `training.augmentation.${moving}`,
      'use augmentation of grey levels only: brightness, contrast, noise',
    );
  }
  if (evaluation.views !== 'one') {
    throw unfit(`one view of each picture, for ${id}`, `evaluation.views ${evaluation.views}`, 'remove it');
  }
}

/** What of an augmentation moves pixels or mixes pictures. */
function movingAugmentation({ augmentation }: TrainingConfiguration): string | undefined {
  const { flip, rotation, shift, zoom, aspect, shear, perspective, elastic, mixup, cutmix } = augmentation;
  const moves = {
    flip,
    rotation,
    shift,
    zoom: zoom.minimum === 1 && zoom.maximum === 1 ? 0 : 1,
    aspect,
    shear,
    perspective,
    elastic: elastic.strength,
    mixup: mixup.probability,
    cutmix: cutmix.probability,
  };
  return Object.entries(moves).find(([, value]) => value !== 0)?.[0];
}

function unfit(expected: string, found: string, fix: string): InvalidConfigurationError {
  return new InvalidConfigurationError({ expected, found, fix });
}

import { averageCrops, TEN_CROPS, tenCropInto } from '@mien/preprocessing';
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fillBatch } from './batches.js';
import { createInputs, type TrainingSource } from './source.js';

/** What a model says of samples of a tensor set. */
export interface SetPredictions {
  /** `[n, classes]`, row-major, in the order of `indices`. */
  readonly probabilities: Float32Array;
  /** The most probable class of each. */
  readonly predicted: Int32Array;
  /** The true class of each. */
  readonly truth: Int32Array;
}

/** How often each picture is looked at: once; plain and mirrored; or in five crops, each plain and mirrored (Krizhevsky et al. 2012). */
export type Views = 'one' | 'flip' | 'ten-crop';

export interface PredictOptions {
  /** The answer is the mean over the views. Default `one`. */
  readonly views?: Views;
  /** Side of a crop in sides of the picture. Default `CROP_SHARE`. */
  readonly cropShare?: number;
}

/** Side of each of ten crops in sides of the picture, unless another is named: Krizhevsky's 224 of 256. */
export const CROP_SHARE = 0.875;
/** Large enough to keep both cores busy, small enough to stay in cache. */
const BATCH_SIZE = 256;
const VIEWS = { one: 1, flip: 2, 'ten-crop': TEN_CROPS } as const;

/** Runs a model over samples, without augmentation. The model's first output are probabilities `[batch, classes]`. */
export async function predictSet(
  model: LayersModel,
  source: TrainingSource,
  { views = 'one', cropShare = CROP_SHARE }: PredictOptions = {},
): Promise<SetPredictions> {
  const { indices } = source;
  const classes = model.outputs[0].shape[1] as number;
  const probabilities = new Float32Array(indices.length * classes);
  const truth = new Int32Array(indices.length);
  const count = VIEWS[views];
  const rows = Math.max(1, Math.floor(BATCH_SIZE / count));
  for (let start = 0; start < indices.length; start += rows) {
    const chosen = indices.slice(start, start + rows);
    const { pictures, targets } = fillBatch({ ...source, classes }, chosen);
    const seen = seeFrom(views, pictures, source, chosen, cropShare);
    const output = tidy(() => {
      const answer = model.apply(createInputs(model, source, seen, chosen, count), { training: false });
      return (Array.isArray(answer) ? answer[0] : answer) as Tensor;
    });
    const values = (await output.data()) as Float32Array;
    probabilities.set(count === 1 ? values : averageCrops(values, classes, count), start * classes);
    truth.set(targets, start);
    output.dispose();
  }
  return { probabilities, predicted: mostProbable(probabilities, classes), truth };
}

/** The class of the largest probability in each row of `[rows, classes]`; of equal ones the first. */
export function mostProbable(probabilities: Float32Array, classes: number): Int32Array {
  const predicted = new Int32Array(probabilities.length / classes);
  for (let row = 0; row < predicted.length; row++) {
    let best = row * classes;
    for (let place = best + 1; place < (row + 1) * classes; place++) {
      if (probabilities[place] > probabilities[best]) best = place;
    }
    predicted[row] = best - row * classes;
  }
  return predicted;
}

/** The views of each picture, one after the other. */
function seeFrom(
  views: Views,
  pictures: Float32Array,
  { set, range }: TrainingSource,
  chosen: readonly number[],
  cropShare: number,
): Float32Array {
  if (views === 'one') return pictures;
  const { width, height, channels, images } = set;
  const size = width * height * channels;
  const seen = new Float32Array(chosen.length * VIEWS[views] * size);
  chosen.forEach((index, place) => {
    const to = place * VIEWS[views] * size;
    if (views === 'ten-crop') {
      tenCropInto(seen, to, images, index * size, { width, height, channels }, cropShare, range);
      return;
    }
    const picture = pictures.subarray(place * size, (place + 1) * size);
    seen.set(picture, to);
    for (let pixel = 0; pixel < width * height; pixel++) {
      const mirrored = pixel - (pixel % width) + (width - 1 - (pixel % width));
      for (let channel = 0; channel < channels; channel++) {
        seen[to + size + mirrored * channels + channel] = picture[pixel * channels + channel];
      }
    }
  });
  return seen;
}

/** Mean cross-entropy and share of right answers. */
export function scorePredictions({ probabilities, predicted, truth }: SetPredictions): {
  loss: number;
  accuracy: number;
} {
  const classes = probabilities.length / truth.length;
  let loss = 0;
  let right = 0;
  truth.forEach((target, row) => {
    loss -= Math.log(Math.max(probabilities[row * classes + target], Number.MIN_VALUE));
    if (predicted[row] === target) right += 1;
  });
  return { loss: loss / truth.length, accuracy: right / truth.length };
}

import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type BatchSource, fillBatch } from './batches.js';

/** What a model says of samples of a tensor set. */
export interface SetPredictions {
  /** `[n, classes]`, row-major, in the order of `indices`. */
  readonly probabilities: Float32Array;
  /** The most probable class of each. */
  readonly predicted: Int32Array;
  /** The true class of each. */
  readonly truth: Int32Array;
}

/** Large enough to keep both cores busy, small enough to stay in cache. */
const BATCH_SIZE = 256;

/** Runs a model over samples, without augmentation. The model's output are probabilities `[batch, classes]`. */
export async function predictSet(model: LayersModel, source: BatchSource): Promise<SetPredictions> {
  const { indices, set } = source;
  const classes = model.outputs[0].shape[1] as number;
  const probabilities = new Float32Array(indices.length * classes);
  const predicted = new Int32Array(indices.length);
  const truth = new Int32Array(indices.length);
  for (let start = 0; start < indices.length; start += BATCH_SIZE) {
    const { pictures, targets, size } = fillBatch(source, indices.slice(start, start + BATCH_SIZE));
    const output = tidy(() => model.predict(tensor(pictures, [size, set.height, set.width, set.channels])) as Tensor);
    probabilities.set(await output.data(), start * classes);
    truth.set(targets, start);
    output.dispose();
  }
  for (let row = 0; row < indices.length; row++) {
    let best = row * classes;
    for (let place = best + 1; place < (row + 1) * classes; place++) {
      if (probabilities[place] > probabilities[best]) best = place;
    }
    predicted[row] = best - row * classes;
  }
  return { probabilities, predicted, truth };
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

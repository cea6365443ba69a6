import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { beforeEach, expect, it } from 'vitest';
import type { OnnxRuntimeBackend } from '../backend.js';
import { noise, relativeError, startBackend } from '../testing/reference.js';

let backend: OnnxRuntimeBackend;

beforeEach(async () => {
  backend = await startBackend();
});

function network(): layers.Sequential {
  return layers.sequential({
    layers: [
      layers.layers.conv2d({ inputShape: [6, 6, 2], filters: 16, kernelSize: 3, activation: 'relu' }),
      layers.layers.batchNormalization({}),
      layers.layers.flatten(),
      layers.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
}

function predict(model: layers.Sequential, seed: number): number[] {
  return tf.tidy(() => Array.from((model.predict(noise([4, 6, 6, 2], seed)) as tf.Tensor).dataSync()));
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(relativeError(actual, expected)).toBeLessThan(1e-5);
}

it('takes weights for constants after some predictions, with the same results', () => {
  const model = network();
  const first = predict(model, 1);
  const { compilations } = backend.statistics();
  for (let run = 0; run < 8; run += 1) predict(model, run);
  expect(backend.statistics()).toMatchObject({ compilations: compilations + 1, sessions: 1 });
  expectClose(predict(model, 1), first);
});

it('notices changed weights', () => {
  const model = network();
  for (let run = 0; run < 8; run += 1) predict(model, run);
  const before = predict(model, 1);
  const kept = model.getWeights().map((weight) => weight.clone());
  model.setWeights(kept.map((weight) => tf.mul(weight, 2)));
  const changed = predict(model, 1);
  expect(relativeError(changed, before)).toBeGreaterThan(1e-2);
  model.setWeights(kept);
  expectClose(predict(model, 1), before);
});

it('does so between training steps', async () => {
  const model = network();
  model.compile({ optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy' });
  const x = noise([4, 6, 6, 2], 1);
  const y = tf.oneHot(tf.tensor1d([0, 1, 2, 0], 'int32'), 3);
  for (let round = 0; round < 3; round += 1) {
    for (let run = 0; run < 10; run += 1) predict(model, run);
    const before = predict(model, 1);
    await model.trainOnBatch(x, y);
    expect(relativeError(predict(model, 1), before)).toBeGreaterThan(1e-4);
  }
});

it('leaves a function of nothing but repeated tensors alone, whose result would be computed while it is compiled', () => {
  const [x, w] = [noise([8, 8]), noise([8, 8], 2)];
  for (let run = 0; run < 10; run += 1) tf.tidy(() => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D).dataSync());
  expect(backend.statistics().compilations).toBe(1);
});

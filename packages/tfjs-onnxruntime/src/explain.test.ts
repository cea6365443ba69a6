import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { compileModel } from './compiled-model.js';
import { explain } from './explain.js';
import { noise, startBackend } from './testing/reference.js';

function convolution(): layers.Sequential {
  const layer = layers.layers.conv2d({ inputShape: [8, 8, 2], filters: 4, kernelSize: 3 });
  return layers.sequential({ layers: [layer, layers.layers.globalAveragePooling2d({})] });
}

it('lists the operations of what the task computes, and leaves the sessions there were', async () => {
  const backend = await startBackend();
  const a = noise([3, 3]);
  await tf.softmax(tf.matMul(a, a)).data();
  const { sessions } = backend.statistics();
  const { executionProviders, operations, fallbacks } = await explain(() => tf.softmax(tf.matMul(a, a)));
  expect(executionProviders).toEqual(['cpu']);
  expect(fallbacks).toEqual([]);
  expect(operations.map(({ operation }) => operation)).toEqual(expect.arrayContaining(['MatMul', 'Softmax']));
  expect(
    operations.every(({ provider, runs, milliseconds }) => provider === 'cpu' && runs > 0 && milliseconds >= 0),
  ).toBe(true);
  expect(backend.statistics().sessions).toBe(sessions);
  expect(backend.options.sessionOptions.enableProfiling).toBeUndefined();
});

it('covers training steps and models compiled inside the task', async () => {
  await startBackend();
  const model = convolution();
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const training = await explain(() => model.trainOnBatch(noise([4, 8, 8, 2]), noise([4, 4])));
  expect(training.operations.length).toBeGreaterThan(3);
  const prediction = await explain(async () => {
    const compiled = compileModel(model);
    await compiled.predict(new Float32Array(128), 1);
    compiled.dispose();
  });
  expect(prediction.operations.map(({ operation }) => operation).join()).toMatch(/Conv/);
});

it('passes on what the task throws and restores the backend', async () => {
  const backend = await startBackend();
  const { options } = backend;
  await expect(explain(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(backend.options).toBe(options);
});

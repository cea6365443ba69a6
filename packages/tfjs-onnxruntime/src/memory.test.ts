import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { expect, it, vi } from 'vitest';
import { compileModel } from './compiled-model.js';
import { Session } from './runtime/native.js';
import { noise, startBackend } from './testing/reference.js';

function smallNet(): layers.Sequential {
  const convolution = layers.layers.conv2d({ inputShape: [6, 6, 1], filters: 4, kernelSize: 3, activation: 'relu' });
  const net = layers.sequential({
    layers: [
      convolution,
      layers.layers.batchNormalization(),
      layers.layers.flatten(),
      layers.layers.dense({ units: 2 }),
    ],
  });
  net.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  return net;
}

it('training and predicting in many batch sizes holds as many tensors and sessions at the end as at the start', async () => {
  const backend = await startBackend({ sessionCacheSize: 4 });
  const release = vi.spyOn(Session.prototype, 'release');
  const net = smallNet();
  const round = async (batch: number) => {
    const x = noise([batch, 6, 6, 1]);
    const y = noise([batch, 2]);
    await net.trainOnBatch(x, y);
    const predicted = net.predict(x) as tf.Tensor;
    await predicted.data();
    tf.dispose([x, y, predicted]);
  };
  for (let batch = 2; batch <= 4; batch += 1) await round(batch);
  const { numTensors, numBytes, numDataBuffers } = tf.memory();
  for (let index = 0; index < 30; index += 1) {
    await round(2 + (index % 7));
    expect(tf.memory()).toMatchObject({ numTensors, numBytes, numDataBuffers });
    expect(backend.statistics().sessions).toBeLessThanOrEqual(4);
  }
  const { compilations, sessions, pending } = backend.statistics();
  expect(pending).toBe(0);
  // every session that is no longer held was released
  expect(release.mock.calls.length).toBe(compilations - sessions);
  release.mockRestore();
});

it('a compiled model holds as many sessions as it was allowed', async () => {
  await startBackend();
  const release = vi.spyOn(Session.prototype, 'release');
  const compiled = compileModel(smallNet(), { batchSizes: 2 });
  for (const batch of [1, 2, 3, 4, 5, 6]) await compiled.predict(new Float32Array(batch * 36), batch);
  expect(release).toHaveBeenCalledTimes(4);
  compiled.dispose();
  expect(release).toHaveBeenCalledTimes(6);
  release.mockRestore();
});

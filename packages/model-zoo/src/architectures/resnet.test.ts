import '@tensorflow/tfjs-backend-cpu';
import { ready, setBackend, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { readWeights, writeWeights } from '../weights.js';
import { buildModel } from './registry.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

function answer(model: LayersModel): number[] {
  return tidy(() => {
    const values = Float32Array.from({ length: 32 * 32 }, (_, place) => Math.sin(place / 7));
    return Array.from((model.predict(tensor(values, [1, 32, 32, 1])) as Tensor).dataSync());
  });
}

/** The same network with another convolution in a block. */
async function disturb(model: LayersModel): Promise<void> {
  const weights = await readWeights(model);
  const kernel = weights['layer2_1_conv1/kernel'];
  writeWeights(model, { ...weights, 'layer2_1_conv1/kernel': { ...kernel, data: kernel.data.map(Math.cos) } });
}

test.each(['resnet18', 'resnet50-head'])('with zeroInitResidual %s begins as its shortcuts alone', async (id) => {
  const changes = [false, true].map(async (zeroInitResidual) => {
    const model = buildModel({
      id,
      classes: 7,
      seed: 1,
      options: { zeroInitResidual },
      input: { height: 32, width: 32, channels: 1 },
    });
    const before = answer(model);
    await disturb(model);
    const after = answer(model);
    model.dispose();
    return after.some((probability, index) => Math.abs(probability - before[index]) > 1e-6);
  });
  expect(await Promise.all(changes)).toEqual([true, false]);
});

import '@tensorflow/tfjs-backend-cpu';
import { ready, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { readWeights } from '../weights.js';
import { buildModel } from './registry.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

const deviation = (values: ArrayLike<number>) => {
  let [sum, squares] = [0, 0];
  for (let place = 0; place < values.length; place++) {
    sum += values[place];
    squares += values[place] ** 2;
  }
  return Math.sqrt(squares / values.length - (sum / values.length) ** 2);
};

test.each([
  // torchvision: normal_(0, 0.01).
  ['vgg13', { units: 512 }, 32, { features_2: Math.sqrt(2 / (9 * 64)), classifier_0: 0.01, classifier_3: 0.01 }],
  // CNTK: glorot_uniform.
  ['vgg13-ferplus', {}, 64, { block1_conv2: Math.sqrt(2 / (9 * 64)), dense2: Math.sqrt(2 / 2048) }],
] as const)(
  '%s: its dense layers begin as its makers’ do, its convolutions as He et al. say',
  async (id, options, side, deviations) => {
    const model = buildModel({ id, classes: 7, seed: 1, input: { height: side, width: side, channels: 1 }, options });
    const weights = await readWeights(model);
    for (const [layer, expected] of Object.entries(deviations)) {
      const { data } = weights[`${layer}/kernel`];
      expect(Math.abs(deviation(data as Float32Array) / expected - 1)).toBeLessThan(0.02);
    }
    model.dispose();
  },
);

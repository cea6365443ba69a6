import '@tensorflow/tfjs-backend-cpu';
import { memory, ready, setBackend, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { countParameters, readWeights } from '../weights.js';
import { buildModel } from './registry.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

test('64×64×1 with 7 classes has the published 58,423 parameters, 56,951 of them trainable', () => {
  const model = buildModel({ id: 'mini-xception', classes: 7, seed: 1 });
  expect(countParameters(model)).toEqual({ total: 58_423, trainable: 56_951 });
  model.dispose();
});

test('any input size gives probabilities, and everything is given back', () => {
  const before = memory().numTensors;
  const model = buildModel({ id: 'mini-xception', classes: 5, seed: 1, input: { height: 48, width: 40, channels: 3 } });
  const input = zeros([2, 48, 40, 3]);
  const output = model.predict(input) as Tensor;
  expect(output.shape).toEqual([2, 5]);
  const values = output.dataSync<'float32'>();
  expect(values.slice(0, 5).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  input.dispose();
  output.dispose();
  model.dispose();
  expect(memory().numTensors).toBe(before);
});

test('the seed decides the weights, and a second model in the process keeps the names', async () => {
  const weights = await Promise.all(
    [3, 3, 4].map(async (seed) => {
      const model = buildModel({
        id: 'mini-xception',
        classes: 7,
        seed,
        input: { height: 48, width: 48, channels: 1 },
      });
      const read = await readWeights(model);
      model.dispose();
      return read;
    }),
  );
  expect(weights[0]).toEqual(weights[1]);
  expect(Object.keys(weights[2])).toEqual(Object.keys(weights[0]));
  expect(weights[2]['stem_conv2/kernel'].data).not.toEqual(weights[0]['stem_conv2/kernel'].data);
});

test('unknown names and options are refused with what there is', () => {
  expect(() => buildModel({ id: 'resnet', classes: 7, seed: 1 })).toThrow(/mini-xception.*"resnet"/);
  expect(() => buildModel({ id: 'mini-xception', classes: 7, seed: 1, options: { L2: 0 } })).toThrow(/L2/);
});

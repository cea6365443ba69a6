import '@tensorflow/tfjs-backend-cpu';
import { memory, ready, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { listArchitectures } from './architectures/registry.js';
import { describeModel } from './counting.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

test('every network can be described, and holds nothing afterwards', () => {
  const before = memory().numTensors;
  for (const { id, classes } of listArchitectures()) {
    const { parameters, multiplyAdds, inputs } = describeModel({ id });
    expect({ id, classes: describeModel({ id }).classes }).toEqual({ id, classes });
    expect(parameters.total, id).toBeGreaterThanOrEqual(parameters.trainable);
    expect(multiplyAdds, id).toBeGreaterThan(0);
    expect(inputs.length, id).toBeGreaterThan(0);
  }
  expect(memory().numTensors).toBe(before);
});

test.each([
  ['mini-xception', 58_423],
  ['vgg13-ferplus', 8_757_704],
  ['tang', 5_008_295],
])('%s has the published number of parameters', (id, published) => {
  expect(describeModel({ id }).parameters.total).toBe(published);
});

test('ResNet-50 with the study’s head flattens the last maps and has layers of 1024, 128 and 32', () => {
  const trunk = describeModel({ id: 'resnet50', classes: 1 }).parameters.total - 2049;
  const dense = (inputs: number, outputs: number) => (inputs + 1) * outputs;
  const head = dense(7 * 7 * 2048, 1024) + dense(1024, 128) + dense(128, 32) + dense(32, 7);
  expect(describeModel({ id: 'resnet50-head' }).parameters.total).toBe(trunk + head);
});

test('multiply-adds follow the picture’s size, parameters of convolutional networks do not', () => {
  const at = (side: number) => describeModel({ id: 'mien-net', input: { height: side, width: side, channels: 1 } });
  // Only the dense layer stays the same.
  expect(at(96).multiplyAdds / at(48).multiplyAdds).toBeCloseTo(4, 2);
  expect(at(96).parameters).toEqual(at(48).parameters);
});

test('a picture that is too small is refused with the layer where it ends', () => {
  expect(() => describeModel({ id: 'alexnet', input: { height: 48, width: 48, channels: 1 } })).toThrow(
    /large enough.*features_10_pool/,
  );
});

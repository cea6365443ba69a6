import '@tensorflow/tfjs-backend-cpu';
import { ready, setBackend, tensor2d, tensor4d } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import references from '../fixtures/torch-references.json' with { type: 'json' };
import { batchNormalizations, measureBatchStatistics } from './batch-statistics.js';
import { averagingSchema, WeightAverage } from './weight-average.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

const { values, ...expected } = references.averages;
const linear = () =>
  sequential({ layers: [layers.dense({ units: 1, useBias: false, inputShape: [2] })] }) as LayersModel;
const set = (model: LayersModel, value: readonly number[]) => model.setWeights([tensor2d([...value], [2, 1])]);
const get = (model: LayersModel) => [...model.getWeights()[0].dataSync()];

test.each([
  ['swa', { type: 'swa', startEpoch: 1 }],
  ['ema .5', { type: 'ema', decay: 0.5 }],
] as const)('%s: the mean of the weights, resumed bit for bit', async (name, options) => {
  const model = linear();
  const configuration = averagingSchema.parse(options);
  const average = new WeightAverage(model, configuration);
  const resumed = new WeightAverage(model, configuration);
  for (const [index, value] of values.entries()) {
    set(model, value);
    average.add();
    if (index === 1) resumed.restore(await average.state());
    if (index > 1) resumed.add();
  }
  average.write();
  const written = get(model);
  written.forEach((value, index) => {
    expect(value).toBeCloseTo(expected[name][index], 5);
  });
  resumed.write();
  expect(get(model)).toEqual(written);
  expect(resumed.count).toBe(4);
});

test('the average of another model is refused', async () => {
  const configuration = averagingSchema.parse({ type: 'ema' });
  const state = await new WeightAverage(linear(), configuration).state();
  const larger = sequential({ layers: [layers.dense({ units: 3, inputShape: [2] })] });
  expect(() => new WeightAverage(larger, configuration).restore(state)).toThrow(/9 weights; found 2/);
  expect(() => new WeightAverage(larger, configuration).restore({})).toThrow(/found none/);
});

test('statistics are measured anew: the mean of the batches’ own', async () => {
  const model = sequential({ layers: [layers.batchNormalization({ inputShape: [1, 1, 2], momentum: 0.9 })] });
  const batches = [
    [0, 10, 2, 30],
    [4, 50, 10, 50],
  ];
  await measureBatchStatistics(model, 2, (batch) => [tensor4d(batches[batch], [2, 1, 1, 2])]);
  const [, , mean, variance] = model.getWeights().map((weight) => [...weight.dataSync()]);
  // Means 1, 20 and 7, 50; variances 1, 100 and 9, 0.
  expect(mean).toEqual([4, 35]);
  expect(variance.map((value) => Math.round(value * 1000) / 1000)).toEqual([5, 50]);
  expect(batchNormalizations(model)[0].momentum).toBe(0.9);
});

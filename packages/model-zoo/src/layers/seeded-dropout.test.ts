import '@tensorflow/tfjs-backend-cpu';
import { grad, memory, ones, ready, setBackend, sum, type Tensor } from '@tensorflow/tfjs-core';
import { input, type LayersModel, model } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { countParameters, readWeights, writeWeights } from '../weights.js';
import { drawMask, SeededDropout } from './seeded-dropout.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

function build(seed: number, rate = 0.25): LayersModel {
  const x = input({ shape: [40, 50] });
  return model({ inputs: x, outputs: new SeededDropout({ name: 'dropout', rate, seed }).apply(x) as typeof x });
}

function step(net: LayersModel): number[] {
  const x = ones([2, 40, 50]);
  const y = net.apply(x, { training: true }) as Tensor;
  const values = [...y.dataSync()];
  x.dispose();
  y.dispose();
  return values;
}

test('the mask depends on seed and step, keeps the mean, and is off outside training', () => {
  const before = memory().numTensors;
  const [first, second] = [build(3), build(3)];
  const masks = [step(first), step(first), step(first)];
  expect([step(second), step(second), step(second)]).toEqual(masks);
  expect(masks[1]).not.toEqual(masks[0]);
  const other = build(4);
  expect(step(other)).not.toEqual(masks[0]);
  const values = new Set(masks[0]);
  expect([...values].sort()).toEqual([0, Math.fround(1 / 0.75)]);
  const x = ones([1, 40, 50]);
  const still = first.predict(x) as Tensor;
  expect(new Set(still.dataSync())).toEqual(new Set([1]));
  for (const each of [x, still, first, second, other]) each.dispose();
  expect(memory().numTensors).toBe(before);
});

test('weights that were saved and put back go on with the masks where they were', async () => {
  const original = build(3);
  step(original);
  step(original);
  const saved = await readWeights(original);
  expect([...saved['dropout/steps'].data]).toEqual([2]);
  const expected = [step(original), step(original)];
  const resumed = build(3);
  writeWeights(resumed, saved);
  expect([step(resumed), step(resumed)]).toEqual(expected);
  // Back in the same model, as after an epoch that is repeated.
  writeWeights(original, saved);
  expect([step(original), step(original)]).toEqual(expected);
  expect(countParameters(original)).toEqual({ total: 0, trainable: 0 });
});

test('gradients pass where the mask does', () => {
  const net = build(5);
  const slope = grad((x: Tensor) => sum(net.apply(x, { training: true }) as Tensor))(ones([1, 40, 50]));
  expect([...slope.dataSync()]).toEqual([...drawMask(2000, 0.25, 5, 0)]);
});

test('a mask has the share of zeros that it should, at each place and over neighbours', () => {
  for (const rate of [0.05, 0.25, 0.5, 0.9]) {
    const size = 100_001;
    const mask = drawMask(size, rate, 1, 7);
    const dropped = (place: number) => Number(mask[place] === 0);
    let zeros = 0;
    let pairs = 0;
    for (let place = 0; place < size; place++) zeros += dropped(place);
    for (let place = 1; place < size; place++) pairs += dropped(place) * dropped(place - 1);
    // Five standard deviations.
    expect(Math.abs(zeros / size - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / size));
    expect(Math.abs(pairs / size - rate ** 2)).toBeLessThan(0.01);
  }
});

import '@tensorflow/tfjs-backend-cpu';
import { avgPool, ready, setBackend, type Tensor, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { readWeights, writeWeights } from '../weights.js';
import { growFrom } from './progressive.js';
import { buildModel } from './registry.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

const options = { baseSize: 8, widths: [6, 5, 4], blocks: [8, 9] };
const define = (side: number, seed: number, more = {}) =>
  buildModel({
    id: 'progressive',
    options: { ...options, ...more },
    input: { height: side, width: side, channels: 1 },
    classes: 7,
    seed,
  });

function pictures(side: number): Tensor4D {
  return tensor4d(
    Float32Array.from({ length: 2 * side * side }, (_, index) => Math.sin(index * 0.7) * Math.cos(index / 31)),
    [2, side, side, 1],
  );
}

/** As training would: no weight is as it was built. */
async function disturb(model: LayersModel): Promise<void> {
  const weights = await readWeights(model);
  const changed = Object.entries(weights).map(([name, weight], position) => [
    name,
    {
      ...weight,
      data: Float32Array.from(weight.data, (value, index) => value + 0.2 + 0.1 * Math.sin(index + position)),
    },
  ]);
  writeWeights(model, Object.fromEntries(changed));
}

test.each([
  [8, 16],
  [16, 32],
])(
  'grown from %i to %i, a network contains the smaller one and answers as it does on the halved picture',
  async (small, large) => {
    const smaller = define(small, 1);
    await disturb(smaller);
    const larger = define(large, 2);
    growFrom(smaller, larger);
    const [before, after] = [await readWeights(smaller), await readWeights(larger)];
    for (const [name, { data }] of Object.entries(before)) expect(after[name].data, name).toEqual(data);
    expect(Object.keys(after).length).toBeGreaterThan(Object.keys(before).length);
    const [expected, actual, ungrown] = tidy(() => {
      const picture = pictures(large);
      const output = (model: LayersModel, x: Tensor) => (model.predict(x) as Tensor).dataSync();
      return [
        output(smaller, avgPool(picture, 2, 2, 'valid')),
        output(larger, picture),
        output(define(large, 2), picture),
      ];
    });
    expected.forEach((value, index) => {
      expect(actual[index]).toBeCloseTo(value, 6);
    });
    expect(ungrown).not.toEqual(actual);
  },
);

test('a network that does not contain the smaller one is refused', () => {
  expect(() => growFrom(define(8, 1), define(8, 1))).toThrow(/the same layers/);
  expect(() => growFrom(define(16, 1), define(8, 1))).toThrow(/entry16/);
  expect(() => growFrom(define(8, 1), define(16, 1, { blocks: [8, 10] }))).toThrow(/block2/);
  expect(() => define(12, 1)).toThrow(/8, 16, 32 pixels/);
  expect(() => define(64, 1)).toThrow(/64×64/);
});

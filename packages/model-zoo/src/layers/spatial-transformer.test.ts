import '@tensorflow/tfjs-backend-cpu';
import {
  grads,
  memory,
  mul,
  ready,
  reshape,
  setBackend,
  sum,
  type Tensor,
  type Tensor4D,
  tensor2d,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { buildModel } from '../architectures/registry.js';
import reference from '../fixtures/grid-sample-reference.json' with { type: 'json' };
import { carryWeights } from '../weights.js';
import { affineGrid, gridSample } from './spatial-transformer.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

const [HEIGHT, WIDTH, CHANNELS] = [5, 7, 2];

/** The rule of grid-sample-reference.py. */
function pictures(): Tensor4D {
  const values: number[] = [];
  for (let index = 0; index < 3; index++) {
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++) {
        for (let channel = 0; channel < CHANNELS; channel++) {
          values.push(Math.sin(x * 1.3 + index) * Math.cos(y * 0.7 - channel));
        }
      }
    }
  }
  return tensor4d(values, [3, HEIGHT, WIDTH, CHANNELS]);
}

function expectClose(actual: Tensor, expected: readonly number[]): void {
  const values = actual.dataSync();
  expect(values).toHaveLength(expected.length);
  expected.forEach((value, index) => {
    expect(values[index]).toBeCloseTo(value, 4);
  });
}

test('samples and gradients are those of PyTorch’s affine_grid and grid_sample', () => {
  const before = memory().numTensors;
  tidy(() => {
    const theta = tensor2d(reference.theta);
    const sample = (x: Tensor, map: Tensor) => gridSample(x as Tensor4D, affineGrid(map, HEIGHT, WIDTH));
    expectClose(sample(pictures(), theta), reference.output);
    const weights = tensor4d(
      Array.from({ length: 3 * HEIGHT * WIDTH * CHANNELS }, (_, index) => Math.cos(index * 0.37)),
      [3, HEIGHT, WIDTH, CHANNELS],
    );
    const objective = (x: Tensor, map: Tensor) => sum(mul(sample(x, map), reshape(weights, [3, HEIGHT * WIDTH, -1])));
    const [pictureGradient, thetaGradient] = grads(objective)([pictures(), theta]);
    expectClose(pictureGradient, reference.pictureGradient);
    expectClose(thetaGradient, reference.thetaGradient);
  });
  expect(memory().numTensors).toBe(before);
});

test('the identity changes nothing, so an untrained transformer does not either', () => {
  tidy(() => {
    const identity = tensor2d([
      [1, 0, 0, 0, 1, 0],
      [1, 0, 0, 0, 1, 0],
      [1, 0, 0, 0, 1, 0],
    ]);
    const samples = gridSample(pictures(), affineGrid(identity, HEIGHT, WIDTH));
    expectClose(samples, [...pictures().dataSync()]);
  });
  const input = { height: 24, width: 20, channels: 1 } as const;
  const define = (transformer: boolean) =>
    buildModel({ id: 'rtnn-stl', options: { transformer }, input, classes: 7, seed: 2 });
  const [withTransformer, without] = [define(true), define(false)];
  expect(carryWeights(withTransformer, without)).toMatchObject({ untouched: [] });
  const picture = tensor4d(
    Float32Array.from({ length: 480 }, (_, index) => Math.sin(index / 9)),
    [1, 24, 20, 1],
  );
  expectClose(withTransformer.predict(picture) as Tensor, [...(without.predict(picture) as Tensor).dataSync()]);
});

import '@tensorflow/tfjs-backend-cpu';
import { registerOnnxRuntimeBackend } from '@mien/tfjs-onnxruntime';
import { memory, setBackend, type Tensor, tensor, train } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { type NamedWeights, readWeights, writeWeights } from '../weights.js';
import type { InputShape } from './architecture.js';
import { buildModel } from './registry.js';

/** A network of each kind, small, with whatever layer of ours it has. */
const NETWORKS: Readonly<Record<string, { options?: Record<string, unknown>; input?: InputShape }>> = {
  'mien-net': { options: { stem: 4, widths: [8, 16], blocks: [1, 1] }, input: { height: 16, width: 16, channels: 1 } },
  'rtnn-stl': { input: { height: 24, width: 24, channels: 1 } },
  progressive: {
    options: { baseSize: 8, widths: [4, 4], blocks: [8] },
    input: { height: 16, width: 16, channels: 3 },
  },
  dtagn: { options: { frames: 2 }, input: { height: 8, width: 8, channels: 1 } },
  'landmark-mlp': {},
};

const CLASSES = 5;
const BATCH = 6;

function inputsFor(model: LayersModel): Tensor[] {
  return model.inputs.map(({ shape }) => {
    const sizes = [BATCH, ...shape.slice(1).map((size) => size ?? 1)];
    const count = sizes.reduce((product, size) => product * size, 1);
    return tensor(
      Float32Array.from({ length: count }, (_, index) => Math.sin(index * 1.7) * Math.cos(index / 23)),
      sizes,
    );
  });
}

/** The seed's weights; a transformer that is off the grid of pixels, where slopes to the left and right differ. */
async function firstWeights(id: string): Promise<NamedWeights> {
  const model = buildModel({ id, ...NETWORKS[id], classes: CLASSES, seed: 3 });
  const weights = await readWeights(model);
  model.dispose();
  weights['localisation_change/bias']?.data.set([0.1, 0.07, 0.03, -0.06, 0.12, -0.04]);
  return weights;
}

/** The losses of some steps, the weights before the step `readAt`, which are read as at the end of an epoch, and what comes out. */
async function trainOn(backend: string, id: string, steps: number, start: NamedWeights, readAt?: number) {
  await setBackend(backend);
  const model = buildModel({ id, ...NETWORKS[id], classes: CLASSES, seed: 3 });
  writeWeights(model, start);
  const optimizer = train.sgd(0.02);
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  const inputs = inputsFor(model);
  const labels = tensor(
    Float32Array.from({ length: BATCH * CLASSES }, (_, index) =>
      Number(index % CLASSES === Math.floor(index / CLASSES) % CLASSES),
    ),
    [BATCH, CLASSES],
  );
  const losses: number[] = [];
  let halfWay = start;
  for (let step = 0; step < steps; step++) {
    if (step === readAt) halfWay = await readWeights(model);
    losses.push((await model.trainOnBatch(inputs, labels)) as number);
  }
  const weights = await readWeights(model);
  const output = model.predict(inputs) as Tensor;
  const probabilities = [...(await output.data())];
  for (const each of [...inputs, labels, output]) each.dispose();
  model.dispose();
  optimizer.dispose();
  return { losses, probabilities, halfWay, weights };
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, index) => {
    expect(actual[index]).toBeCloseTo(value, 2);
  });
}

beforeAll(() => {
  registerOnnxRuntimeBackend({ threads: 1 });
});

describe.each(Object.keys(NETWORKS))('%s', (id) => {
  test('trains on ONNX Runtime as on the JavaScript backend, with the same dropout', async () => {
    await setBackend('cpu');
    const start = await firstWeights(id);
    const expected = await trainOn('cpu', id, 2, start);
    const actual = await trainOn('onnxruntime', id, 2, start);
    expectClose(actual.losses, expected.losses);
    expectClose(actual.probabilities, expected.probabilities);
  });

  test('goes on from saved weights with the same numbers as without a stop', async () => {
    await setBackend('onnxruntime');
    const whole = await trainOn('onnxruntime', id, 4, await firstWeights(id), 2);
    const tensors = memory().numTensors;
    const resumed = await trainOn('onnxruntime', id, 2, whole.halfWay);
    expect(resumed.losses).toEqual(whole.losses.slice(2));
    expect(resumed.weights).toEqual(whole.weights);
    expect(memory().numTensors).toBe(tensors);
  });
});

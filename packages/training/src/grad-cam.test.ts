import '@tensorflow/tfjs-backend-cpu';
import { buildModel } from '@mien/model-zoo';
import { add, memory, ready, setBackend, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { model as createModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { fillBatch } from './batches.js';
import { createTinySet } from './fixtures/tiny-set.js';
import { gradCam } from './grad-cam.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

const set = createTinySet(3);
const source = { set, indices: [0, 4, 7], classOf: [0, 1, 2], range: [-1, 1] as const };
const build = () =>
  buildModel({ id: 'mini-xception', classes: 3, seed: 3, input: { height: 12, width: 12, channels: 1 } });

test('each map is of the layer’s size, from 0 to 1, and nothing leaks', async () => {
  const model = build();
  const maps = model.getLayer('module1_add').output as SymbolicTensor;
  expect(maps.shape).toEqual([null, 4, 4, 16]);
  const before = memory().numTensors;
  const heat = await gradCam(model, source, { classes: [0, 1, 2], layer: 'module1_add' });
  expect(heat).toMatchObject({ height: 4, width: 4 });
  expect(heat.values).toHaveLength(3 * 16);
  expect(Math.max(...heat.values)).toBeCloseTo(1, 6);
  expect(Math.min(...heat.values)).toBeGreaterThanOrEqual(0);
  expect(memory().numTensors).toBe(before);
});

test('the weights of the maps are the mean gradients, by finite differences', async () => {
  const model = build();
  const layer = model.getLayer('module1_add');
  const maps = createModel({ inputs: model.inputs, outputs: layer.output as SymbolicTensor });
  const logits = createModel({ inputs: model.inputs, outputs: model.getLayer('class_means').output as SymbolicTensor });
  const { pictures } = fillBatch({ ...source, classes: 3 }, [4]);
  const picture = tensor(pictures, [1, 12, 12, 1]);
  const at = (maps.predict(picture) as Tensor).dataSync();
  const step = 1e-2;
  const call = layer.call.bind(layer);
  const logitWith = (channel: number, change: number) => {
    // The whole channel moves: the sum of its gradients.
    const addition = Array.from({ length: 16 * 16 }, (_, place) => (place % 16 === channel ? change : 0));
    layer.call = (...given) => tidy(() => add(call(...given) as Tensor, tensor(addition, [1, 4, 4, 16])));
    return (logits.predict(picture) as Tensor).dataSync()[1];
  };
  const weights = Array.from(
    { length: 16 },
    (_, channel) => (logitWith(channel, step) - logitWith(channel, -step)) / (2 * step),
  );
  delete (layer as { call?: unknown }).call;
  const raw = Array.from({ length: 16 }, (_, pixel) =>
    Math.max(
      0,
      weights.reduce((sum, weight, channel) => sum + weight * at[pixel * 16 + channel], 0),
    ),
  );
  const heat = await gradCam(model, { ...source, indices: [4] }, { classes: [1], layer: 'module1_add' });
  raw.forEach((value, pixel) => {
    expect(heat.values[pixel]).toBeCloseTo(value / Math.max(...raw), 2);
  });
});

test('a layer that is not there is refused, with some that are', async () => {
  await expect(gradCam(build(), source, { classes: [0, 0, 0], layer: 'class_means' })).rejects.toThrow(
    /"class_means".*module3_/,
  );
});

import '@tensorflow/tfjs-backend-cpu';
import { averageCrops, TEN_CROPS, tenCropInto } from '@mien/preprocessing';
import { ready, setBackend, tensor } from '@tensorflow/tfjs-core';
import { model as createModel, input, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { createTinySet } from './fixtures/tiny-set.js';
import { predictSet, scorePredictions } from './predict.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

/** A network that sees left and right. */
function createModelOfSides() {
  const picture = input({ shape: [12, 12, 1] });
  const flat = layers.flatten().apply(picture) as SymbolicTensor;
  const dense = layers.dense({ units: 3 }).apply(flat) as SymbolicTensor;
  const outputs = layers.activation({ activation: 'softmax' }).apply(dense) as SymbolicTensor;
  const model = createModel({ inputs: picture, outputs });
  const kernel = Array.from({ length: 144 * 3 }, (_, at) => Math.sin(at) / 40);
  model.setWeights([tensor(kernel, [144, 3]), tensor([0, 0.1, -0.1])]);
  return model;
}

test('flip and ten-crop answer with the mean over the views', async () => {
  const set = createTinySet(20);
  const model = createModelOfSides();
  const source = { set, indices: [5, 0, 41, 7], classOf: [0, 1, 2], range: [0, 1] as const };
  const ask = (pictures: Float32Array) =>
    (
      model.predict(tensor(pictures, [pictures.length / 144, 12, 12, 1])) as ReturnType<typeof tensor>
    ).dataSync() as Float32Array;
  const plain = await predictSet(model, source);
  const mirrored = Uint8Array.from(set.images, (_, at) => set.images[at - (at % 12) + 11 - (at % 12)]);
  const other = await predictSet(model, { ...source, set: { ...set, images: mirrored } });
  const flip = await predictSet(model, source, { views: 'flip' });
  flip.probabilities.forEach((value, at) => {
    expect(value).toBeCloseTo((plain.probabilities[at] + other.probabilities[at]) / 2, 6);
  });
  expect(plain.probabilities).not.toEqual(other.probabilities);

  const crops = new Float32Array(4 * TEN_CROPS * 144);
  const shape = { width: 12, height: 12, channels: 1 } as const;
  source.indices.forEach((index, place) => {
    tenCropInto(crops, place * TEN_CROPS * 144, set.images, index * 144, shape, 0.75, [0, 1]);
  });
  const expected = averageCrops(ask(crops), 3);
  const tenCrop = await predictSet(model, source, { views: 'ten-crop', cropShare: 0.75 });
  tenCrop.probabilities.forEach((value, at) => {
    expect(value).toBeCloseTo(expected[at], 6);
  });
  expect(tenCrop.truth).toEqual(Int32Array.of(2, 0, 2, 1));
});

test('loss is the mean of −log of the true class, accuracy the share of right answers', () => {
  const score = scorePredictions({
    probabilities: Float32Array.of(0.5, 0.5, 0.25, 0.75),
    predicted: Int32Array.of(0, 1),
    truth: Int32Array.of(0, 0),
  });
  expect(score.loss).toBeCloseTo((Math.log(2) + Math.log(4)) / 2, 6);
  expect(score.accuracy).toBe(0.5);
});

test('a true class of probability 0 gives a large loss, not an infinite one', () => {
  const score = scorePredictions({
    probabilities: Float32Array.of(0, 1),
    predicted: Int32Array.of(1),
    truth: Int32Array.of(0),
  });
  expect(Number.isFinite(score.loss)).toBe(true);
});

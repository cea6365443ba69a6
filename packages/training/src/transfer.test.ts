import '@tensorflow/tfjs-backend-cpu';
import type { Emotion } from '@mien/core';
import { buildModel, readWeights } from '@mien/model-zoo';
import { ready, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { describeTransfer, transferWeights } from './transfer.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

const build = (classes: number, seed: number) =>
  buildModel({ id: 'mini-xception', classes, seed, input: { height: 12, width: 12, channels: 1 } });
const labels: Emotion[] = ['happy', 'sad', 'fear'];

test('another head: layers by name, classes by theirs, in whatever order; what is new stays fresh', async () => {
  const source = { weights: await readWeights(build(3, 1)), labels };
  const model = build(4, 2);
  const fresh = await readWeights(model);
  const result = await transferWeights(model, ['fear', 'contempt', 'happy', 'angry'], source);
  const weights = await readWeights(model);
  expect(weights['stem_conv1/kernel'].data).toEqual(source.weights['stem_conv1/kernel'].data);
  const kernels = [weights, fresh, source.weights].map((of) => of['class_maps/kernel'].data);
  for (let row = 0; row < 3 * 3 * 128; row++) {
    const [own, before] = [kernels[0], kernels[1]].map((data) => [...data.slice(row * 4, row * 4 + 4)]);
    const other = [...kernels[2].slice(row * 3, row * 3 + 3)];
    expect(own).toEqual([other[2], before[1], other[0], before[3]]);
  }
  expect(result).toMatchObject({
    mapped: ['class_maps/kernel', 'class_maps/bias'],
    newClasses: ['contempt', 'angry'],
    fresh: [],
    unused: [],
  });
  expect(describeTransfer(result)).toMatch(/^\d+ weights taken over; 2 class by class; new classes: contempt, angry$/);
});

test('the same classes in another order are put right, not taken over as they stand', async () => {
  const source = { weights: await readWeights(build(3, 1)), labels };
  const model = build(3, 2);
  await transferWeights(model, ['sad', 'fear', 'happy'], source);
  const kernel = (await readWeights(model))['class_maps/kernel'].data;
  const other = source.weights['class_maps/kernel'].data;
  expect([...kernel.slice(0, 3)]).toEqual([other[1], other[2], other[0]]);
});

test('what differs in shape or is missing stays fresh and is named; nothing in common is an error', async () => {
  const { 'stem_conv2/kernel': dropped, ...rest } = await readWeights(build(3, 1));
  const odd = { dtype: 'F32', shape: [1], data: Float32Array.of(1) } as const;
  const weights = { ...rest, 'stem_conv1/kernel': odd, 'other/kernel': dropped };
  const model = build(3, 2);
  const before = await readWeights(model);
  const result = await transferWeights(model, labels, { weights, labels });
  expect(result.fresh.toSorted()).toEqual(['stem_conv1/kernel', 'stem_conv2/kernel']);
  expect(result.unused.toSorted()).toEqual(['other/kernel', 'stem_conv1/kernel']);
  expect((await readWeights(model))['stem_conv1/kernel']).toEqual(before['stem_conv1/kernel']);
  const nothing = transferWeights(model, labels, { weights: { 'other/kernel': odd }, labels });
  await expect(nothing).rejects.toThrow(/same architecture/);
});

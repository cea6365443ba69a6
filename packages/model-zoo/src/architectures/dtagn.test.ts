import '@tensorflow/tfjs-backend-cpu';
import { add, ready, setBackend, softmax, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { model as createModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { carryWeights } from '../weights.js';
import { freezeForJointFineTuning } from './dtagn.js';
import { buildModel, getLossHeads } from './registry.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

const common = {
  options: { frames: 3 },
  input: { height: 8, width: 8, channels: 1 },
  classes: 4,
} as const;

test('joined from two trained networks, the sum of their logits decides', () => {
  const dtan = buildModel({ id: 'dtan', ...common, seed: 1 });
  const dtgn = buildModel({ id: 'dtgn', ...common, seed: 2 });
  const joint = buildModel({ id: 'dtagn', ...common, seed: 3 });
  const [fromAppearance, fromGeometry] = [carryWeights(dtan, joint), carryWeights(dtgn, joint)];
  expect([...fromAppearance.missing, ...fromGeometry.missing]).toEqual([]);
  expect(fromAppearance.carried.length + fromGeometry.carried.length).toBe(joint.weights.length);
  const frames = tensor(
    Float32Array.from({ length: 2 * 8 * 8 * 3 }, (_, index) => Math.sin(index)),
    [2, 8, 8, 3],
  );
  const landmarks = tensor(
    Float32Array.from({ length: 2 * 294 }, (_, index) => Math.cos(index)),
    [2, 294],
  );
  tidy(() => {
    const logits = (net: typeof dtan, layer: string, x: Tensor) =>
      createModel({ inputs: net.inputs, outputs: net.getLayer(layer).output as SymbolicTensor }).predict(x) as Tensor;
    const sum = add(logits(dtan, 'appearance_logits', frames), logits(dtgn, 'geometry_logits', landmarks));
    const actual = (joint.predict([frames, landmarks]) as Tensor).dataSync();
    softmax(sum)
      .dataSync()
      .forEach((value, index) => {
        expect(actual[index]).toBeCloseTo(value, 6);
      });
  });
});

test('joint fine-tuning trains the last layers with three losses', () => {
  const joint = buildModel({ id: 'dtagn', ...common, seed: 3 });
  freezeForJointFineTuning(joint);
  expect(joint.trainableWeights.map(({ originalName }) => originalName).sort()).toEqual([
    'appearance_logits/bias',
    'appearance_logits/kernel',
    'geometry_logits/bias',
    'geometry_logits/kernel',
  ]);
  const heads = getLossHeads({ id: 'dtagn' });
  expect(heads).toHaveLength(3);
  for (const { layer } of heads) expect(joint.getLayer(layer).outputShape).toEqual([null, 4]);
  expect(getLossHeads({ id: 'lopes' })).toEqual([]);
  const googlenet = getLossHeads({ id: 'googlenet', options: { auxiliaryHeads: true } });
  expect(googlenet.map(({ weight }) => weight)).toEqual([1, 0.3, 0.3]);
});

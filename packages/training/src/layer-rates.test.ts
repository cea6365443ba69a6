import '@tensorflow/tfjs-backend-cpu';
import { InvalidConfigurationError } from '@mien/core';
import { buildModel, readWeights } from '@mien/model-zoo';
import { ready, setBackend, tidy, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { freezeStatistics, selectTrained } from './layer-rates.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

const build = () =>
  buildModel({ id: 'mini-xception', classes: 3, seed: 1, input: { height: 12, width: 12, channels: 1 } });

test('the last rule that fits counts; what is frozen is not trained', () => {
  const model = build();
  const all = selectTrained(model, []);
  expect(all.variables).toHaveLength(model.trainableWeights.length);
  expect(new Set(all.rates)).toEqual(new Set([1]));
  const head = selectTrained(model, [
    { layers: '*', rate: 0 },
    { layers: 'class_maps', rate: 1 },
    { layers: 'module4', rate: 0.1 },
  ]);
  const shapes = head.variables.map(({ shape }) => shape);
  expect(shapes).toContainEqual([3, 3, 128, 3]);
  expect(new Set(head.rates)).toEqual(new Set([0.1, 1]));
  expect(head.variables.length).toBeLessThan(all.variables.length / 2);
});

test('a rule for no layer, and nothing to train, are errors', () => {
  const model = build();
  expect(() => selectTrained(model, [{ layers: 'conv_', rate: 0 }])).toThrow(/"conv_" among stem_conv1/);
  expect(() => selectTrained(model, [{ layers: '*', rate: 0 }])).toThrow(InvalidConfigurationError);
});

test('frozen batch normalisation keeps its statistics in training, until that is undone', async () => {
  const model = build();
  const rules = [{ layers: 'stem_', rate: 0 }];
  const step = () => tidy(() => void model.apply(zeros([2, 12, 12, 1]), { training: true }));
  const statistics = async () => {
    const weights = await readWeights(model);
    return ['stem_conv1', 'module1_shortcut'].map((name) => [...weights[`${name}_batch_norm/moving_variance`].data]);
  };
  const before = await statistics();
  const undo = freezeStatistics(model, rules);
  step();
  const frozen = await statistics();
  expect(frozen[0]).toEqual(before[0]);
  expect(frozen[1]).not.toEqual(before[1]);
  undo();
  step();
  expect((await statistics())[0]).not.toEqual(before[0]);
});

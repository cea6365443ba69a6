import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKEND_NAME } from './name.js';
import { noise, relativeError, startBackend } from './testing/reference.js';

const CLASSES = 4;
const STEPS = 3;

beforeAll(async () => {
  await startBackend();
});

/** Labels as probabilities that sum to 1, as one-hot rows, as class numbers or as signs. */
const LABELS = {
  probabilities: () => tf.softmax(noise([6, CLASSES], 9) as tf.Tensor2D),
  oneHot: () => tf.oneHot(tf.tensor1d([0, 3, 1, 2, 2, 0], 'int32'), CLASSES),
  classes: () => tf.tensor2d([0, 3, 1, 2, 2, 0], [6, 1]),
  signs: () => tf.sub(tf.mul(LABELS.oneHot(), 2), 1),
};

/** The losses of some steps, and the weights after them. */
async function train(
  backendName: string,
  optimizer: () => tf.Optimizer,
  loss: string,
  labels: keyof typeof LABELS,
): Promise<number[][]> {
  await tf.setBackend(backendName);
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ inputShape: [5], units: 7, activation: 'tanh' }),
      tfl.layers.dense({ units: CLASSES, activation: 'softmax' }),
    ],
  });
  model.setWeights(model.getWeights().map((weight, index) => noise(weight.shape, index + 1)));
  model.compile({ optimizer: optimizer(), loss });
  const x = noise([6, 5], 20);
  const y = LABELS[labels]();
  const losses: number[] = [];
  for (let step = 0; step < STEPS; step += 1) losses.push((await model.trainOnBatch(x, y)) as number);
  const weights: number[][] = [];
  for (const weight of model.getWeights()) weights.push(Array.from(await weight.data()));
  model.dispose();
  await tf.setBackend(BACKEND_NAME);
  return [losses, ...weights];
}

async function expectSameTraining(
  optimizer: () => tf.Optimizer,
  loss: string,
  labels: keyof typeof LABELS,
): Promise<void> {
  const expected = await train('cpu', optimizer, loss, labels);
  const actual = await train(BACKEND_NAME, optimizer, loss, labels);
  expected.forEach((values, index) => {
    expect(relativeError(actual[index]!, values), `part ${index}`).toBeLessThan(1e-4);
  });
}

describe('training with every loss goes as on the JavaScript backend', () => {
  const losses: readonly (readonly [string, keyof typeof LABELS])[] = [
    ['meanSquaredError', 'probabilities'],
    ['meanAbsoluteError', 'probabilities'],
    ['meanAbsolutePercentageError', 'probabilities'],
    ['meanSquaredLogarithmicError', 'probabilities'],
    ['squaredHinge', 'signs'],
    ['hinge', 'signs'],
    ['categoricalHinge', 'oneHot'],
    ['logcosh', 'probabilities'],
    ['categoricalCrossentropy', 'oneHot'],
    ['sparseCategoricalCrossentropy', 'classes'],
    ['binaryCrossentropy', 'oneHot'],
    ['kullbackLeiblerDivergence', 'probabilities'],
    ['poisson', 'probabilities'],
    ['cosineProximity', 'oneHot'],
  ];
  for (const [loss, labels] of losses) {
    it(loss, () => expectSameTraining(() => tf.train.sgd(0.1), loss, labels));
  }
});

describe('training with every optimizer goes as on the JavaScript backend', () => {
  const optimizers: Readonly<Record<string, () => tf.Optimizer>> = {
    sgd: () => tf.train.sgd(0.2),
    momentum: () => tf.train.momentum(0.1, 0.9),
    nesterov: () => tf.train.momentum(0.1, 0.9, true),
    adagrad: () => tf.train.adagrad(0.1),
    adadelta: () => tf.train.adadelta(0.5),
    adam: () => tf.train.adam(0.01),
    adamax: () => tf.train.adamax(0.01),
    rmsprop: () => tf.train.rmsprop(0.01),
    'rmsprop, centred, with momentum': () => tf.train.rmsprop(0.01, 0.9, 0.5, undefined, true),
  };
  for (const [name, optimizer] of Object.entries(optimizers)) {
    it(name, () => expectSameTraining(optimizer, 'categoricalCrossentropy', 'oneHot'));
  }
});

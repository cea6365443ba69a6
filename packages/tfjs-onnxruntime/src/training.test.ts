import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKEND_NAME } from './name.js';
import { noise, relativeError, startBackend } from './testing/reference.js';

beforeAll(async () => {
  await startBackend();
});

/** mini-Xception in small: every layer type of it, as tfjs-layers builds it. */
function smallXception(size: number): layers.LayersModel {
  let seed = 1;
  const initializer = () => {
    seed += 1;
    return layers.initializers.glorotUniform({ seed });
  };
  const l2 = () => layers.regularizers.l2({ l2: 0.01 });
  const norm = (x: layers.SymbolicTensor) => layers.layers.batchNormalization({}).apply(x) as layers.SymbolicTensor;
  const relu = (x: layers.SymbolicTensor) =>
    layers.layers.activation({ activation: 'relu' }).apply(x) as layers.SymbolicTensor;
  const separable = (x: layers.SymbolicTensor, filters: number) =>
    layers.layers
      .separableConv2d({
        filters,
        kernelSize: 3,
        padding: 'same',
        useBias: false,
        depthwiseInitializer: initializer(),
        pointwiseInitializer: initializer(),
        depthwiseRegularizer: l2(),
      })
      .apply(x) as layers.SymbolicTensor;
  const input = layers.input({ shape: [size, size, 1] });
  const stem = layers.layers
    .conv2d({ filters: 4, kernelSize: 3, useBias: false, kernelInitializer: initializer(), kernelRegularizer: l2() })
    .apply(input) as layers.SymbolicTensor;
  const x = relu(norm(stem));
  const shortcut = norm(
    layers.layers
      .conv2d({
        filters: 6,
        kernelSize: 1,
        strides: 2,
        padding: 'same',
        useBias: false,
        kernelInitializer: initializer(),
      })
      .apply(x) as layers.SymbolicTensor,
  );
  const body = norm(separable(relu(norm(separable(x, 6))), 6));
  const pooled = layers.layers
    .maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })
    .apply(body) as layers.SymbolicTensor;
  const sum = layers.layers.add().apply([pooled, shortcut]) as layers.SymbolicTensor;
  const last = layers.layers
    .conv2d({ filters: 3, kernelSize: 3, padding: 'same', kernelInitializer: initializer() })
    .apply(sum) as layers.SymbolicTensor;
  const averaged = layers.layers.globalAveragePooling2d({}).apply(last) as layers.SymbolicTensor;
  const output = layers.layers.activation({ activation: 'softmax' }).apply(averaged) as layers.SymbolicTensor;
  return layers.model({ inputs: input, outputs: output });
}

interface TrainingResult {
  readonly losses: number[];
  readonly weights: number[][];
  readonly prediction: number[];
}

async function train(backendName: string, steps: number, size: number): Promise<TrainingResult> {
  await tf.setBackend(backendName);
  const model = smallXception(size);
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const x = noise([5, size, size, 1], 4);
  const y = tf.oneHot(tf.tensor1d([0, 1, 2, 1, 0], 'int32'), 3);
  const losses: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    const [loss] = (await model.trainOnBatch(x, y)) as number[];
    losses.push(loss!);
  }
  const weights = await Promise.all(model.getWeights().map(async (weight) => Array.from(await weight.data())));
  const prediction = model.predict(x) as tf.Tensor;
  const result = { losses, weights, prediction: Array.from(await prediction.data()) };
  tf.dispose([x, y, prediction]);
  model.dispose();
  return result;
}

describe('training with unmodified tfjs-layers', () => {
  it('gives the losses, weights and predictions of the JavaScript backend', async () => {
    const expected = await train('cpu', 4, 11);
    const actual = await train(BACKEND_NAME, 4, 11);
    expect(relativeError(actual.losses, expected.losses)).toBeLessThan(1e-4);
    expected.weights.forEach((weight, index) => {
      expect(relativeError(actual.weights[index]!, weight), `weight ${index}`).toBeLessThan(1e-3);
    });
    expect(relativeError(actual.prediction, expected.prediction)).toBeLessThan(1e-3);
  });

  it('leaks nothing and compiles only its first steps', async () => {
    const backend = await startBackend();
    const model = smallXception(9);
    model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy' });
    const x = noise([4, 9, 9, 1]);
    const y = tf.oneHot(tf.tensor1d([0, 1, 2, 1], 'int32'), 3);
    for (let step = 0; step < 3; step += 1) await model.trainOnBatch(x, y);
    const before = tf.memory();
    const dataIds = backend.numDataIds();
    const { compilations, runs } = backend.statistics();
    for (let step = 0; step < 200; step += 1) await model.trainOnBatch(x, y);
    const after = tf.memory();
    expect(after.numTensors).toBe(before.numTensors);
    expect(after.numBytes).toBe(before.numBytes);
    expect(backend.numDataIds()).toBe(dataIds);
    expect(backend.statistics().runs).toBe(runs + 200);
    expect(backend.statistics().compilations).toBe(compilations);
  });
});

describe('training loops of one’s own', () => {
  it('minimize without reading stays bounded and compiles a handful of graphs', async () => {
    const backend = await startBackend({ pendingLimits: [100, 4] });
    const w = tf.variable(noise([3, 1]));
    const b = tf.variable(tf.scalar(0));
    const x = noise([32, 3], 2);
    const y = tf.matMul(x, tf.tensor2d([[1], [-2], [0.5]]));
    const optimizer = tf.train.adam(0.05);
    for (let step = 0; step < 300; step += 1) {
      optimizer.minimize(() => tf.mean(tf.squaredDifference(tf.add(tf.matMul(x, w), b), y)) as tf.Scalar);
      expect(backend.statistics().pending).toBeLessThan(400);
    }
    expect(relativeError(Array.from(await w.data()), [1, -2, 0.5])).toBeLessThan(0.05);
    expect(backend.statistics().compilations).toBeLessThan(12);
  });

  it('an optimizer written in plain ops (variableGrads, assign, decay) matches the JavaScript backend', async () => {
    const run = async (backendName: string) => {
      await tf.setBackend(backendName);
      const w = tf.variable(noise([4, 3]));
      const velocity = tf.variable(tf.zeros([4, 3]));
      const x = noise([8, 4], 2);
      const labels = tf.argMax(noise([8, 3], 3), 1);
      for (let step = 1; step <= 5; step += 1) {
        const rate = 0.1 / step;
        tf.tidy(() => {
          const { grads, value } = tf.variableGrads(
            () => tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 3), tf.matMul(x, w)) as tf.Scalar,
            [w],
          );
          const norm = tf.sqrt(tf.sum(tf.square(grads[w.name]!)));
          const clipped = tf.mul(grads[w.name]!, tf.minimum(1, tf.div(1, norm)));
          velocity.assign(tf.add(tf.mul(velocity, 0.9), clipped));
          w.assign(tf.sub(tf.mul(w, 1 - rate * 0.01), tf.mul(velocity, rate)));
          value.dispose();
        });
      }
      return Array.from(await w.data());
    };
    expect(relativeError(await run(BACKEND_NAME), await run('cpu'))).toBeLessThan(1e-4);
  });
});

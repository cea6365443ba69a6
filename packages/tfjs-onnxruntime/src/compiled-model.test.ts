import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileModel } from './compiled-model.js';
import { noise, relativeError, startBackend } from './testing/reference.js';
import { traceToOnnx } from './trace.js';

beforeAll(async () => {
  await startBackend();
});

function smallModel(): layers.Sequential {
  return layers.sequential({
    layers: [
      layers.layers.conv2d({ inputShape: [7, 6, 2], filters: 16, kernelSize: 3, padding: 'same' }),
      layers.layers.batchNormalization({ movingVarianceInitializer: 'ones', betaInitializer: 'randomNormal' }),
      layers.layers.activation({ activation: 'relu' }),
      layers.layers.separableConv2d({ filters: 8, kernelSize: 3 }),
      layers.layers.maxPooling2d({ poolSize: 2 }),
      layers.layers.dropout({ rate: 0.5 }),
      layers.layers.globalAveragePooling2d({}),
      layers.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
}

async function numbers(tensor: tf.Tensor): Promise<number[]> {
  return Array.from(await tensor.data());
}

describe('compileModel', () => {
  it('goes on when the backend is registered anew', async () => {
    const model = smallModel();
    const compiled = compileModel(model);
    const x = noise([2, 7, 6, 2], 3);
    const values = (await x.data()) as Float32Array;
    const expected = await numbers(model.predict(x) as tf.Tensor);
    await startBackend();
    expect(relativeError(Array.from(await compiled.predict(values, 2)), expected)).toBeLessThan(1e-5);
    compiled.dispose();
    model.dispose();
  });

  it('predicts what the model predicts, for every batch size', async () => {
    const model = smallModel();
    const compiled = compileModel(model, { batchSizes: 2 });
    for (const batch of [1, 5, 2, 1]) {
      const x = noise([batch, 7, 6, 2], batch);
      const expected = await numbers(model.predict(x) as tf.Tensor);
      const actual = await compiled.predict((await x.data()) as Float32Array, batch);
      expect(relativeError(Array.from(actual), expected)).toBeLessThan(1e-5);
    }
    compiled.dispose();
  });

  it('notices changed weights', async () => {
    const model = smallModel();
    const compiled = compileModel(model);
    const input = (await noise([1, 7, 6, 2]).data()) as Float32Array;
    const before = Array.from(await compiled.predict(input, 1));
    model.setWeights(model.getWeights().map((weight) => tf.mul(weight, 1.5)));
    const after = Array.from(await compiled.predict(input, 1));
    const expected = await numbers(model.predict(tf.tensor(input, [1, 7, 6, 2])) as tf.Tensor);
    expect(relativeError(after, expected)).toBeLessThan(1e-5);
    expect(relativeError(after, before)).toBeGreaterThan(1e-3);
    compiled.dispose();
  });

  it('leaves no tensors behind and refuses input of the wrong length', async () => {
    const model = smallModel();
    const compiled = compileModel(model);
    const before = tf.memory().numTensors;
    await compiled.predict(new Float32Array(84), 1);
    expect(tf.memory().numTensors).toBe(before);
    await expect(compiled.predict(new Float32Array(83), 1)).rejects.toThrow(
      /Expected 1 × \[7, 6, 2\] = 84 numbers; found 83/,
    );
    compiled.dispose();
  });
});

describe('compileModel refuses', () => {
  const input = (shape: (number | null)[]) => layers.input({ shape });

  it('several inputs, several outputs and open sizes', async () => {
    const [a, b] = [input([3]), input([3])];
    const sum = layers.layers.add().apply([a, b]) as layers.SymbolicTensor;
    expect(() => compileModel(layers.model({ inputs: [a, b], outputs: sum }))).toThrow(/one input; found 2/);
    const open = input([null, 3]);
    const dense = layers.layers.dense({ units: 2 }).apply(open) as layers.SymbolicTensor;
    expect(() => compileModel(layers.model({ inputs: open, outputs: dense }))).toThrow(/\[any, any, 3\]/);
    const outputs = [1, 2].map((units) => layers.layers.dense({ units }).apply(a) as layers.SymbolicTensor);
    const compiled = compileModel(layers.model({ inputs: a, outputs }));
    await expect(compiled.predict(new Float32Array(3), 1)).rejects.toThrow(/one output; found 2/);
  });
});

describe('traceToOnnx', () => {
  it('writes a model that onnxruntime runs by itself', async () => {
    const w = noise([3, 4], 2);
    const bytes = traceToOnnx(
      ([a, b]) => tf.relu(tf.add(tf.matMul(a!, w), b!)),
      [
        { name: 'a', shape: [2, 3] },
        { name: 'b', shape: [4] },
      ],
    );
    const session = await InferenceSession.create(bytes);
    expect(session.inputNames).toEqual(['a', 'b']);
    const a = noise([2, 3], 5);
    const b = noise([4], 6);
    const { y0 } = await session.run({
      a: new Tensor('float32', (await a.data()) as Float32Array, [2, 3]),
      b: new Tensor('float32', (await b.data()) as Float32Array, [4]),
    });
    const expected = await numbers(tf.relu(tf.add(tf.matMul(a, w), b)));
    expect(relativeError(Array.from(y0!.data as Float32Array), expected)).toBeLessThan(1e-5);
    await session.release();
  });

  it('refuses a function that reads a value', () => {
    const before = tf.memory().numTensors;
    expect(() =>
      traceToOnnx(
        ([x]) => {
          tf.square(x!).dataSync();
          return x!;
        },
        [{ name: 'x', shape: [2] }],
      ),
    ).toThrow(/trace: reading a value/);
    expect(tf.memory().numTensors).toBe(before);
  });
});

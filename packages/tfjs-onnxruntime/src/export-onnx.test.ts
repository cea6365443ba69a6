import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ExportableModel, type ExportOptions, exportOnnx } from './export-onnx.js';
import { noise, relativeError, startBackend } from './testing/reference.js';

const { layers } = tfl;

beforeAll(async () => {
  await startBackend();
});

/** Weights that are neither 0 nor 1, so that all of them are constants of the file. */
function randomise<M extends tfl.LayersModel>(model: M): M {
  model.setWeights(
    model.weights.map((weight, index) => {
      const values = noise(weight.shape as number[], index + 1);
      return weight.name.includes('variance') ? tf.add(tf.abs(values), 0.5) : tf.mul(values, 0.4);
    }),
  );
  return model;
}

function separableNet(): tfl.LayersModel {
  const input = tfl.input({ name: 'picture', shape: [20, 20, 1] });
  const then = (layer: tfl.layers.Layer, x: tfl.SymbolicTensor) => layer.apply(x) as tfl.SymbolicTensor;
  let x = then(layers.conv2d({ name: 'stem', filters: 8, kernelSize: 3, useBias: false }), input);
  x = then(layers.activation({ activation: 'relu' }), then(layers.batchNormalization({ name: 'stem_norm' }), x));
  const shortcut = then(layers.conv2d({ filters: 16, kernelSize: 1, strides: 2, padding: 'same' }), x);
  x = then(layers.separableConv2d({ name: 'separable', filters: 16, kernelSize: 3, padding: 'same' }), x);
  x = then(layers.batchNormalization({}), x);
  x = then(layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }), x);
  x = layers.add().apply([x, shortcut]) as tfl.SymbolicTensor;
  x = then(layers.globalAveragePooling2d({}), then(layers.conv2d({ filters: 7, kernelSize: 3 }), x));
  return tfl.model({
    inputs: input,
    outputs: then(layers.activation({ name: 'probabilities', activation: 'softmax' }), x),
  });
}

function sequential(...stack: tfl.layers.Layer[]): tfl.Sequential {
  return tfl.sequential({ layers: stack });
}

const models: Record<string, () => tfl.LayersModel> = {
  'a separable residual net': separableNet,
  'dense, dropout, flatten': () =>
    sequential(
      layers.conv2d({ inputShape: [9, 8, 3], filters: 4, kernelSize: 3, activation: 'elu' }),
      layers.dropout({ rate: 0.5 }),
      layers.flatten(),
      layers.dense({ units: 11, activation: 'tanh' }),
      layers.gaussianNoise({ stddev: 1 }),
      layers.dense({ units: 3, activation: 'softmax' }),
    ),
  'upsampling, transposed convolution, average pooling, reshape, permute': () =>
    sequential(
      layers.averagePooling2d({ inputShape: [6, 6, 2], poolSize: 2 }),
      layers.upSampling2d({ size: [2, 2] }),
      layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }),
      layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear' }),
      layers.permute({ dims: [3, 1, 2] }),
      layers.reshape({ targetShape: [3, 576] }),
      layers.timeDistributed({ layer: layers.dense({ units: 5 }) }),
      layers.layerNormalization(),
    ),
  'recurrent layers': () =>
    sequential(
      layers.bidirectional({
        inputShape: [5, 4],
        layer: layers.lstm({ units: 6, recurrentInitializer: 'glorotUniform', returnSequences: true }),
        mergeMode: 'concat',
      }),
      layers.gru({ units: 3, recurrentInitializer: 'glorotUniform' }),
    ),
};

async function runExported(bytes: Uint8Array, x: tf.Tensor): Promise<{ shape: readonly number[]; values: number[] }> {
  const session = await InferenceSession.create(bytes);
  const feed = new Tensor('float32', (await x.data()) as Float32Array, x.shape);
  const result = (await session.run({ [session.inputNames[0]!]: feed }))[session.outputNames[0]!]!;
  await session.release();
  return { shape: result.dims, values: Array.from(result.data as Float32Array) };
}

/** The readable strings of a file: names and metadata lie in it as they are. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

describe('exportOnnx', () => {
  it.each(Object.keys(models))('%s gives what TensorFlow.js gives at every batch size', async (name) => {
    const model = randomise(models[name]!());
    const tensors = tf.memory().numTensors;
    const bytes = exportOnnx(model);
    expect(textOf(bytes)).not.toContain('com.microsoft');
    expect(tf.memory().numTensors).toBe(tensors);
    for (const batch of [1, 3, 8]) {
      const x = noise([batch, ...(model.inputs[0]!.shape.slice(1) as number[])], batch);
      const expected = model.predict(x) as tf.Tensor;
      const actual = await runExported(bytes, x);
      expect(actual.shape).toEqual(expected.shape);
      expect(relativeError(actual.values, Array.from(await expected.data()))).toBeLessThan(1e-4);
    }
  });

  it('keeps the names of layers and weights and carries metadata', async () => {
    const model = randomise(separableNet());
    const bytes = exportOnnx(model, { metadata: { labels: ['a', 'b'], note: 'plain text' } });
    const session = await InferenceSession.create(bytes);
    expect([session.inputNames, session.outputNames]).toEqual([['picture'], ['probabilities']]);
    const [input] = session.inputMetadata;
    expect(input).toMatchObject({ type: 'float32', shape: ['batch', 20, 20, 1] });
    expect(session.outputMetadata[0]).toMatchObject({ shape: ['batch', 7] });
    await session.release();
    const text = textOf(bytes);
    for (const wanted of ['stem/kernel', 'separable/depthwise_kernel', '["a","b"]', 'plain text'])
      expect(text).toContain(wanted);
  });

  it('names the ends of a sequential model that was never used', async () => {
    const model = sequential(layers.dense({ name: 'first', inputShape: [3], units: 4 }));
    model.add(layers.dense({ name: 'last', units: 2 }));
    const session = await InferenceSession.create(exportOnnx(model));
    expect([session.inputNames, session.outputNames]).toEqual([['first_input'], ['last']]);
    await session.release();
  });

  it('takes names, several inputs and outputs', async () => {
    const a = tfl.input({ shape: [3] });
    const b = tfl.input({ shape: [3] });
    const sum = layers.add().apply([a, b]) as tfl.SymbolicTensor;
    const product = layers.multiply().apply([a, b]) as tfl.SymbolicTensor;
    const bytes = exportOnnx(tfl.model({ inputs: [a, b], outputs: [sum, product] }), {
      inputNames: ['left', 'right'],
      outputNames: ['sum', 'product'],
    });
    const session = await InferenceSession.create(bytes);
    const results = await session.run({
      left: new Tensor('float32', Float32Array.of(1, 2, 3), [1, 3]),
      right: new Tensor('float32', Float32Array.of(4, 5, 6), [1, 3]),
    });
    expect([results.sum!.data, results.product!.data].map((data) => Array.from(data as Float32Array))).toEqual([
      [5, 7, 9],
      [4, 10, 18],
    ]);
    await session.release();
  });

  const withApply = (apply: (x: tf.Tensor) => tf.Tensor, shape: (number | null)[] = [null, 2]): ExportableModel => ({
    inputs: [{ shape }],
    inputNames: ['x'],
    outputNames: ['y'],
    weights: [],
    apply: ([x]: tf.Tensor[]) => apply(x!),
  });

  it('computes sizes from the batch where an operation wants them', async () => {
    const bytes = exportOnnx(
      withApply((x) => {
        const batch = x.shape[0]!;
        const twice = tf.reshape(tf.tile(x, [2, 1]), [2, batch, 2]);
        return tf.add(tf.sum(twice, 0), tf.slice(tf.fill([batch + 1, 2], 0.5), [1, 0], [batch, 2]));
      }),
    );
    const { values, shape } = await runExported(bytes, tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]));
    expect({ values, shape }).toEqual({ values: [2.5, 4.5, 6.5, 8.5, 10.5, 12.5], shape: [3, 2] });
  });

  it.each<[string, RegExp, ExportableModel, ExportOptions]>([
    ['other operations per batch size', /operations at batch/, withApply((x) => tf.addN(tf.unstack(x))), {}],
    [
      'values that depend on the batch size',
      /found a constant whose values depend/,
      withApply((x) => tf.div(x, x.shape[0]!)),
      {},
    ],
    ['sizes that are not linear in it', /found sizes/, withApply((x) => tf.tile(x, [x.shape[0]!, 1])), {}],
    [
      'an open dimension',
      /Expected one fixed shape.*\[any, 2\].*inputShapes/,
      withApply((x) => x, [null, null, 2]),
      {},
    ],
    ['missing names', /Expected 1 different input names/, withApply((x) => x), { inputNames: [] }],
    ['empty names', /Expected 1 different input names/, withApply((x) => x), { inputNames: [''] }],
  ])('refuses %s', (_name, message, model, options) => {
    const tensors = tf.memory().numTensors;
    expect(() => exportOnnx(model, options)).toThrow(message);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('takes a shape for open dimensions', async () => {
    const bytes = exportOnnx(
      withApply((x) => tf.mean(x, 1), [null, null, 2]),
      { inputShapes: [[4, 2]] },
    );
    expect((await runExported(bytes, tf.ones([5, 4, 2]))).values).toEqual(Array<number>(10).fill(1));
  });
});

import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { expectSameAsCpu, noise, relativeError, startBackend } from './testing/reference.js';

beforeAll(async () => {
  await startBackend();
});

// tfjs-layers draws the seeds of its random layers with it: the same ones on both backends
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0.37);
});

afterEach(() => {
  vi.restoreAllMocks();
});

type Layer = tfl.layers.Layer;
type Case = readonly [name: string, create: () => Layer, ...inputShapes: number[][]];

/** Output of a layer, and the gradients for all its weights and inputs, the output weighted with fixed noise. */
function outputAndGradients(layer: Layer, inputShapes: readonly number[][], gradients = true): tf.Tensor[] {
  const inputs = inputShapes.map((shape, index) => tf.variable(noise(shape, index + 1)));
  const apply = () => layer.apply(inputs.length === 1 ? inputs[0]! : inputs, { training: true }) as tf.Tensor;
  apply();
  layer.setWeights(layer.getWeights().map((weight, index) => noise(weight.shape, 100 + index)));
  const output = apply();
  const weights = noise(output.shape, 77);
  const loss = () => tf.sum(tf.mul(apply(), weights)) as tf.Scalar;
  const grads = gradients ? tf.variableGrads(loss).grads : {};
  layer.dispose();
  for (const input of inputs) input.dispose();
  return [output, ...Object.values(grads)];
}

const { layers } = tfl;
const same = 'same' as const;
// the default, orthogonal, wants chained operations
const recurrentInitializer = 'glorotUniform' as const;

const CASES: readonly Case[] = [
  ['dense', () => layers.dense({ units: 5, activation: 'tanh' }), [3, 7]],
  ['conv1d', () => layers.conv1d({ filters: 4, kernelSize: 3, strides: 2, padding: same }), [2, 9, 3]],
  ['conv2d', () => layers.conv2d({ filters: 5, kernelSize: [3, 2], strides: 2, padding: same }), [1, 7, 9, 3]],
  ['conv2d, fused relu', () => layers.conv2d({ filters: 2, kernelSize: 3, activation: 'relu' }), [2, 9, 11, 1]],
  [
    'conv2dTranspose',
    () => layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: same }),
    [2, 4, 5, 2],
  ],
  ['conv3d', () => layers.conv3d({ filters: 3, kernelSize: 2, strides: 1 }), [2, 4, 5, 3, 2]],
  [
    'conv3d, stride 2, same, batch 1',
    () => layers.conv3d({ filters: 2, kernelSize: 3, strides: 2, padding: same }),
    [1, 5, 4, 7, 2],
  ],
  ['depthwiseConv2d', () => layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: same }), [2, 7, 5, 3]],
  ['depthwiseConv2d, stride 2', () => layers.depthwiseConv2d({ kernelSize: 3, strides: 2 }), [2, 9, 8, 3]],
  ['separableConv2d', () => layers.separableConv2d({ filters: 4, kernelSize: 3, padding: same }), [2, 6, 7, 3]],
  ['simpleRNN', () => layers.simpleRNN({ recurrentInitializer, units: 4, returnSequences: true }), [2, 5, 3]],
  ['gru', () => layers.gru({ recurrentInitializer, units: 4 }), [2, 4, 3]],
  ['lstm', () => layers.lstm({ recurrentInitializer, units: 4, returnSequences: true }), [2, 4, 3]],
  ['simpleRNNCell', () => layers.rnn({ cell: layers.simpleRNNCell({ recurrentInitializer, units: 3 }) }), [1, 3, 4]],
  [
    'lstm, backwards, with dropout of inputs',
    () => layers.lstm({ recurrentInitializer, units: 3, goBackwards: true, dropout: 0.3 }),
    [2, 4, 3],
  ],
  [
    'stackedRNNCells',
    () =>
      layers.rnn({
        cell: [layers.lstmCell({ recurrentInitializer, units: 3 }), layers.gruCell({ recurrentInitializer, units: 2 })],
      }),
    [2, 3, 4],
  ],
  [
    'bidirectional',
    () => layers.bidirectional({ layer: layers.gru({ recurrentInitializer, units: 3 }), mergeMode: 'concat' }),
    [2, 4, 3],
  ],
  ['timeDistributed', () => layers.timeDistributed({ layer: layers.dense({ units: 2 }) }), [2, 4, 3]],
  [
    'convLstm2d',
    () => layers.convLstm2d({ recurrentInitializer, filters: 2, kernelSize: 3, padding: same }),
    [1, 3, 5, 4, 2],
  ],
  [
    'convLstm2d, backwards, stride 2',
    () => layers.convLstm2d({ recurrentInitializer, filters: 2, kernelSize: 2, strides: 2, goBackwards: true }),
    [2, 2, 5, 6, 1],
  ],
  ['dropout', () => layers.dropout({ rate: 0.4 }), [3, 5]],
  ['spatialDropout1d', () => layers.spatialDropout1d({ rate: 0.4 }), [2, 4, 5]],
  ['alphaDropout', () => layers.alphaDropout({ rate: 0.4 }), [3, 5]],
  ['gaussianDropout', () => layers.gaussianDropout({ rate: 0.4 }), [3, 5]],
  ['gaussianNoise', () => layers.gaussianNoise({ stddev: 0.5 }), [3, 5]],
  ['batchNormalization', () => layers.batchNormalization({}), [3, 5, 4, 3]],
  ['batchNormalization of rank 2', () => layers.batchNormalization({}), [6, 5]],
  ['layerNormalization', () => layers.layerNormalization({}), [3, 4, 5]],
  ['averagePooling1d', () => layers.averagePooling1d({ poolSize: 2 }), [2, 7, 3]],
  ['averagePooling2d', () => layers.averagePooling2d({ poolSize: 3, strides: 2 }), [2, 9, 7, 3]],
  ['averagePooling3d', () => layers.averagePooling3d({ poolSize: 2 }), [1, 4, 5, 4, 2]],
  ['maxPooling1d', () => layers.maxPooling1d({ poolSize: 3, padding: same }), [2, 7, 3]],
  ['maxPooling2d', () => layers.maxPooling2d({ poolSize: 3, strides: 2, padding: same }), [2, 9, 7, 3]],
  ['maxPooling3d', () => layers.maxPooling3d({ poolSize: 2 }), [1, 4, 5, 4, 2]],
  ['globalAveragePooling1d', () => layers.globalAveragePooling1d({}), [2, 5, 3]],
  ['globalAveragePooling2d', () => layers.globalAveragePooling2d({}), [2, 5, 4, 3]],
  ['globalMaxPooling1d', () => layers.globalMaxPooling1d({}), [2, 5, 3]],
  ['globalMaxPooling2d', () => layers.globalMaxPooling2d({}), [2, 5, 4, 3]],
  ['elu', () => layers.elu({ alpha: 1 }), [3, 5]],
  ['leakyReLU', () => layers.leakyReLU({ alpha: 0.2 }), [3, 5]],
  ['prelu', () => layers.prelu({}), [3, 5]],
  ['reLU', () => layers.reLU({ maxValue: 0.5 }), [3, 5]],
  ['softmax', () => layers.softmax({ axis: -1 }), [3, 5, 2]],
  ...(
    ['selu', 'hardSigmoid', 'sigmoid', 'softplus', 'softsign', 'swish', 'mish', 'gelu', 'gelu_new', 'linear'] as const
  ).map((activation): Case => [`activation ${activation}`, () => layers.activation({ activation }), [3, 5]]),
  ['add', () => layers.add(), [2, 3], [2, 3], [2, 3]],
  ['average', () => layers.average(), [2, 3], [2, 3]],
  ['concatenate', () => layers.concatenate({ axis: -1 }), [2, 3, 2], [2, 3, 4]],
  ['dot', () => layers.dot({ axes: 1, normalize: true }), [3, 4], [3, 4]],
  ['maximum', () => layers.maximum(), [2, 3], [2, 3]],
  ['minimum', () => layers.minimum(), [2, 3], [2, 3]],
  ['multiply', () => layers.multiply(), [2, 3], [2, 3]],
  ['flatten', () => layers.flatten(), [2, 3, 4, 2]],
  ['permute', () => layers.permute({ dims: [3, 1, 2] }), [2, 3, 4, 2]],
  ['repeatVector', () => layers.repeatVector({ n: 3 }), [2, 4]],
  ['reshape', () => layers.reshape({ targetShape: [6, 2] }), [2, 3, 4]],
  [
    'cropping2D',
    () =>
      layers.cropping2D({
        cropping: [
          [1, 0],
          [0, 2],
        ],
      }),
    [2, 5, 6, 2],
  ],
  ['upSampling2d', () => layers.upSampling2d({ size: [2, 3] }), [1, 4, 5, 2]],
  ['upSampling2d, bilinear', () => layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear' }), [2, 4, 4, 2]],
  [
    'zeroPadding2d',
    () =>
      layers.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 3],
        ],
      }),
    [2, 3, 4, 2],
  ],
];

/** TensorFlow.js has no gradient for these. */
const WITHOUT_GRADIENT: readonly Case[] = [
  ['conv3dTranspose', () => layers.conv3dTranspose({ filters: 2, kernelSize: 2, strides: 2 }), [1, 3, 2, 3, 2]],
  ['thresholdedReLU', () => layers.thresholdedReLU({ theta: 0.3 }), [3, 5]],
  ['masking', () => layers.masking({ maskValue: 0 }), [2, 3, 4]],
  ['resizing', () => layers.resizing({ height: 5, width: 3 }), [2, 4, 4, 3]],
  ['rescaling', () => layers.rescaling({ scale: 2, offset: 1 }), [2, 3]],
  ['centerCrop', () => layers.centerCrop({ height: 3, width: 2 }), [2, 5, 6, 2]],
  ['randomWidth', () => layers.randomWidth({ factor: 0.4, seed: 3 }), [2, 4, 6, 2]],
];

describe('outputs and gradients of layers are those of the JavaScript backend', () => {
  for (const [name, create, ...inputShapes] of CASES) {
    it(name, () => expectSameAsCpu(() => outputAndGradients(create(), inputShapes)));
  }

  for (const [name, create, shape] of WITHOUT_GRADIENT) {
    it(`${name}, output alone`, () => expectSameAsCpu(() => outputAndGradients(create(), [shape!], false)));
  }

  // the JavaScript backend confuses the images of a batch in this gradient
  it('the gradient of enlarging an oblong image by repetition adds the repeated pixels up', async () => {
    const [x, dy] = [noise([2, 3, 4, 2]) as tf.Tensor4D, noise([2, 6, 12, 2], 2) as tf.Tensor4D];
    const actual = tf.grad((image) => tf.image.resizeNearestNeighbor(image as tf.Tensor4D, [6, 12]))(x, dy);
    const expected = tf.mul(tf.avgPool(dy, [2, 3], [2, 3], 'valid'), 6);
    expect(actual.shape).toEqual(x.shape);
    expect(relativeError(Array.from(await actual.data()), Array.from(await expected.data()))).toBeLessThan(1e-5);
  });

  it('embedding', () =>
    expectSameAsCpu(() => {
      const layer = layers.embedding({ inputDim: 6, outputDim: 3 });
      const indices = tf.tensor2d([0, 5, 2, 2, 5, 2], [2, 3], 'int32');
      layer.apply(indices);
      layer.setWeights([noise([6, 3])]);
      const output = layer.apply(indices) as tf.Tensor;
      const { grads } = tf.variableGrads(() => tf.sum(tf.square(layer.apply(indices) as tf.Tensor)) as tf.Scalar);
      layer.dispose();
      return [output, ...Object.values(grads)];
    }));

  it('categoryEncoding', () =>
    expectSameAsCpu(() => {
      const classes = tf.tensor2d([0, 2, 2, 3], [2, 2], 'int32');
      return (['multiHot', 'count'] as const).map((outputMode) => {
        const layer = layers.categoryEncoding({ numTokens: 4, outputMode });
        return layer.apply(classes) as tf.Tensor;
      });
    }));

  it('gradients of dropout pass where its output does', () =>
    expectSameAsCpu(() => tf.grad((x) => tf.dropout(x, 0.4, undefined, 7))(noise([4, 9]))));
});

import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectSameAsCpu, noise, startBackend, withGradients } from '../testing/reference.js';

beforeAll(async () => {
  await startBackend();
});

type Image = tf.Tensor4D;
const image = (shape: number[], seed?: number) => noise(shape, seed) as Image;

describe('convolution', () => {
  const cases: [string, number[], number[], number | [number, number], 'same' | 'valid' | number, number][] = [
    ['3×3 same', [2, 7, 6, 3], [3, 3, 3, 4], 1, 'same', 1],
    ['3×3 valid, batch 1', [1, 7, 6, 3], [3, 3, 3, 4], 1, 'valid', 1],
    ['3×3 stride 2 same, odd', [2, 7, 9, 3], [3, 3, 3, 4], 2, 'same', 1],
    ['3×3 stride 2 same, even', [2, 8, 6, 3], [3, 3, 3, 4], 2, 'same', 1],
    ['3×3 stride 2 valid with a rest', [2, 8, 6, 3], [3, 3, 3, 4], 2, 'valid', 1],
    ['stride 2 and 3', [2, 9, 11, 2], [3, 2, 2, 3], [2, 3], 'valid', 1],
    ['dilation 2', [2, 9, 8, 2], [3, 3, 2, 3], 1, 'same', 2],
    ['dilation 2 valid', [1, 9, 8, 2], [3, 2, 2, 3], 1, 'valid', 2],
    ['padding by number', [2, 6, 6, 2], [3, 3, 2, 3], 1, 1, 1],
    ['5×4 filter', [2, 9, 8, 2], [5, 4, 2, 3], 2, 'same', 1],
    ['1×1', [2, 5, 4, 3], [1, 1, 3, 4], 1, 'same', 1],
    ['1×1 stride 2 same, even', [2, 6, 6, 3], [1, 1, 3, 4], 2, 'same', 1],
    ['1×1 stride 2 valid, odd', [2, 5, 7, 3], [1, 1, 3, 4], 2, 'valid', 1],
    ['3×3 valid, wide', [2, 11, 12, 3], [3, 3, 3, 4], 1, 'valid', 1],
    ['3×2 same, wide, batch 1', [1, 9, 10, 2], [3, 2, 2, 5], 1, 'same', 1],
    ['1×3 padded, wide', [2, 9, 10, 2], [1, 3, 2, 5], 1, 2, 1],
    ['one channel', [2, 6, 6, 1], [3, 3, 1, 2], 1, 'valid', 1],
    // small beside the filter: one product of matrices
    ['small image, same', [3, 4, 3, 2], [3, 3, 2, 5], 1, 'same', 1],
    ['small image, valid, batch 1', [1, 4, 4, 3], [3, 2, 3, 4], 1, 'valid', 1],
    ['small image, stride 2', [3, 7, 6, 2], [3, 3, 2, 4], 2, 'same', 1],
    ['small image, large filter', [2, 4, 3, 2], [5, 4, 2, 3], 1, 'same', 1],
    ['small image, dilation 2', [2, 4, 4, 2], [3, 3, 2, 3], 1, 'same', 2],
    ['small image, 1×1', [3, 4, 3, 2], [1, 1, 2, 5], 1, 'same', 1],
    ['small image, 1×1 stride 2, even', [3, 6, 6, 2], [1, 1, 2, 5], 2, 'same', 1],
    ['small image, 1×1 stride 3, with a rest', [2, 7, 5, 2], [1, 1, 2, 5], 3, 'valid', 1],
    ['few pixels beside the results', [1, 5, 5, 2], [3, 3, 2, 40], 1, 'same', 1],
    // channels in blocks
    ['blocks of channels, same', [2, 7, 9, 16], [3, 3, 16, 32], 1, 'same', 1],
    ['blocks of channels, valid', [2, 9, 9, 32], [3, 2, 32, 16], 1, 'valid', 1],
    ['blocks of channels, stride 2', [2, 15, 13, 16], [3, 3, 16, 16], 2, 'same', 1],
    ['blocks of results only', [2, 9, 8, 3], [3, 3, 3, 16], 1, 'same', 1],
    ['blocks of results only, stride 2', [2, 11, 12, 2], [3, 3, 2, 16], 2, 'same', 1],
    ['blocks of inputs only', [2, 7, 6, 16], [3, 3, 16, 5], 1, 'same', 1],
    ['blocks of channels, 1×1', [2, 9, 9, 16], [1, 1, 16, 32], 1, 'same', 1],
    ['few channels, valid', [2, 12, 11, 2], [3, 3, 2, 12], 1, 'valid', 1],
    ['few channels, same, batch 1', [1, 10, 12, 1], [2, 3, 1, 5], 1, 'same', 1],
    ['small image, stride larger than the filter', [2, 8, 7, 2], [2, 1, 2, 5], 3, 'valid', 1],
    ['small image, stride 2 and 3, padded', [2, 7, 8, 2], [3, 3, 2, 4], [2, 3], 1, 1],
    // images enough that the filter's gradient gathers their pixels
    ['batch 9, same', [9, 7, 6, 3], [3, 3, 3, 4], 1, 'same', 1],
    ['batch 8, valid, one channel', [8, 12, 11, 1], [3, 2, 1, 5], 1, 'valid', 1],
    ['batch 8, stride 2 same, even', [8, 10, 12, 3], [3, 3, 3, 4], 2, 'same', 1],
    ['batch 9, stride 2 and 3, valid with a rest', [9, 12, 17, 2], [3, 2, 2, 3], [2, 3], 'valid', 1],
    ['batch 8, padded by number', [8, 6, 6, 2], [3, 3, 2, 3], 1, 2, 1],
    ['batch 8, blocks of channels', [8, 9, 7, 16], [3, 3, 16, 32], 1, 'same', 1],
    ['batch 8, rows in pieces', [8, 13, 20, 250], [1, 3, 250, 1], 1, 'same', 1],
  ];
  for (const [name, xShape, filterShape, strides, pad, dilations] of cases) {
    // TensorFlow.js has no gradients for dilated convolution
    it(name, () =>
      expectSameAsCpu(() => {
        const f = (x: tf.Tensor, w: tf.Tensor) => tf.conv2d(x as Image, w as Image, strides, pad, 'NHWC', dilations);
        const inputs = [noise(xShape), noise(filterShape, 2)];
        return dilations === 1 ? withGradients(f, inputs) : f(inputs[0]!, inputs[1]!);
      }),
    );
  }

  it('with bias and relu, as networks have them', () =>
    expectSameAsCpu(() => {
      const layer = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) =>
        tf.relu(tf.add(tf.conv2d(x as Image, w as Image, 1, 'same'), b));
      const inputs = [[2, 9, 9, 16], [3, 3, 16, 32], [32], [3, 3, 32, 16], [1, 1, 1, 16], [3, 3, 16, 5], [5]];
      return withGradients(
        (x, w1, b1, w2, b2, w3, b3) =>
          tf.maxPool(layer(layer(layer(x!, w1!, b1!), w2!, b2!), w3!, b3!) as Image, 3, 3, 'valid'),
        inputs.map((shape, index) => noise(shape, index + 1)),
      );
    }));

  it('channels-first data', () =>
    expectSameAsCpu(() => tf.conv2d(image([2, 3, 6, 5]), image([3, 3, 3, 4], 2), 1, 'valid', 'NCHW')));

  it('transposed', () =>
    expectSameAsCpu(() =>
      withGradients(
        (x, w) => tf.conv2dTranspose(x as Image, w as Image, [2, 9, 9, 4], 2, 'same'),
        [noise([2, 5, 5, 3]), noise([3, 3, 4, 3], 2)],
      ),
    ));

  it('fused with bias and activation', () =>
    expectSameAsCpu(() =>
      tf.fused.conv2d({
        x: image([2, 6, 5, 3]),
        filter: image([3, 3, 3, 4], 2),
        strides: 1,
        pad: 'same',
        bias: noise([4], 3),
        activation: 'relu',
      }),
    ));
});

describe('depthwise convolution', () => {
  const cases: [string, number[], number[], number, 'same' | 'valid', number][] = [
    ['3×3 same', [2, 7, 6, 3], [3, 3, 3, 1], 1, 'same', 1],
    ['multiplier 2', [2, 7, 6, 3], [3, 3, 3, 2], 1, 'same', 1],
    ['stride 2 same, even', [2, 8, 6, 3], [3, 3, 3, 1], 2, 'same', 1],
    ['stride 2 valid, multiplier 2, batch 1', [1, 8, 7, 3], [3, 3, 3, 2], 2, 'valid', 1],
    ['dilation 2', [2, 9, 8, 2], [3, 3, 2, 1], 1, 'same', 2],
    ['5×5 valid', [2, 9, 8, 2], [5, 5, 2, 1], 1, 'valid', 1],
    ['16 channels', [2, 12, 12, 16], [3, 3, 16, 1], 1, 'same', 1],
  ];
  for (const [name, xShape, filterShape, strides, pad, dilations] of cases) {
    it(name, () =>
      expectSameAsCpu(() => {
        const f = (x: tf.Tensor, w: tf.Tensor) =>
          tf.depthwiseConv2d(x as Image, w as Image, strides, pad, 'NHWC', dilations);
        const inputs = [noise(xShape), noise(filterShape, 2)];
        return dilations === 1 ? withGradients(f, inputs) : f(inputs[0]!, inputs[1]!);
      }),
    );
  }

  it('separable', () =>
    expectSameAsCpu(() =>
      withGradients(
        (x, d, p) => tf.separableConv2d(x as Image, d as Image, p as Image, 1, 'same'),
        [noise([2, 6, 5, 3]), noise([3, 3, 3, 2], 2), noise([1, 1, 6, 4], 3)],
      ),
    ));
});

describe('pooling', () => {
  const cases: [string, number[], number | [number, number], number, 'same' | 'valid' | number][] = [
    ['2 by 2', [2, 6, 6, 3], 2, 2, 'valid'],
    ['3 by 2 same, even', [2, 6, 8, 3], 3, 2, 'same'],
    ['3 by 2 same, odd', [2, 7, 5, 3], 3, 2, 'same'],
    ['3 by 1 valid, batch 1', [1, 7, 5, 2], 3, 1, 'valid'],
    ['2×3 by 2 with a rest', [2, 7, 8, 2], [2, 3], 2, 'valid'],
    ['padding by number', [2, 6, 6, 2], 3, 2, 1],
    ['3 by 2 same, even, blocked', [2, 6, 8, 16], 3, 2, 'same'],
    ['3 by 2 same, odd, blocked', [2, 7, 5, 8], 3, 2, 'same'],
    ['3 by 1 same, blocked', [1, 5, 4, 16], 3, 1, 'same'],
    ['2×3 by 2 with a rest, blocked', [4, 7, 8, 4], [2, 3], 2, 'valid'],
    ['2 by 2 with a rest, blocked', [4, 7, 9, 4], 2, 2, 'valid'],
    ['padding by number, blocked', [2, 6, 6, 8], 3, 2, 1],
    ['1 by 2, blocked', [4, 6, 6, 4], 1, 2, 'valid'],
  ];
  for (const [name, shape, size, strides, pad] of cases) {
    it(`max ${name}`, () =>
      expectSameAsCpu(() => withGradients((x) => tf.maxPool(x as Image, size, strides, pad), [noise(shape)])));
    it(`average ${name}`, () =>
      expectSameAsCpu(() => {
        const f = (x: tf.Tensor) => tf.avgPool(x as Image, size, strides, pad);
        // the JavaScript backend divides gradients at the border by the whole window, TensorFlow by what is averaged
        return pad === 'valid' ? withGradients(f, [noise(shape)]) : f(noise(shape));
      }));
  }

  it('average gives every pixel its share at the border too', async () => {
    const dx = tf.grad((x: tf.Tensor) => tf.avgPool(x as Image, 3, 2, 'same'))(tf.ones([1, 3, 3, 1]));
    // four windows of four pixels each: corners lie in one, edges in two, the middle in all
    const expected = [0.25, 0.5, 0.25, 0.5, 1, 0.5, 0.25, 0.5, 0.25];
    expect(Array.from(await dx.data())).toEqual(expected);
  });

  it('max takes the first of equals', () =>
    expectSameAsCpu(() => withGradients((x) => tf.maxPool(x as Image, 2, 1, 'valid'), [tf.ones([1, 4, 4, 2])])));

  it('max takes the first of equals, blocked', () =>
    expectSameAsCpu(() =>
      withGradients((x) => tf.maxPool(tf.relu(x) as Image, 3, 2, 'same'), [tf.round(noise([2, 7, 8, 16]))]),
    ));

  it('max takes the first of equals where windows do not overlap', () =>
    expectSameAsCpu(() =>
      withGradients((x) => tf.maxPool(tf.round(x) as Image, [2, 3], [2, 3], 'valid'), [noise([2, 6, 9, 16])]),
    ));
});

describe('batch normalisation', () => {
  it('with given statistics', () =>
    expectSameAsCpu(() =>
      withGradients(
        (x, mean, variance, offset, scale) =>
          tf.batchNorm(
            x as Image,
            mean as tf.Tensor1D,
            tf.abs(variance) as tf.Tensor1D,
            offset as tf.Tensor1D,
            scale as tf.Tensor1D,
            1e-3,
          ),
        [noise([2, 5, 4, 3]), noise([3], 2), noise([3], 3), noise([3], 4), noise([3], 5)],
      ),
    ));

  it('without scale and offset', () =>
    expectSameAsCpu(() =>
      tf.batchNorm(image([2, 5, 4, 3]), noise([3], 2) as tf.Tensor1D, tf.abs(noise([3], 3)) as tf.Tensor1D),
    ));

  for (const shape of [
    [3, 5, 4, 3],
    [4, 17, 16, 2],
    [4, 9, 8, 3],
    [1, 2, 2, 2],
    [6, 4],
  ]) {
    it(`with the batch's own statistics, shape ${shape}`, () =>
      expectSameAsCpu(() => {
        const channels = shape[shape.length - 1]!;
        const axes = shape.slice(0, -1).map((_size, axis) => axis);
        return withGradients(
          (x, offset, scale) => {
            const { mean, variance } = tf.moments(x, axes);
            return tf.batchNorm(
              x as Image,
              mean as tf.Tensor1D,
              variance as tf.Tensor1D,
              offset as tf.Tensor1D,
              scale as tf.Tensor1D,
              1e-3,
            );
          },
          [noise(shape), noise([channels], 2), noise([channels], 3)],
        );
      }, 2e-4));
  }

  it('statistics that are also used elsewhere keep their gradient', () =>
    expectSameAsCpu(() =>
      withGradients(
        (x, scale, offset) => {
          const { mean, variance } = tf.moments(x, [0, 1, 2]);
          const y = tf.batchNorm(
            x as Image,
            mean as tf.Tensor1D,
            variance as tf.Tensor1D,
            offset as tf.Tensor1D,
            scale as tf.Tensor1D,
          );
          return tf.add(tf.mul(y, mean), variance);
        },
        [noise([3, 4, 5, 2]), noise([2], 2), noise([2], 3)],
      ),
    ));
});

describe('resizing and blocks', () => {
  for (const alignCorners of [false, true]) {
    it(`bilinear and nearest, corners ${alignCorners ? 'aligned' : 'not aligned'}`, () =>
      expectSameAsCpu(() => [
        ...withGradients((x) => tf.image.resizeBilinear(x as Image, [7, 3], alignCorners), [noise([2, 5, 5, 3])]),
        ...withGradients(
          (x) => tf.image.resizeNearestNeighbor(x as Image, [8, 3], alignCorners),
          [noise([2, 4, 6, 3])],
        ),
      ]));
  }

  it('half-pixel centres', () =>
    expectSameAsCpu(() => [
      tf.image.resizeBilinear(image([1, 4, 6, 2]), [7, 5], false, true),
      tf.image.resizeNearestNeighbor(image([1, 4, 6, 2]), [9, 3], false, true),
    ]));

  it('depth to space, channels first', async () => {
    const x = image([2, 8, 3, 2]);
    const expected = tf.transpose(tf.depthToSpace(tf.transpose(x, [0, 2, 3, 1]) as Image, 2), [0, 3, 1, 2]);
    expect(await tf.depthToSpace(x, 2, 'NCHW').data()).toEqual(await expected.data());
  });

  it('space to batch and back, depth to space', () =>
    expectSameAsCpu(() => [
      ...withGradients(
        (x) =>
          tf.spaceToBatchND(
            x,
            [2, 3],
            [
              [1, 0],
              [0, 2],
            ],
          ),
        [noise([2, 5, 4, 2])],
      ),
      ...withGradients(
        (x) =>
          tf.batchToSpaceND(
            x,
            [2, 2],
            [
              [0, 1],
              [1, 0],
            ],
          ),
        [noise([8, 3, 2, 2])],
      ),
      tf.depthToSpace(image([2, 3, 2, 8]), 2),
    ]));
});

describe('layouts', () => {
  it('mixes channels-first values with vectors, numbers, images and reductions', () =>
    expectSameAsCpu(() => {
      const f = (x: tf.Tensor, w: tf.Tensor, bias: tf.Tensor) => {
        const y = tf.conv2d(x as Image, w as Image, 1, 'same');
        const z = tf.add(tf.mul(y, bias), noise([5, 4], 9));
        const row = tf.add(z, noise([2, 1, 1, 4], 8));
        const padded = tf.pad(tf.concat([row, tf.relu(y)], 3), [
          [0, 0],
          [1, 0],
          [0, 2],
          [1, 1],
        ]);
        const part = tf.slice(padded, [0, 1, 0, 2], [2, 4, 5, 6]);
        const sums = [
          tf.sum(part, [0, 1, 2]),
          tf.sum(part, [1, 3]),
          tf.mean(part, [1, 2]),
          tf.max(part, 3),
          tf.mean(part, [0, 3]),
        ];
        const tiled = tf.tile(tf.reverse(part, [1, 3]), [1, 2, 1, 1]);
        return tf.concat([
          ...sums.map((sum) => tf.reshape(sum, [-1])),
          tf.reshape(tf.transpose(tiled, [3, 0, 2, 1]), [-1]),
        ]);
      };
      return withGradients(f, [noise([2, 6, 5, 3]), noise([3, 3, 3, 4], 2), noise([4], 3)]);
    }));

  it('gives a channels-first result back in its own order', async () => {
    const result = tf.conv2d(image([1, 2, 2, 2]), tf.tensor4d([1, 0, 0, 1], [1, 1, 2, 2]), 1, 'same');
    expect(Array.from(await result.data())).toEqual(Array.from(await image([1, 2, 2, 2]).data()));
  });
});

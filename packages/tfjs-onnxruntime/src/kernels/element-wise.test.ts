import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectSameAsCpu, noise, startBackend, withGradients } from '../testing/reference.js';

beforeAll(async () => {
  await startBackend();
});

describe('functions of one tensor', () => {
  const functions: Record<string, (x: tf.Tensor) => tf.Tensor> = {
    abs: tf.abs,
    acos: tf.acos,
    asin: tf.asin,
    asinh: tf.asinh,
    atan: tf.atan,
    atanh: (x) => tf.atanh(tf.mul(x, 0.9)),
    acosh: (x) => tf.acosh(tf.add(x, 2.5)),
    ceil: tf.ceil,
    clip: (x) => tf.clipByValue(x, -0.3, 0.5),
    cos: tf.cos,
    cosh: tf.cosh,
    elu: tf.elu,
    erf: tf.erf,
    exp: tf.exp,
    expm1: (x) => tf.expm1(tf.mul(x, 1e-3)),
    floor: tf.floor,
    leakyRelu: (x) => tf.leakyRelu(x, 0.3),
    log: (x) => tf.log(tf.add(x, 1.5)),
    log1p: (x) => tf.log1p(tf.mul(x, 1e-4)),
    neg: tf.neg,
    reciprocal: (x) => tf.reciprocal(tf.add(x, 2)),
    relu: tf.relu,
    relu6: (x) => tf.relu6(tf.mul(x, 9)),
    round: (x) => tf.round(tf.mul(x, 4)),
    rsqrt: (x) => tf.rsqrt(tf.add(x, 2)),
    selu: tf.selu,
    sigmoid: tf.sigmoid,
    sign: tf.sign,
    sin: tf.sin,
    sinh: tf.sinh,
    softplus: tf.softplus,
    sqrt: (x) => tf.sqrt(tf.add(x, 2)),
    square: tf.square,
    step: (x) => tf.step(x, 0.2),
    tan: tf.tan,
    tanh: tf.tanh,
    softmax: (x) => tf.softmax(x),
    logSoftmax: (x) => tf.logSoftmax(x),
  };
  for (const [name, f] of Object.entries(functions)) {
    it(name, () => expectSameAsCpu(() => withGradients(f, [noise([3, 5])])));
  }

  it('integers stay integers', () =>
    expectSameAsCpu(() => {
      const x = tf.tensor1d([-3, 0, 7], 'int32');
      return [tf.abs(x), tf.neg(x), tf.square(x), tf.relu(x), tf.sign(x), tf.clipByValue(x, -1, 2)];
    }));

  it('not-a-number and infinity', () =>
    expectSameAsCpu(() => {
      const x = tf.tensor1d([Number.NaN, Number.POSITIVE_INFINITY, -1, Number.NEGATIVE_INFINITY]);
      return [tf.isNaN(x), tf.isInf(x), tf.isFinite(x), tf.add(x, 1), tf.relu(tf.slice(x, 1)), tf.mul(x, 0)];
    }));

  it('bool', () =>
    expectSameAsCpu(() => {
      const x = tf.tensor1d([true, false, true]);
      const y = tf.tensor1d([true, true, false]);
      return [
        tf.logicalNot(x),
        tf.logicalAnd(x, y),
        tf.logicalOr(x, y),
        tf.logicalXor(x, y),
        tf.equal(x, y),
        tf.cast(x, 'float32'),
        tf.cast(x, 'int32'),
        tf.sum(x),
        tf.all(x),
        tf.any(x),
        tf.where(x, y, tf.logicalNot(y)),
      ];
    }));
});

describe('functions of two tensors', () => {
  const functions: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
    add: tf.add,
    sub: tf.sub,
    mul: tf.mul,
    div: (a, b) => tf.div(a, tf.add(b, 2)),
    pow: (a, b) => tf.pow(tf.add(a, 2), b),
    maximum: tf.maximum,
    minimum: tf.minimum,
    squaredDifference: tf.squaredDifference,
    atan2: tf.atan2,
    mod: (a, b) => tf.mod(tf.mul(a, 5), b),
  };
  const shapes: [number[], number[]][] = [
    [
      [3, 4],
      [3, 4],
    ],
    [[3, 4], [4]],
    [
      [2, 3, 1],
      [1, 3, 4],
    ],
    [[5], []],
  ];
  for (const [name, f] of Object.entries(functions)) {
    for (const [a, b] of shapes) {
      // TensorFlow.js's gradients of these do not sum over broadcast axes
      const noGradient = ['maximum', 'minimum', 'squaredDifference'].includes(name) && String(a) !== String(b);
      it(`${name} [${a}] [${b}]`, () =>
        expectSameAsCpu(() => {
          const inputs = [noise(a), noise(b, 2)];
          return noGradient ? f(inputs[0]!, inputs[1]!) : withGradients(f, inputs);
        }));
    }
  }

  it('prelu', () => expectSameAsCpu(() => withGradients((x, a) => tf.prelu(x, a), [noise([3, 4]), noise([4], 2)])));

  it('comparisons', () =>
    expectSameAsCpu(() => {
      const a = tf.tensor1d([1, 2, 3]);
      const b = tf.tensor1d([2, 2, 2]);
      return [tf.equal, tf.notEqual, tf.less, tf.lessEqual, tf.greater, tf.greaterEqual].map((f) => f(a, b));
    }));

  it('integers', () =>
    expectSameAsCpu(() => {
      const a = tf.tensor1d([7, -7, 2000000011], 'int32');
      const b = tf.tensor1d([2, 2, 3], 'int32');
      return [tf.add(a, b), tf.sub(a, b), tf.floorDiv(a, b), tf.mod(a, b), tf.maximum(a, b), tf.greater(a, b)];
    }));
});

describe('reductions', () => {
  const functions: Record<string, (x: tf.Tensor, axis?: number | number[], keepDims?: boolean) => tf.Tensor> = {
    sum: tf.sum,
    mean: tf.mean,
    max: tf.max,
    min: tf.min,
  };
  for (const [name, f] of Object.entries(functions)) {
    for (const axis of [undefined, 0, 1, -1, [0, 2]]) {
      it(`${name} axis ${axis}`, () =>
        expectSameAsCpu(() => withGradients((x) => f(x, axis, axis === 1), [noise([2, 3, 4])])));
    }
  }
  it('positions, norms, moments, running sums', () =>
    expectSameAsCpu(() => {
      const x = noise([4, 5]);
      const { mean, variance } = tf.moments(x, 0);
      return [
        tf.argMax(x, 1),
        tf.argMin(x, 0),
        tf.norm(x),
        tf.prod(x, 1),
        tf.prod(x),
        mean,
        variance,
        tf.cumsum(x, 1, true, true),
        tf.logSumExp(x, 1),
      ];
    }));
});

describe('products, parts and choices', () => {
  it('matrix products', () =>
    expectSameAsCpu(() => [
      ...withGradients((a, b) => tf.matMul(a, b), [noise([3, 4]), noise([4, 5], 2)]),
      ...withGradients((a, b) => tf.matMul(a, b, true, true), [noise([4, 3]), noise([5, 4], 2)]),
      ...withGradients((a, b) => tf.matMul(a, b, false, true), [noise([2, 3, 4]), noise([2, 5, 4], 2)]),
      tf.dot(noise([4]), noise([4], 2)),
    ]));

  it('slices and joins', () =>
    expectSameAsCpu(() => [
      ...withGradients((x) => tf.slice(x, [1, 0], [2, 3]), [noise([4, 5])]),
      tf.stridedSlice(noise([4, 5]), [3, 0], [0, 5], [-1, 2]),
      ...withGradients((a, b) => tf.concat([a, b], 1), [noise([2, 3]), noise([2, 4], 2)]),
      ...withGradients((a, b) => tf.stack([a, b], 1), [noise([2, 3]), noise([2, 3], 2)]),
      ...tf.split(noise([4, 6]), [1, 2, 3], 1),
      ...tf.unstack(noise([3, 2])),
      ...withGradients(
        (x) =>
          tf.pad(
            x,
            [
              [1, 2],
              [0, 1],
            ],
            3,
          ),
        [noise([2, 3])],
      ),
      tf.mirrorPad(
        noise([4, 3]),
        [
          [1, 2],
          [2, 0],
        ],
        'reflect',
      ),
      tf.mirrorPad(
        noise([4, 3]),
        [
          [1, 2],
          [2, 0],
        ],
        'symmetric',
      ),
      ...withGradients((x) => tf.tile(x, [2, 3]), [noise([2, 3])]),
      ...withGradients((x) => tf.transpose(x, [2, 0, 1]), [noise([2, 3, 4])]),
      ...withGradients((x) => tf.reverse(x, [0]), [noise([2, 3])]),
      ...withGradients((x) => tf.broadcastTo(x, [4, 2, 3]), [noise([2, 3])]),
    ]));

  it('a strided slice that drops an axis', async () => {
    const x = tf.reshape(tf.range(0, 20), [4, 5]);
    const result = tf.stridedSlice(x, [3, 1], [0, 2], [-3, 1], 0, 1, 0, 0, 2);
    expect(result.shape).toEqual([2]);
    expect(Array.from(await result.data())).toEqual([16, 1]);
  });

  it('gather, one-hot, top k, where', () =>
    expectSameAsCpu(() => {
      const index = tf.tensor1d([2, 0, 2], 'int32');
      const { values, indices } = tf.topk(noise([3, 5]), 2);
      return [
        tf.gather(noise([4, 3]), index),
        tf.gather(
          noise([2, 4, 3]),
          tf.tensor2d(
            [
              [1, 0],
              [3, 3],
            ],
            [2, 2],
            'int32',
          ),
          1,
          1,
        ),
        tf.oneHot(tf.tensor1d([0, 2, 5, -1], 'int32'), 3),
        values,
        indices,
        ...withGradients((a, b) => tf.where(tf.greater(noise([2, 3], 9), 0), a, b), [noise([2, 3]), noise([2, 3], 2)]),
      ];
    }));

  it('by position', () =>
    expectSameAsCpu(() => {
      const at = tf.tensor2d(
        [
          [0, 1],
          [2, 0],
        ],
        [2, 2],
        'int32',
      );
      const rows = tf.tensor2d([[2], [0], [2]], [3, 1], 'int32');
      const segments = tf.tensor1d([1, 0, 1, -1], 'int32');
      return [
        tf.gatherND(noise([3, 2, 4]), at),
        tf.gatherND(noise([3, 2]), at),
        tf.scatterND(rows, noise([3, 4]), [5, 4]),
        tf.tensorScatterUpdate(noise([3, 4], 3), tf.tensor2d([[2], [0]], [2, 1], 'int32'), noise([2, 4])),
        ...withGradients((x) => tf.unsortedSegmentSum(x, segments as tf.Tensor1D, 3), [noise([4, 2])]),
        ...withGradients((x) => tf.gather(x, tf.tensor1d([2, 0, 2], 'int32')), [noise([4, 3])]),
      ];
    }));

  it('numbers', () =>
    expectSameAsCpu(() => [
      tf.fill([2, 2], 3.5),
      tf.zeros([3]),
      tf.add(tf.ones([2, 3]), tf.onesLike(noise([2, 3]))),
      tf.mul(tf.zerosLike(noise([2, 3])), 4),
      tf.range(0, 5),
      tf.linspace(0, 1, 4),
      tf.eye(3),
      tf.add(tf.ones([2, 3]), tf.fill([3], 2)),
    ]));
});

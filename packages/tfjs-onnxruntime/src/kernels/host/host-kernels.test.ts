import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { OnnxRuntimeBackend } from '../../backend.js';
import { BACKEND_NAME } from '../../name.js';
import { expectSameAsCpu, noise, startBackend, withGradients } from '../../testing/reference.js';

let backend: OnnxRuntimeBackend;

beforeAll(async () => {
  backend = await startBackend();
});

it('every kernel of the JavaScript backend is here, each once, but for drawing on a canvas', () => {
  const names = (backendName: string) => tf.getKernelsForBackend(backendName).map(({ kernelName }) => kernelName);
  const here = names(BACKEND_NAME);
  expect(names('cpu').filter((name) => !here.includes(name))).toEqual(['Draw']);
  expect(new Set(here).size).toBe(here.length);
});

describe('kernels computed in JavaScript take values that are still pending', () => {
  it('and their results take part in recorded operations', () =>
    expectSameAsCpu(() => {
      const boxes = tf.mul(tf.abs(noise([5, 4])), 0.5);
      const crops = tf.image.cropAndResize(
        tf.relu(noise([2, 6, 6, 3]) as tf.Tensor4D),
        boxes as tf.Tensor2D,
        [0, 1, 0, 1, 1],
        [3, 3],
      );
      return tf.sum(tf.mul(crops, 2), [1, 2]);
    }));

  it('and have gradients', () =>
    expectSameAsCpu(() =>
      withGradients(
        (x, filter) => tf.square(tf.conv3d(tf.relu(x) as tf.Tensor5D, filter as tf.Tensor5D, 2, 'same')),
        [noise([2, 5, 4, 3, 2]), noise([2, 3, 2, 2, 4], 2)],
      ),
    ));

  it('lists of inputs, several outputs', () =>
    expectSameAsCpu(() => {
      const { values, indices } = tf.unique(tf.add(tf.tensor1d([3, 1, 3, 2], 'int32'), tf.scalar(1, 'int32')));
      return [values, indices, tf.einsum('ij,jk->ik', noise([2, 3]), noise([3, 4]))];
    }));
});

it('leaves no data behind', async () => {
  const before = tf.memory();
  const result = tf.tidy(() => tf.abs(tf.ifft(tf.fft(tf.complex(tf.add(noise([8]), 1), noise([8], 2))))));
  await result.data();
  result.dispose();
  expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
});

it('are named when a function is traced, because they have no ONNX form', () => {
  const trace = () => backend.trace(([x]) => tf.cumprod(x!), [{ shape: [3], dtype: 'float32' }]);
  expect(trace).toThrow(/the kernel Cumprod, which is computed in JavaScript/);
});

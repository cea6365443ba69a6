import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { OnnxRuntimeBackend } from './backend.js';
import { ExecutionError, ExecutionProviderError, UnsupportedOperationError } from './errors.js';
import { registerOnnxRuntimeBackend } from './register.js';
import { listExecutionProviders } from './runtime/options.js';
import { noise, startBackend } from './testing/reference.js';

let backend: OnnxRuntimeBackend;

beforeEach(async () => {
  backend = await startBackend();
});

describe('reading', () => {
  it('works synchronously', () => {
    expect(Array.from(tf.add(tf.tensor1d([1, 2]), 1).dataSync())).toEqual([2, 3]);
  });

  it('computes pending operations once for concurrent reads', async () => {
    const x = tf.tensor1d([1, 2]);
    const y = tf.square(x);
    const z = tf.exp(y);
    const [a, b, c] = await Promise.all([y.data(), z.data(), y.data()]);
    expect(backend.statistics().runs).toBe(1);
    expect(Array.from(a)).toEqual([1, 4]);
    expect(Array.from(c)).toEqual([1, 4]);
    expect(b[0]).toBeCloseTo(Math.E, 5);
  });

  it('finds tensors of the backend that was registered before, computed or not', async () => {
    const x = tf.tensor1d([1, 2]);
    const computed = tf.square(x);
    await computed.data();
    const recorded = tf.add(computed, x);
    backend = await startBackend();
    expect(Array.from(await recorded.data())).toEqual([2, 6]);
    expect(Array.from(await tf.add(computed, recorded).data())).toEqual([3, 10]);
  });

  it('computes only what is still referenced', async () => {
    const x = noise([4]);
    tf.exp(x).dispose();
    const kept = tf.tidy(() => tf.add(tf.exp(tf.sin(x)), 1));
    await kept.data();
    expect(backend.statistics()).toMatchObject({ runs: 1, pending: 0 });
  });

  it('survives disposal between a read and its result', async () => {
    const y = tf.mul(tf.tensor1d([3]), 2);
    const reading = y.data();
    y.dispose();
    expect(Array.from(await reading)).toEqual([6]);
  });

  it('takes data as it was when the tensor was made', async () => {
    const data = Float32Array.of(1, 2, 3);
    const y = tf.mul(tf.tensor1d(data), 2);
    data.fill(100);
    expect(Array.from(await y.data())).toEqual([2, 4, 6]);
  });

  it('keeps strings', async () => {
    const x = tf.tensor1d(['a', 'ü']);
    expect(await x.data()).toEqual(['a', 'ü']);
    x.dispose();
  });
});

describe('kinds of data', () => {
  it('empty tensors', async () => {
    const empty = tf.tensor2d([], [0, 3]);
    expect(Array.from(await tf.add(empty, 1).data())).toEqual([]);
    expect(Array.from(await tf.concat([empty, tf.ones([1, 3])]).data())).toEqual([1, 1, 1]);
    expect(Array.from(await tf.sum(empty, 0).data())).toEqual([0, 0, 0]);
    expect(tf.slice(tf.ones([4]), 2, 0).shape).toEqual([0]);
  });

  it('not-a-number', async () => {
    const result = tf.add(tf.tensor1d([Number.NaN, 1]), tf.fill([2], Number.NaN));
    expect(Array.from(await result.data())).toEqual([Number.NaN, Number.NaN]);
  });

  it('six dimensions', async () => {
    const x = tf.reshape(tf.range(0, 64), [2, 2, 2, 2, 2, 2]);
    const result = tf.sum(tf.transpose(x, [5, 0, 1, 2, 3, 4]), [1, 2, 3, 4, 5]);
    expect(Array.from(await result.data())).toEqual([992, 1024]);
  });

  it('negative zero and infinities stay', async () => {
    const values = [-0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    expect(Array.from(await tf.reshape(tf.tensor1d(values), [3, 1]).data())).toEqual(values);
    expect(Object.is((await tf.mul(tf.tensor1d([-0, -0]), 1).data())[0], -0)).toBe(true);
  });

  it('complex numbers', async () => {
    const before = tf.memory();
    const roots = tf.tidy(() => tf.mul(tf.complex([1, 0], [0, 1]), tf.complex([0, 0], [1, 1])));
    expect(Array.from(await roots.data())).toEqual([0, 1, -1, 0]);
    const spectrum = tf.tidy(() => tf.real(tf.fft(tf.cast(tf.tensor1d([1, 2, 3, 4]), 'complex64'))));
    expect(Array.from(await spectrum.data())).toEqual([10, -2, -2, -2]);
    tf.dispose([roots, spectrum]);
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
  });

  it('strings', async () => {
    const words = tf.tidy(() => {
      const all = tf.concat([tf.tensor1d(['blue', 'green'], 'string'), tf.tensor1d(['red'], 'string')]);
      return tf.slice(all, 1, 2);
    });
    expect(await words.data()).toEqual(['green', 'red']);
    words.dispose();
  });
});

describe('the same structure with other data', () => {
  it('is compiled once', async () => {
    for (const value of [1, 2, 3]) {
      const y = tf.tidy(() => tf.mul(tf.add(noise([3], value), value), value / 7));
      await y.data();
      y.dispose();
    }
    expect(backend.statistics()).toMatchObject({ compilations: 1, runs: 3 });
  });

  it('with another attribute, shape or operand order is another structure', async () => {
    const a = noise([2, 2]);
    const b = noise([2, 2], 2);
    const results = [
      tf.sub(a, b),
      tf.sub(b, a),
      tf.sum(a, 0),
      tf.sum(a, 1),
      tf.leakyRelu(a, 0.1),
      tf.leakyRelu(a, 0.2),
    ];
    const values: number[][] = [];
    for (const make of [() => tf.sub(a, b), () => tf.sub(b, a), () => tf.sum(a, 0), () => tf.sum(a, 1)]) {
      values.push(Array.from(await make().data()));
    }
    expect(values[0]).toEqual(values[1]!.map((value) => -value));
    expect(values[2]).not.toEqual(values[3]);
    for (const result of results) await result.data();
    expect(Array.from(await results[4]!.data())).not.toEqual(Array.from(await results[5]!.data()));
  });

  it('holds no more compiled graphs than asked for', async () => {
    backend = await startBackend({ sessionCacheSize: 3 });
    for (let size = 1; size <= 10; size += 1) await tf.square(noise([size])).data();
    expect(backend.statistics()).toMatchObject({ compilations: 10, sessions: 3 });
    await tf.square(noise([10])).data();
    expect(backend.statistics().compilations).toBe(10);
    await tf.square(noise([1])).data();
    expect(backend.statistics().compilations).toBe(11);
  });
});

describe('memory', () => {
  it('counts tensors and bytes, and shares data between shapes', () => {
    const before = tf.memory();
    const x = tf.zeros([8, 4]);
    const y = tf.reshape(x, [32]);
    const after = tf.memory();
    expect(after.numTensors - before.numTensors).toBe(2);
    expect(after.numDataBuffers - before.numDataBuffers).toBe(1);
    expect(after.numBytes - before.numBytes).toBe(256); // TensorFlow.js counts bytes per tensor
    expect(after.unreliable).toBeFalsy();
    tf.dispose([x, y]);
    expect(tf.memory().numBytes).toBe(before.numBytes);
  });

  it('does not grow over predictions of many batch sizes', async () => {
    const w = noise([5, 3]);
    const predict = async (batch: number) => {
      const x = noise([batch, 5], batch);
      const y = tf.tidy(() => tf.softmax(tf.matMul(x, w)));
      await y.data();
      tf.dispose([x, y]);
    };
    await predict(1);
    const before = { ids: backend.numDataIds(), tensors: tf.memory().numTensors };
    for (let step = 0; step < 200; step += 1) await predict(1 + (step % 50));
    expect({ ids: backend.numDataIds(), tensors: tf.memory().numTensors }).toEqual(before);
  });

  it('steps whose loss is not read are one run each, their updates being scopes of their own or not', async () => {
    backend = await startBackend({ pendingLimits: [64, 2] });
    const weights = Array.from({ length: 12 }, (_unused, index) => tf.variable(noise([4, 4], index)));
    const optimizer = tf.train.momentum(0.01, 0.9);
    const x = noise([8, 4]);
    const step = () =>
      optimizer.minimize(() => tf.mean(tf.square(weights.reduce<tf.Tensor>((y, w) => tf.tanh(tf.matMul(y, w)), x))));
    const steps = 12;
    for (let index = 0; index < steps; index += 1) step();
    const { runs, compilations, pending } = backend.statistics();
    expect(runs).toBe(steps - 1);
    expect(compilations).toBeLessThanOrEqual(2);
    expect(pending).toBeGreaterThan(0);
    await weights[0]!.data();
    expect(backend.statistics()).toMatchObject({ runs: steps, pending: 0 });
  });

  it('a flush computes what is pending', async () => {
    const y = tf.square(noise([3]));
    expect(backend.statistics().pending).toBeGreaterThan(0);
    await backend.flush();
    expect(backend.statistics()).toMatchObject({ pending: 0, runs: 1 });
    await y.data();
    expect(backend.statistics().runs).toBe(1);
  });
});

describe('errors', () => {
  it('of ONNX Runtime name the operation and its shapes, and stay with the tensor', async () => {
    const bad = tf.gather(tf.ones([3, 2]), tf.tensor1d([7], 'int32'));
    const failure = bad.data();
    await expect(failure).rejects.toThrow(ExecutionError);
    await expect(failure).rejects.toThrow(/In Gather\(float32\[3,2\], int32\[1\]\) -> float32\[1,2\]/);
    await expect(bad.data()).rejects.toThrow(ExecutionError);
    expect(Array.from(await tf.add(1, 2).data())).toEqual([3]);
  });

  it('say which execution providers there are', () => {
    expect(listExecutionProviders().map((provider) => provider.name)).toContain('cpu');
    expect(() => registerOnnxRuntimeBackend({ executionProviders: ['coreml' as 'cpu'] })).toThrow(
      ExecutionProviderError,
    );
    expect(() => registerOnnxRuntimeBackend({ executionProviders: ['coreml' as 'cpu'] })).toThrow(/Use one of: .*cpu/);
  });

  it('name a type that cannot be computed with', () => {
    expect(() => tf.engine().runKernel('Cast', { x: tf.ones([2]) }, { dtype: 'string' })).toThrow(
      UnsupportedOperationError,
    );
  });
});

describe('moving between backends', () => {
  it('there and back', async () => {
    const x = tf.mul(tf.tensor1d([1, 2]), 3);
    await tf.setBackend('cpu');
    const y = tf.add(x, 1);
    expect(Array.from(await y.data())).toEqual([4, 7]);
    await tf.setBackend('onnxruntime');
    expect(Array.from(await tf.add(tf.mul(x, 2), y).data())).toEqual([10, 19]);
    const before = backend.numDataIds();
    tf.dispose([x, y]);
    expect(backend.numDataIds()).toBe(before - 2);
  });
});

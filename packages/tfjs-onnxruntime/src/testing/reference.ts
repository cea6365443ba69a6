import '@tensorflow/tfjs-backend-cpu';
// registers the gradients, which tfjs-core alone does not
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type { OnnxRuntimeBackend } from '../backend.js';
import { BACKEND_NAME } from '../name.js';
import { registerOnnxRuntimeBackend } from '../register.js';
import type { OnnxRuntimeBackendOptions } from '../runtime/options.js';

// the JavaScript backend greets on the console otherwise
tf.env().set('PROD', true);

/** Registers the backend under test and makes it the current one. */
export async function startBackend(options: OnnxRuntimeBackendOptions = {}): Promise<OnnxRuntimeBackend> {
  const backend = registerOnnxRuntimeBackend({ threads: 1, ...options });
  await tf.setBackend(BACKEND_NAME);
  await tf.ready();
  return backend;
}

export type Numbers = { readonly shape: readonly number[]; readonly dtype: string; readonly values: number[] };

/** Runs a function on one backend and brings its results to the caller. */
async function runOn(backendName: string, compute: () => tf.Tensor | tf.Tensor[]): Promise<Numbers[]> {
  const previous = tf.getBackend();
  await tf.setBackend(backendName);
  try {
    const results = tf.tidy(() => {
      const result = compute();
      return Array.isArray(result) ? result : [result];
    });
    const numbers: Numbers[] = [];
    for (const tensor of results) {
      numbers.push({ shape: tensor.shape, dtype: tensor.dtype, values: Array.from(await tensor.data()) });
      tensor.dispose();
    }
    return numbers;
  } finally {
    await tf.setBackend(previous);
  }
}

/** Largest difference between two lists, relative to the largest magnitude expected (at least `floor`). */
export function relativeError(actual: readonly number[], expected: readonly number[], floor = 1e-3): number {
  let scale = floor;
  let worst = 0;
  expected.forEach((value, index) => {
    const found = actual[index]!;
    if (Number.isNaN(value) && Number.isNaN(found)) return;
    if (value === found) return;
    if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
    worst = Math.max(worst, Math.abs(value - found));
    if (Number.isNaN(worst)) worst = Number.POSITIVE_INFINITY;
  });
  return worst / scale;
}

/** Expects the JavaScript backend and this one to give the same shapes, types and (to `tolerance`) values. */
export async function expectSameAsCpu(compute: () => tf.Tensor | tf.Tensor[], tolerance = 1e-4): Promise<void> {
  const expected = await runOn('cpu', compute);
  const actual = await runOn(BACKEND_NAME, compute);
  expect(actual.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
    expected.map(({ shape, dtype }) => ({ shape, dtype })),
  );
  actual.forEach((result, index) => {
    const error = relativeError(result.values, expected[index]!.values);
    expect(
      error,
      `result ${index}: ${result.values.slice(0, 8)} against ${expected[index]!.values.slice(0, 8)}`,
    ).toBeLessThan(tolerance);
  });
}

/** Numbers in [-1, 1) that are the same on every backend. */
export function noise(shape: number[], seed = 1): tf.Tensor {
  let state = seed * 2654435761;
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
  return tf.tensor(values, shape);
}

/** The result of `f` and its gradients for every input, the output weighted with fixed noise. */
export function withGradients(f: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): tf.Tensor[] {
  const y = f(...inputs);
  const dy = noise(y.shape, 77);
  return [y, ...tf.grads(f)(inputs, dy)];
}

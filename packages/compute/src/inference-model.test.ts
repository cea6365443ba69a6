import { memory, mul, softmax, type Tensor, tensor2d, variable } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { prepareForInference } from './inference-model.js';
import { startEngine } from './start-engine.js';

test.each(['onnxruntime-cpu', 'wasm'] as const)(
  'a prepared model gives what the model gives, on %s, and leaks nothing',
  async (engine) => {
    await startEngine({ engine });
    const weight = variable(tensor2d([1, 2, 3], [1, 3]));
    const model = {
      inputs: [{ shape: [null, 3] }],
      weights: [{ read: () => weight }],
      apply: (input: Tensor) => softmax(mul(input, weight)),
    };
    const prepared = prepareForInference(model);
    await prepared.predict(Float32Array.of(0, 0, 0), 1);
    const before = memory().numTensors;
    const values = await prepared.predict(Float32Array.of(0, 0, 0, Math.log(2), 0, 0), 2);
    [1 / 3, 1 / 3, 1 / 3, 0.5, 0.25, 0.25].forEach((expected, index) => {
      expect(values[index]).toBeCloseTo(expected, 6);
    });
    expect(memory().numTensors).toBe(before);
    prepared.dispose();
  },
);

import { EngineUnavailableError } from '@mien/core';
import { add, getBackend, sum, tensor1d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { EngineName } from './engines.js';
import { startEngine } from './start-engine.js';

describe('startEngine', () => {
  test('auto starts one that computes, and says which and why', async () => {
    const engine = await startEngine({ forTraining: true });
    expect(getBackend()).toBe(engine.backend);
    expect(engine.reason).toMatch(/best/);
    expect(engine.runtime).toMatch(/\d+\.\d+/);
    expect(engine.rejected.every(({ reason }) => reason.length > 0)).toBe(true);
    expect(await sum(tensor1d([1, 2, 3])).data()).toEqual(Float32Array.of(6));
  });

  test.each(['onnxruntime-cpu', 'wasm'] as const)('%s starts when asked for', async (name) => {
    const engine = await startEngine({ engine: name, threads: 1 });
    expect(engine).toMatchObject({ name, reason: 'asked for', rejected: [] });
    expect(getBackend()).toBe(engine.backend);
  });

  test('started again, it keeps the tensors that it has', async () => {
    await startEngine({ engine: 'onnxruntime-cpu' });
    const kept = tensor1d([1, 2, 3]);
    const doubled = add(kept, kept);
    await startEngine({ engine: 'onnxruntime-cpu' });
    expect(await sum(doubled).data()).toEqual(Float32Array.of(12));
    await startEngine({ engine: 'wasm' });
    await startEngine({ engine: 'onnxruntime-cpu' });
    expect(await kept.data()).toEqual(Float32Array.of(1, 2, 3));
  });

  test('wasm is refused for training, which it cannot do', async () => {
    await expect(startEngine({ engine: 'wasm', forTraining: true })).rejects.toThrow(/no gradients/);
  });

  test('an unknown engine is refused with the names there are', async () => {
    const failure = startEngine({ engine: 'abacus' as EngineName });
    await expect(failure).rejects.toThrow(EngineUnavailableError);
    await expect(failure).rejects.toThrow(/onnxruntime-cpu.*"abacus"/);
  });
});

import { InvalidBundleError } from '@mien/core';
import type { OnnxRuntime } from '@mien/faces';
import type { EmotionNetwork } from '../reading/face-reading.js';

/**
 * A network of `mien export` on an ONNX Runtime that the caller brings.
 * @throws {InvalidBundleError} when the runtime cannot read it, or it has not one input and one output.
 */
export async function openOnnxNetwork(bytes: Uint8Array, runtime: OnnxRuntime): Promise<EmotionNetwork> {
  const session = await runtime.InferenceSession.create(bytes, { logSeverityLevel: 3 }).catch((cause: unknown) => {
    throw invalid(cause instanceof Error ? cause.message : String(cause), cause);
  });
  const [output] = session.outputNames;
  const inputs = session.inputMetadata.map((input) => (input.isTensor ? input.shape.slice(1) : []));
  const inputShapes = inputs.map((shape) => shape.map((size) => (typeof size === 'number' ? size : null)));
  const [shape] = inputShapes;
  if (session.outputNames.length !== 1 || inputShapes.length === 0) {
    await session.release();
    throw invalid(`${inputShapes.length} inputs and ${session.outputNames.length} outputs`);
  }
  return {
    inputShapes,
    async predict(input, batch) {
      const dims = [batch, ...shape.map((size) => size ?? 1)];
      const feeds = { [session.inputNames[0]]: new runtime.Tensor('float32', input, dims) };
      const { [output]: result } = await session.run(feeds);
      return result.data as Float32Array;
    },
    dispose() {
      void session.release();
    },
  };
}

function invalid(found: string, cause?: unknown): InvalidBundleError {
  return new InvalidBundleError({
    expected: 'a network as ONNX, from one picture to probabilities',
    found,
    fix: 'write it with mien export',
    cause,
  });
}

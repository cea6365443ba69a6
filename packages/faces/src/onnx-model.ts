import { InvalidDataError } from '@mien/core';
import type { InferenceSession } from 'onnxruntime-common';
import { type FaceResources, loadRuntime, readAsset } from './resources.js';

/** A network of the package, running on ONNX Runtime. */
export interface OnnxModel {
  /** @param image [batch, 3, height, width]. */
  run(image: Float32Array, dims: readonly [number, number, number, number]): Promise<Record<string, OnnxOutput>>;
  release(): Promise<void>;
}

export interface OnnxOutput {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** Names of the networks that come with the package. */
export type NetworkName = 'blazeface-back' | 'facemesh';

/**
 * @throws {EngineUnavailableError} when there is no ONNX Runtime; @throws {MissingInputError} when the network's file is not there;
 * @throws {InvalidDataError} when ONNX Runtime cannot read it.
 */
export async function openModel(name: NetworkName, resources: FaceResources): Promise<OnnxModel> {
  const file = `models/${name}.onnx`;
  const [runtime, bytes] = await Promise.all([loadRuntime(resources), readAsset(file, resources)]);
  let session: InferenceSession;
  try {
    session = await runtime.InferenceSession.create(bytes, {
      // Warnings about shapes are for those who write networks.
      logSeverityLevel: 3,
      ...resources.sessionOptions,
    });
  } catch (error) {
    throw new InvalidDataError({
      expected: `${file} to hold a network that ONNX Runtime can run`,
      found: error instanceof Error ? error.message : String(error),
      fix: 'install @mien/faces again, or check the engine and its options',
      details: { file },
      cause: error,
    });
  }
  return {
    async run(image, dims) {
      const feeds = { image: new runtime.Tensor('float32', image, dims) };
      return (await session.run(feeds)) as unknown as Record<string, OnnxOutput>;
    },
    release: () => session.release(),
  };
}

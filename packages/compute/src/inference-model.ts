import { compileModel } from '@mien/tfjs-onnxruntime';
import { getBackend, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';

/** What is needed of a tfjs-layers model with one input and one output. */
export interface PredictableModel {
  readonly inputs: readonly { readonly shape: readonly (number | null)[] }[];
  readonly weights: readonly { read(): Tensor }[];
  apply(inputs: Tensor, options?: { training?: boolean }): unknown;
}

/** A model made ready for prediction alone. */
export interface InferenceModel {
  /**
   * Runs the model. @param input `batch` inputs, one after another, in the model's range and layout.
   * @returns `batch` outputs, one after another.
   */
  predict(input: Float32Array, batch: number): Promise<Float32Array>;
  /** Frees what was prepared; the model itself stays. */
  dispose(): void;
}

/**
 * Makes a model ready for prediction on the engine that runs: on ONNX Runtime it is compiled once for each batch size with the weights as
 * constants, elsewhere each prediction is an ordinary call.
 */
export function prepareForInference(model: PredictableModel): InferenceModel {
  if (getBackend() === 'onnxruntime') return compileModel(model);
  const shape = model.inputs[0].shape.slice(1).map((size) => size ?? 1);
  return {
    async predict(input, batch) {
      const output = tidy(() => model.apply(tensor(input, [batch, ...shape])) as Tensor);
      const values = await output.data<'float32'>();
      output.dispose();
      return values;
    },
    dispose: () => undefined,
  };
}

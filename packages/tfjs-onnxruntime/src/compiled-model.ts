import type { Tensor } from '@tensorflow/tfjs-core';
import { OnnxRuntimeBackendError } from './errors.js';
import { sizeOf } from './graph/graph.js';
import { Tensor as RuntimeTensor, Session } from './runtime/native.js';
import { sessionOptionsFor } from './runtime/session-options.js';
import { currentBackend, encodeTrace } from './trace.js';

/** What is needed of a tfjs-layers model: `LayersModel` and `Sequential` fit. */
export interface TraceableModel {
  readonly inputs: readonly { readonly shape: readonly (number | null)[] }[];
  readonly weights: readonly { read(): Tensor }[];
  apply(inputs: Tensor, options?: { training?: boolean }): unknown;
}

export interface CompiledModel {
  /**
   * Runs the model on `batch` inputs that lie one after another. Blocks the calling thread while ONNX Runtime computes.
   *
   * @param input batch × (the model's input shape) numbers
   * @returns batch × (the model's output shape) numbers
   * @throws OnnxRuntimeBackendError when the length of `input` is not that
   */
  predict(input: Float32Array, batch: number): Promise<Float32Array>;
  /** Releases every session. The model itself is left alone. */
  dispose(): void;
}

export interface CompileOptions {
  /** How many batch sizes are kept compiled; the least recently used is released. Default: 4. */
  readonly batchSizes?: number;
}

interface CompiledBatch {
  readonly session: Session;
  readonly fetches: Readonly<Record<string, null>>;
  readonly outputName: string;
}

/**
 * Compiles a tfjs-layers model with one input and one output for inference: traced once per batch size, weights as
 * constants, so that ONNX Runtime folds batch normalisation into the convolutions and chooses its fastest layouts.
 * When a weight has been assigned since (training, `setWeights`), the next `predict` traces anew; it compares which
 * tensors the weights are, not their values. The model must not be disposed before.
 *
 * @throws OnnxRuntimeBackendError when `onnxruntime` is not the current backend or the model has several inputs or an
 *   input of open size; `predict` throws it for several outputs
 */
export function compileModel(model: TraceableModel, options: CompileOptions = {}): CompiledModel {
  const { options: backendOptions } = currentBackend();
  if (model.inputs.length !== 1) {
    throw new OnnxRuntimeBackendError(
      'unsupported-model',
      `Expected a model with one input; found ${model.inputs.length}. Use traceToOnnx for other functions.`,
    );
  }
  const inputShape = model.inputs[0]!.shape.slice(1).map((size) => {
    if (size !== null) return size;
    throw new OnnxRuntimeBackendError(
      'unsupported-model',
      `Expected a fixed input shape; found [${model.inputs[0]!.shape.map((length) => length ?? 'any').join(', ')}]. Use traceToOnnx with the shape you want.`,
    );
  });
  const inputSize = sizeOf(inputShape);
  const capacity = Math.max(1, options.batchSizes ?? 4);
  const compiled = new Map<number, CompiledBatch>();
  // collecting them takes the model a tenth of the time of a prediction
  const variables = [...model.weights];
  let weights: unknown[] = [];

  const release = () => {
    for (const { session } of compiled.values()) session.release();
    compiled.clear();
  };

  const compile = (batch: number): CompiledBatch => {
    // The backend may have been replaced since: the weights have moved to its successor.
    const { bytes, outputNames, work } = encodeTrace(
      currentBackend(),
      ([x]) => model.apply(x!, { training: false }) as Tensor | Tensor[],
      [{ name: 'input', shape: [batch, ...inputShape] }],
    );
    if (outputNames.length !== 1) {
      throw new OnnxRuntimeBackendError(
        'unsupported-model',
        `Expected a model with one output; found ${outputNames.length}. Use traceToOnnx for other functions.`,
      );
    }
    const outputName = outputNames[0]!;
    const session = new Session(bytes, sessionOptionsFor(backendOptions, { ...work, longLived: true }));
    return { session, outputName, fetches: { [outputName]: null } };
  };

  const compiledFor = (batch: number): CompiledBatch => {
    if (variables.some((variable, index) => variable.read().dataId !== weights[index])) {
      release();
      weights = variables.map((variable) => variable.read().dataId);
    }
    const entry = compiled.get(batch) ?? compile(batch);
    compiled.delete(batch);
    compiled.set(batch, entry);
    if (compiled.size > capacity) {
      const [oldest] = compiled;
      oldest![1].session.release();
      compiled.delete(oldest![0]);
    }
    return entry;
  };

  return {
    async predict(input, batch) {
      if (!Number.isInteger(batch) || batch < 1 || input.length !== batch * inputSize) {
        throw new OnnxRuntimeBackendError(
          'wrong-input-size',
          `Expected ${batch} × [${inputShape.join(', ')}] = ${batch * inputSize} numbers; found ${input.length}. Pass one input after another and their count.`,
        );
      }
      const { session, fetches, outputName } = compiledFor(batch);
      const feed = new RuntimeTensor('float32', input, [batch, ...inputShape]);
      return session.run({ input: feed }, fetches)[outputName]!.data as Float32Array;
    },
    dispose: release,
  };
}

import { getBackend, type Tensor, backend as tensorFlowBackend } from '@tensorflow/tfjs-core';
import { OnnxRuntimeBackend } from './backend.js';
import { OnnxRuntimeBackendError } from './errors.js';
import { sizeOf } from './graph/graph.js';
import { lowerGraph } from './graph/lowering.js';
import { pruneGraph } from './graph/rewrite.js';
import { operatorDefinitions } from './kernels/index.js';
import { BACKEND_NAME } from './name.js';
import { encodeModel } from './onnx/model.js';
import { optimizeGraph } from './passes/index.js';
import { Tensor as RuntimeTensor, Session } from './runtime/native.js';

/** A named input of a traced function; float32. */
export interface TraceInput {
  readonly name: string;
  readonly shape: readonly number[];
}

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

function currentBackend(): OnnxRuntimeBackend {
  const backend = getBackend() === BACKEND_NAME ? tensorFlowBackend() : undefined;
  if (backend instanceof OnnxRuntimeBackend) return backend;
  throw new OnnxRuntimeBackendError(
    'wrong-backend',
    `Expected the current TensorFlow.js backend to be '${BACKEND_NAME}'; found '${getBackend()}'. Call await tf.setBackend('${BACKEND_NAME}') first.`,
  );
}

function encodeTrace(
  backend: OnnxRuntimeBackend,
  compute: (inputs: Tensor[]) => Tensor | Tensor[],
  inputs: readonly TraceInput[],
): { bytes: Uint8Array; outputNames: string[] } {
  const { graph, data } = backend.trace(
    compute,
    inputs.map(({ shape }) => ({ shape, dtype: 'float32' })),
  );
  // No blocked layout by hand: with constant weights ONNX Runtime chooses it for whole chains of convolutions itself.
  const lowered = lowerGraph(optimizeGraph(pruneGraph(graph)), operatorDefinitions, { channelBlock: 0 }, (leaf) =>
    leaf < inputs.length ? { name: inputs[leaf]!.name } : { constant: data[leaf]! },
  );
  const bytes = encodeModel({
    nodes: lowered.builder.nodes,
    initializers: lowered.builder.initializers,
    inputs: lowered.inputs,
    outputs: lowered.outputs,
  });
  return { bytes, outputNames: lowered.outputs.map((output) => output.name) };
}

/**
 * Records what `compute` does to inputs of the given shapes and writes it as an ONNX model (opset 19); every other
 * tensor it uses becomes a constant of the model. Outputs are named y0, y1, …; shapes, batch included, are fixed.
 *
 * @returns the bytes of an `.onnx` file
 * @throws OnnxRuntimeBackendError when `onnxruntime` is not the current backend, or `compute` reads a value
 */
export function traceToOnnx(
  compute: (inputs: Tensor[]) => Tensor | Tensor[],
  inputs: readonly TraceInput[],
): Uint8Array {
  return encodeTrace(currentBackend(), compute, inputs).bytes;
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
 * @throws OnnxRuntimeBackendError when `onnxruntime` is not the current backend or the model has several inputs
 */
export function compileModel(model: TraceableModel, options: CompileOptions = {}): CompiledModel {
  const backend = currentBackend();
  if (model.inputs.length !== 1) {
    throw new OnnxRuntimeBackendError(
      'unsupported-model',
      `Expected a model with one input; found ${model.inputs.length}. Use traceToOnnx for other functions.`,
    );
  }
  const inputShape = model.inputs[0]!.shape.slice(1).map((size) => size ?? 1);
  const inputSize = sizeOf(inputShape);
  const capacity = Math.max(1, options.batchSizes ?? 4);
  const compiled = new Map<number, CompiledBatch>();
  let weights: unknown[] = [];

  const release = () => {
    for (const { session } of compiled.values()) session.release();
    compiled.clear();
  };

  const compile = (batch: number): CompiledBatch => {
    const { bytes, outputNames } = encodeTrace(
      backend,
      ([x]) => model.apply(x!, { training: false }) as Tensor | Tensor[],
      [{ name: 'input', shape: [batch, ...inputShape] }],
    );
    const outputName = outputNames[0]!;
    const session = new Session(bytes, backend.options.sessionOptions);
    return { session, outputName, fetches: { [outputName]: null } };
  };

  const compiledFor = (batch: number): CompiledBatch => {
    const current = model.weights.map((weight) => weight.read().dataId);
    if (current.length !== weights.length || current.some((id, index) => id !== weights[index])) release();
    weights = current;
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

import { getBackend, type Tensor, backend as tensorFlowBackend } from '@tensorflow/tfjs-core';
import { OnnxRuntimeBackend } from './backend.js';
import { OnnxRuntimeBackendError } from './errors.js';
import { type LoweredGraph, lowerGraph } from './graph/lowering.js';
import { pruneGraph } from './graph/rewrite.js';
import { operatorDefinitions } from './kernels/index.js';
import { BACKEND_NAME } from './name.js';
import { encodeModel } from './onnx/model.js';
import { optimizeGraph } from './passes/index.js';
import type { SessionWork } from './runtime/session-options.js';

/** A named input of a traced function; float32. */
export interface TraceInput {
  readonly name: string;
  readonly shape: readonly number[];
}

export type TraceableFunction = (inputs: Tensor[]) => Tensor | Tensor[];

/** The current TensorFlow.js backend. @throws OnnxRuntimeBackendError when it is another one */
export function currentBackend(): OnnxRuntimeBackend {
  const backend = getBackend() === BACKEND_NAME ? tensorFlowBackend() : undefined;
  if (backend instanceof OnnxRuntimeBackend) return backend;
  throw new OnnxRuntimeBackendError(
    'wrong-backend',
    `Expected the current TensorFlow.js backend to be '${BACKEND_NAME}'; found '${getBackend()}'. Call await tf.setBackend('${BACKEND_NAME}') first.`,
  );
}

/** What `compute` does to inputs of these shapes in ONNX terms; every other tensor it uses is a constant. */
export function lowerTrace(
  backend: OnnxRuntimeBackend,
  compute: TraceableFunction,
  inputs: readonly TraceInput[],
): LoweredGraph {
  const { graph, data } = backend.trace(
    compute,
    inputs.map(({ shape }) => ({ shape, dtype: 'float32' })),
  );
  // No blocked layout by hand: with constant weights ONNX Runtime chooses it for whole chains of convolutions itself.
  return lowerGraph(optimizeGraph(pruneGraph(graph)), operatorDefinitions, { channelBlock: 0 }, (leaf) =>
    leaf < inputs.length ? { name: inputs[leaf]!.name } : { constant: data[leaf]! },
  );
}

/** {@link lowerTrace} as the bytes of an ONNX model, with the names of its results and how much work it is. */
export function encodeTrace(
  backend: OnnxRuntimeBackend,
  compute: TraceableFunction,
  inputs: readonly TraceInput[],
): { bytes: Uint8Array; outputNames: string[]; work: Pick<SessionWork, 'operations' | 'typicalOperation'> } {
  const lowered = lowerTrace(backend, compute, inputs);
  const bytes = encodeModel({
    nodes: lowered.builder.nodes,
    initializers: lowered.builder.initializers,
    inputs: lowered.inputs,
    outputs: lowered.outputs,
  });
  const work = { operations: lowered.builder.nodes.length, typicalOperation: lowered.typicalOperation };
  return { bytes, outputNames: lowered.outputs.map((output) => output.name), work };
}

/**
 * Records what `compute` does to inputs of the given shapes and writes it as an ONNX model (opset 19); every other
 * tensor it uses becomes a constant of the model. Outputs are named y0, y1, …; shapes, batch included, are fixed.
 * For a tfjs-layers model see `exportOnnx`.
 *
 * @returns the bytes of an `.onnx` file
 * @throws OnnxRuntimeBackendError when `onnxruntime` is not the current backend, or `compute` reads a value
 */
export function traceToOnnx(compute: TraceableFunction, inputs: readonly TraceInput[]): Uint8Array {
  return encodeTrace(currentBackend(), compute, inputs).bytes;
}

import type { Tensor } from '@tensorflow/tfjs-core';
import { OnnxRuntimeBackendError } from './errors.js';
import { encodeModel, type OnnxInitializer } from './onnx/model.js';
import { replaceFusedProducts } from './onnx/portable.js';
import { BATCH_DIMENSION, mergeBatchTraces } from './onnx/symbolic-batch.js';
import { currentBackend, lowerTrace } from './trace.js';

/** What is needed of a tfjs-layers model: `LayersModel` and `Sequential` fit. */
export interface ExportableModel {
  readonly name?: string;
  readonly inputs: readonly { readonly shape: readonly (number | null)[] }[];
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly weights: readonly { readonly originalName: string; read(): Tensor }[];
  /** False for a `Sequential` to which layers were added since it was last used: its outputs have no names yet. */
  readonly built?: boolean;
  build?(inputShape: unknown): void;
  apply(inputs: Tensor[], options?: { training?: boolean }): unknown;
}

export interface ExportOptions {
  /** Written as `metadata_props`; what is not a string is written as JSON. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Instead of the names of the input layers. */
  readonly inputNames?: readonly string[];
  /** Instead of the names of the output layers. */
  readonly outputNames?: readonly string[];
  /** One shape per input, batch left out: needed where a model leaves other dimensions open than the batch. */
  readonly inputShapes?: readonly (readonly number[])[];
}

/** Primes, so that hardly anything else in a model has one of these sizes. Tracing computes nothing. */
const TRACED_BATCHES = [101, 103, 107];

function fail(code: string, message: string): never {
  throw new OnnxRuntimeBackendError(code, message);
}

function namesFor(what: string, wanted: readonly string[] | undefined, own: readonly string[]): readonly string[] {
  const names = wanted ?? own;
  if (names.length !== own.length || new Set(names).size !== names.length || names.includes('')) {
    fail(
      'wrong-names',
      `Expected ${own.length} different ${what} names (${own.join(', ')}); found ${names.join(', ')}. Give each one a name.`,
    );
  }
  return names;
}

function inputShapesOf(model: ExportableModel, given: ExportOptions['inputShapes']): (readonly number[])[] {
  return model.inputs.map(({ shape }, index) => {
    const own = shape.slice(1);
    const wanted = given?.[index] ?? own;
    const fits = wanted.length === own.length && own.every((size, axis) => size === null || size === wanted[axis]);
    if (fits && wanted.every((size) => size !== null)) return wanted as number[];
    return fail(
      'open-input-shape',
      `Expected one fixed shape for input ${index}; the model has [${own.map((size) => size ?? 'any').join(', ')}], found [${wanted.join(', ')}]. Pass inputShapes.`,
    );
  });
}

/** Names by where the data lies; the tensors must have been used by a trace, so that they are on this backend. */
function weightNames(model: ExportableModel): (initializer: OnnxInitializer) => string | undefined {
  const names = new Map<ArrayBufferLike, Map<number, string>>();
  for (const weight of model.weights) {
    const values = weight.read().dataSync();
    const sameBuffer = names.get(values.buffer) ?? new Map<number, string>();
    sameBuffer.set(values.byteOffset, weight.originalName);
    names.set(values.buffer, sameBuffer);
  }
  return ({ data }) => names.get(data.buffer)?.get(data.byteOffset);
}

/**
 * Writes a tfjs-layers model for inference as an ONNX model (opset 19) that takes any batch size. Inputs and outputs
 * are named after their layers and weights keep their names (`dense_1/kernel`), in TensorFlow.js's layout; weights that are
 * all 0 or all 1 are part of the operations instead. Dropout and the like are gone.
 *
 * @param model its weights are read once and not changed
 * @returns the bytes of an `.onnx` file
 * @throws OnnxRuntimeBackendError when `onnxruntime` is not the current backend, when a dimension besides the batch is
 * open, or when what the model computes depends on the batch size in another way than by sizes linear in it
 */
export function exportOnnx(model: ExportableModel, options: ExportOptions = {}): Uint8Array {
  const backend = currentBackend();
  if (model.built === false) model.build?.(undefined);
  const inputNames = namesFor('input', options.inputNames, model.inputNames);
  const outputNames = namesFor('output', options.outputNames, model.outputNames);
  const shapes = inputShapesOf(model, options.inputShapes);
  const traces = TRACED_BATCHES.map((batch) => {
    const inputs = shapes.map((shape, index) => ({ name: inputNames[index]!, shape: [batch, ...shape] }));
    const lowered = lowerTrace(
      backend,
      (tensors) => model.apply(tensors, { training: false }) as Tensor | Tensor[],
      inputs,
    );
    return {
      batch,
      nodes: lowered.builder.nodes,
      initializers: lowered.builder.initializers,
      outputShapes: lowered.outputs.map(({ shape }) => shape as number[]),
    };
  });
  const graph = mergeBatchTraces(traces, inputNames[0]!);
  if (graph.outputShapes.length !== outputNames.length) {
    fail(
      'wrong-names',
      `Expected a name for each of ${graph.outputShapes.length} outputs; found ${outputNames.length}. Give each one a name.`,
    );
  }

  const taken = new Set([...inputNames, ...outputNames]);
  const unique = (name: string): string => {
    let free = name;
    for (let suffix = 1; taken.has(free); suffix += 1) free = `${name}_${suffix}`;
    taken.add(free);
    return free;
  };
  const renamed = new Map(inputNames.map((name) => [name, name]));
  for (const [index, name] of outputNames.entries()) renamed.set(`y${index}`, name);
  const weightNameOf = weightNames(model);
  const initializers = graph.initializers.map((initializer) => {
    const name = unique(weightNameOf(initializer) ?? initializer.name);
    renamed.set(initializer.name, name);
    return { ...initializer, name };
  });
  const nodes = replaceFusedProducts(graph.nodes, graph.initializers).map((node) => ({
    ...node,
    inputs: node.inputs.map((name) => renamed.get(name) ?? name),
    outputs: node.outputs.map((name) => {
      if (!renamed.has(name)) renamed.set(name, unique(name));
      return renamed.get(name)!;
    }),
  }));
  return encodeModel({
    name: model.name,
    nodes,
    initializers,
    inputs: shapes.map((shape, index) => ({
      name: inputNames[index]!,
      type: 'float32',
      shape: [BATCH_DIMENSION, ...shape],
    })),
    outputs: outputNames.map((name, index) => ({ name, type: 'float32', shape: graph.outputShapes[index]! })),
    metadata: Object.fromEntries(
      Object.entries(options.metadata ?? {}).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
  });
}

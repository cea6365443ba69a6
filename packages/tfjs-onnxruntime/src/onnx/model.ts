import type { NumericDataType } from '../graph/graph.js';
import { ProtobufWriter } from './protobuf-writer.js';

/** TensorProto.DataType of onnx.proto. */
export const ElementType = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float64: 11 } as const;
export type ElementTypeName = keyof typeof ElementType;

export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] };

export interface OnnxNode {
  readonly opType: string;
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxInitializer {
  readonly name: string;
  readonly type: ElementTypeName;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** A graph input or output; a dimension may be named instead of fixed. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly type: NumericDataType;
  readonly shape: readonly (number | string)[];
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  /** The graph's name. Default: `tfjs`. */
  readonly name?: string;
  /** `metadata_props`: what onnxruntime's `custom_metadata_map` and other readers show. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const IR_VERSION = 9;
const OPSET_VERSION = 19;
/** ONNX Runtime's own operators. */
export const MICROSOFT_DOMAIN = 'com.microsoft';
/** ONNX Runtime's operators on images whose channels are stored in blocks (CPU only). */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';

// AttributeProto.AttributeType
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_INTS = 7;

function attributeMessage(name: string, attribute: OnnxAttribute): ProtobufWriter {
  const message = new ProtobufWriter().string(1, name);
  if ('int' in attribute) return message.integer(3, attribute.int).integer(20, ATTRIBUTE_INT);
  if ('float' in attribute) return message.float(2, attribute.float).integer(20, ATTRIBUTE_FLOAT);
  if ('string' in attribute) return message.string(4, attribute.string).integer(20, ATTRIBUTE_STRING);
  for (const value of attribute.ints) message.integer(8, value);
  return message.integer(20, ATTRIBUTE_INTS);
}

function nodeMessage(node: OnnxNode): ProtobufWriter {
  const message = new ProtobufWriter();
  for (const input of node.inputs) message.string(1, input);
  for (const output of node.outputs) message.string(2, output);
  message.string(3, node.name).string(4, node.opType);
  for (const [name, attribute] of Object.entries(node.attributes))
    message.message(5, attributeMessage(name, attribute));
  if (node.domain !== '') message.string(7, node.domain);
  return message;
}

function initializerMessage(initializer: OnnxInitializer): ProtobufWriter {
  const message = new ProtobufWriter();
  for (const dimension of initializer.shape) message.integer(1, dimension);
  return message.integer(2, ElementType[initializer.type]).string(8, initializer.name).bytes(9, initializer.data);
}

function valueInfoMessage(info: OnnxValueInfo): ProtobufWriter {
  const shape = new ProtobufWriter();
  for (const dimension of info.shape) {
    const message = new ProtobufWriter();
    if (typeof dimension === 'number') message.integer(1, dimension);
    else message.string(2, dimension);
    shape.message(1, message);
  }
  const tensorType = new ProtobufWriter().integer(1, ElementType[info.type]).message(2, shape);
  return new ProtobufWriter().string(1, info.name).message(2, new ProtobufWriter().message(1, tensorType));
}

/** The model as the bytes of an `.onnx` file (field numbers of onnx.proto, IR version 9, opset 19). */
export function encodeModel(model: OnnxModel): Uint8Array {
  const graph = new ProtobufWriter();
  for (const node of model.nodes) graph.message(1, nodeMessage(node));
  graph.string(2, model.name ?? 'tfjs');
  for (const initializer of model.initializers) graph.message(5, initializerMessage(initializer));
  for (const input of model.inputs) graph.message(11, valueInfoMessage(input));
  for (const output of model.outputs) graph.message(12, valueInfoMessage(output));
  const message = new ProtobufWriter().integer(1, IR_VERSION).string(2, '@mien/tfjs-onnxruntime').message(7, graph);
  message.message(8, new ProtobufWriter().string(1, '').integer(2, OPSET_VERSION));
  for (const domain of new Set(model.nodes.map((node) => node.domain))) {
    if (domain !== '') message.message(8, new ProtobufWriter().string(1, domain).integer(2, 1));
  }
  for (const [key, value] of Object.entries(model.metadata ?? {})) {
    message.message(14, new ProtobufWriter().string(1, key).string(2, value));
  }
  return message.finish();
}

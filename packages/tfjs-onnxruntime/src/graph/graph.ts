/** Element types that tensors of this backend have inside a graph (names as in TensorFlow.js). */
export type NumericDataType = 'float32' | 'int32' | 'bool';

export type AttributeValue = number | string | boolean | readonly AttributeValue[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** One output of a node: what an edge of the graph carries. */
export interface Value {
  readonly node: GraphNode;
  readonly index: number;
  /** Position in the order of recording; unique within one recording. */
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: NumericDataType;
}

export interface OutputSpecification {
  readonly shape: readonly number[];
  readonly dtype: NumericDataType;
}

/** One operation. Nodes never change: a pass that wants another graph makes new nodes. */
export interface GraphNode {
  readonly op: string;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
  readonly outputs: readonly Value[];
}

/** Nodes in an order in which every node follows its inputs, and the values that are wanted. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly Value[];
}

/** A tensor whose data is known at run time: attribute `index` is its position among the inputs. */
export const LEAF = 'Leaf';
/** A tensor filled with one number that is part of the graph's structure: attribute `value`. */
export const CONSTANT = 'Constant';

export function createNode(
  op: string,
  inputs: readonly Value[],
  attributes: Attributes,
  outputs: readonly OutputSpecification[],
  firstId: number,
): GraphNode {
  const values: Value[] = [];
  const node: GraphNode = { op, inputs, attributes, outputs: values };
  for (let index = 0; index < outputs.length; index += 1) {
    values.push({ node, index, id: firstId + index, shape: outputs[index]!.shape, dtype: outputs[index]!.dtype });
  }
  return node;
}

/** Number of elements of a tensor of this shape. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const dimension of shape) size *= dimension;
  return size;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis += 1) if (a[axis] !== b[axis]) return false;
  return true;
}

/** The number that fills `value` when it is a constant of the graph. */
export function constantOf(value: Value): number | undefined {
  return value.node.op === CONSTANT ? (value.node.attributes.value as number) : undefined;
}

/** One line that names an operation with the shapes it works on, for messages. */
export function describeNode(node: GraphNode): string {
  const describe = (value: Value) => `${value.dtype}[${value.shape.join(',')}]`;
  return `${node.op}(${node.inputs.map(describe).join(', ')}) -> ${node.outputs.map(describe).join(', ')}`;
}

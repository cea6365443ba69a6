import {
  type Attributes,
  type AttributeValue,
  CONSTANT,
  createNode,
  type GraphNode,
  LEAF,
  type NumericDataType,
  type OutputSpecification,
  type Value,
} from './graph.js';
import { internString, StructureKey } from './structure-key.js';

const OUTPUTS_MARK = -1;

/** The operations called since values were last computed, with the key of their structure. */
export class Recording {
  readonly nodes: GraphNode[] = [];
  readonly key = new StructureKey();
  private nextId = 0;
  private leaves = 0;

  get length(): number {
    return this.nodes.length;
  }

  leaf(shape: readonly number[], dtype: NumericDataType): Value {
    const value = this.add(LEAF, [], { index: this.leaves }, [{ shape, dtype }]).outputs[0]!;
    this.leaves += 1;
    return value;
  }

  constant(fill: number, shape: readonly number[], dtype: NumericDataType): Value {
    return this.add(CONSTANT, [], { value: fill }, [{ shape, dtype }]).outputs[0]!;
  }

  /** Appends an operation. */
  add(
    op: string,
    inputs: readonly Value[],
    attributes: Attributes,
    outputs: readonly OutputSpecification[],
  ): GraphNode {
    const node = createNode(op, inputs, attributes, outputs, this.nextId);
    this.nextId += outputs.length;
    this.nodes.push(node);
    const key = this.key;
    key.push(internString(op));
    key.push(inputs.length);
    for (const input of inputs) key.push(input.id);
    for (const name in attributes) key.pushAttribute(attributes[name] as AttributeValue);
    // many shapes follow from inputs and attributes, but not all: a slice's end, the size of a resized image
    for (const output of outputs) {
      key.pushShape(output.shape);
      key.push(internString(output.dtype));
    }
    return node;
  }

  /** Closes the key with the values that are wanted. */
  markOutputs(outputs: readonly Value[]): void {
    this.key.push(OUTPUTS_MARK);
    for (const output of outputs) this.key.push(output.id);
  }

  clear(): void {
    this.nodes.length = 0;
    this.nextId = 0;
    this.leaves = 0;
    this.key.clear();
  }
}

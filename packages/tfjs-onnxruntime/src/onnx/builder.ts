import {
  BLOCKED_DOMAIN,
  type ElementTypeName,
  MICROSOFT_DOMAIN,
  type OnnxAttribute,
  type OnnxInitializer,
  type OnnxNode,
} from './model.js';

type PlainAttribute = number | string | readonly number[];
export type PlainAttributes = Readonly<Record<string, PlainAttribute | OnnxAttribute>>;

/** ONNX attributes that are floats; every other number is written as an integer. */
const FLOAT_ATTRIBUTES = new Set(['alpha', 'beta', 'gamma', 'epsilon', 'momentum', 'bias', 'lambd', 'cubic_coeff_a']);

function typedAttribute(name: string, value: PlainAttribute | OnnxAttribute): OnnxAttribute {
  if (typeof value === 'number') return FLOAT_ATTRIBUTES.has(name) ? { float: value } : { int: value };
  if (typeof value === 'string') return { string: value };
  if (Array.isArray(value)) return { ints: value as readonly number[] };
  return value as OnnxAttribute;
}

function encodeNumbers(type: ElementTypeName, values: readonly number[]): Uint8Array {
  if (type === 'float32') return new Uint8Array(Float32Array.from(values).buffer);
  if (type === 'float64') return new Uint8Array(Float64Array.from(values).buffer);
  if (type === 'int32') return new Uint8Array(Int32Array.from(values).buffer);
  if (type === 'int64') return new Uint8Array(BigInt64Array.from(values, (value) => BigInt(value)).buffer);
  return Uint8Array.from(values);
}

/** The same transposition over fewer axes: axes of size 1 are left out, and neighbours that stay neighbours are one. */
function mergeAxes(shape: readonly number[], perm: readonly number[]): { shape: number[]; perm: number[] } {
  const groups: number[][] = [];
  for (const axis of perm) {
    if (shape[axis] === 1) continue;
    const last = groups[groups.length - 1];
    const next = last === undefined ? -1 : last[last.length - 1]! + 1;
    const between = shape.slice(next, axis);
    if (last !== undefined && next <= axis && between.every((size) => size === 1)) last.push(axis);
    else groups.push([axis]);
  }
  const order = [...groups].sort((a, b) => a[0]! - b[0]!);
  return {
    shape: order.map((group) => group.reduce((size, axis) => size * shape[axis]!, 1)),
    perm: groups.map((group) => order.indexOf(group)),
  };
}

/** Collects ONNX nodes and constants, giving each result a name. Equal constants are kept once. */
export class OnnxBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxInitializer[] = [];
  private readonly constants = new Map<string, string>();
  private results = 0;
  private label = '';

  /** Names the following nodes, so that messages of ONNX Runtime can be traced to the recorded operation. */
  startOperation(label: string): void {
    this.label = label;
  }

  /** Adds a node with one result and returns the result's name. */
  add(opType: string, inputs: readonly string[], attributes: PlainAttributes = {}, domain = ''): string {
    return this.addMany(opType, inputs, 1, attributes, domain)[0]!;
  }

  /** Adds a node of ONNX Runtime's own operator set (com.microsoft). */
  addMicrosoft(opType: string, inputs: readonly string[], attributes: PlainAttributes = {}): string {
    return this.add(opType, inputs, attributes, MICROSOFT_DOMAIN);
  }

  /** Adds a node of ONNX Runtime's operator set for images with blocked channels. */
  addBlocked(opType: string, inputs: readonly string[], attributes: PlainAttributes = {}): string {
    return this.add(opType, inputs, attributes, BLOCKED_DOMAIN);
  }

  reshape(name: string, shape: readonly number[]): string {
    return this.add('Reshape', [name, this.integers(shape)]);
  }

  /** Elements from `start` to before `end` along some axes. */
  slice(
    name: string,
    start: readonly number[],
    end: readonly number[],
    axes: readonly number[],
    steps?: readonly number[],
  ): string {
    const range = [start, end, axes, ...(steps === undefined ? [] : [steps])];
    return this.add('Slice', [name, ...range.map((values) => this.integers(values))]);
  }

  /**
   * A transposition in the form that ONNX Runtime is quick at: axes that stay together are one axis (a matrix is moved in
   * blocks, the same numbers as four axes one by one: 2 against 17 ms for 3×3×512×512), and a full reversal of three axes
   * is two steps.
   *
   * @param shape the shape of `name`
   */
  transpose(name: string, shape: readonly number[], perm: readonly number[]): string {
    const result = perm.map((axis) => shape[axis]!);
    const merged = mergeAxes(shape, perm);
    if (merged.perm.length <= 1) return this.reshape(name, result);
    let current = merged.shape.length === shape.length ? name : this.reshape(name, merged.shape);
    if (String(merged.perm) === '2,1,0') {
      const [a, b, c] = merged.shape as [number, number, number];
      current = this.reshape(current, [a, b * c]);
      current = this.add('Transpose', [current], { perm: [1, 0] });
      current = this.reshape(current, [b, c, a]);
      current = this.add('Transpose', [current], { perm: [1, 0, 2] });
    } else {
      current = this.add('Transpose', [current], { perm: merged.perm });
    }
    return merged.shape.length === shape.length ? current : this.reshape(current, result);
  }

  /** The sum over the first of two axes, [count, size] → [1, size]: a product with ones, ten times as fast as ReduceSum. */
  sumRows(name: string, count: number): string {
    return this.add('MatMul', [this.constant('float32', Array<number>(count).fill(1), [1, count]), name]);
  }

  /** Adds a node with several results; `count` of them are used. */
  addMany(
    opType: string,
    inputs: readonly string[],
    count: number,
    attributes: PlainAttributes = {},
    domain = '',
  ): string[] {
    const outputs: string[] = [];
    for (let index = 0; index < count; index += 1) outputs.push(this.freshName());
    const typed: Record<string, OnnxAttribute> = {};
    for (const [name, value] of Object.entries(attributes)) typed[name] = typedAttribute(name, value);
    this.nodes.push({ opType, domain, name: `${this.label}/${outputs[0]}`, inputs, outputs, attributes: typed });
    return outputs;
  }

  /**
   * Makes values outputs of the model, under the names y0, y1, …: the node that computes one gets the name; inputs,
   * constants and what is wanted twice are copied.
   */
  nameOutputs(values: readonly string[]): string[] {
    const computed = new Set(this.nodes.flatMap((node) => node.outputs));
    const renamed = new Map<string, string>();
    const copies: OnnxNode[] = [];
    const names = values.map((value, index) => {
      const name = `y${index}`;
      if (computed.has(value) && !renamed.has(value)) {
        renamed.set(value, name);
      } else {
        const inputs = [renamed.get(value) ?? value];
        copies.push({
          opType: 'Identity',
          domain: '',
          name: `output/${name}`,
          inputs,
          outputs: [name],
          attributes: {},
        });
      }
      return name;
    });
    const rename = (name: string) => renamed.get(name) ?? name;
    this.nodes.forEach((node, index) => {
      this.nodes[index] = { ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) };
    });
    this.nodes.push(...copies);
    return names;
  }

  /** A constant vector of 64-bit integers, as ONNX wants shapes, axes and pads. */
  integers(values: readonly number[]): string {
    return this.constant('int64', values, [values.length]);
  }

  scalar(value: number, type: ElementTypeName): string {
    return this.constant(type, [value], []);
  }

  constant(type: ElementTypeName, values: readonly number[], shape: readonly number[]): string {
    const key = `${type}:${shape.join('x')}:${values.map((value) => (Object.is(value, -0) ? '-0' : value)).join()}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const name = this.initializer(type, encodeNumbers(type, values), shape);
    this.constants.set(key, name);
    return name;
  }

  /** A constant given as its bytes; not compared with others. */
  initializer(type: ElementTypeName, data: Uint8Array, shape: readonly number[]): string {
    const name = `c${this.initializers.length}`;
    this.initializers.push({ name, type, shape, data });
    return name;
  }

  freshName(): string {
    const name = `r${this.results}`;
    this.results += 1;
    return name;
  }
}

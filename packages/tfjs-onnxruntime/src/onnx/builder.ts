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

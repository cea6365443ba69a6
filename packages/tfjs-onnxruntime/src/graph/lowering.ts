import { OnnxBuilder } from '../onnx/builder.js';
import type { OnnxValueInfo } from '../onnx/model.js';
import { constantOf, type Graph, type GraphNode, LEAF, sizeOf, type Value } from './graph.js';
import {
  BATCH_INNERMOST,
  FROM_BATCH_INNERMOST,
  isSameInMemory,
  type Layout,
  physicalOrder,
  TO_CHANNELS_FIRST,
  TO_LOGICAL,
} from './layout.js';
import { typicalOperationOf } from './multiply-adds.js';

/** How one kind of graph node becomes ONNX nodes. */
export interface OperatorDefinition {
  readonly op: string;
  lower(node: GraphNode, context: LoweringContext): void;
}

/** What operators may count on where the graph runs. */
export interface Target {
  /** Channels per block of ONNX Runtime's blocked image layout on this processor; 0 where there is none. */
  readonly channelBlock: number;
}

/** A graph in ONNX terms, without the bytes. */
export interface LoweredGraph {
  readonly builder: OnnxBuilder;
  readonly inputs: readonly OnnxValueInfo[];
  /** For each input the `index` attribute of its leaf. */
  readonly inputLeaves: readonly number[];
  readonly outputs: readonly OnnxValueInfo[];
  /** How large its operations are; see {@link typicalOperationOf}. */
  readonly typicalOperation: number;
}

/** What a value is called in each layout that it has been asked for. */
type Names = { logical?: string; channelsFirst?: string; channelsOutermost?: string; blockedPlanes?: string };

/**
 * What an operator sees while it is written as ONNX: names of its inputs in the layout it wants, and a place to put
 * its results. A value is transposed only when someone asks for a layout that it does not have yet, and once.
 */
export class LoweringContext {
  readonly onnx = new OnnxBuilder();
  /** See {@link Target}. */
  readonly channelBlock: number;
  private readonly names = new Map<Value, Names>();
  private readonly constants = new Set<Value>();
  private readonly derived = new Map<Value, Map<string, string>>();

  constructor(target: Target) {
    this.channelBlock = target.channelBlock;
  }

  private namesOf(value: Value): Names {
    const known = this.names.get(value);
    if (known !== undefined) return known;
    const fill = constantOf(value);
    if (fill === undefined) throw new Error(`internal: ${value.node.op} is used before it is lowered`);
    return {};
  }

  /** Declares a leaf to be a constant of the model. */
  setConstant(value: Value, name: string): void {
    this.constants.add(value);
    this.set(value, name);
  }

  /** Whether a value is a constant of the model: what is made of it alone costs nothing at run time. */
  isConstant(value: Value): boolean {
    return this.constants.has(value);
  }

  /** Something made of a value that several operations need (its patches, say): made once per key. */
  derive(value: Value, key: string, make: () => string): string {
    const known = this.derived.get(value) ?? new Map<string, string>();
    this.derived.set(value, known);
    const name = known.get(key) ?? make();
    known.set(key, name);
    return name;
  }

  /** Whether a rank-4 value exists channels-first, and not in logical order. */
  prefersChannelsFirst(value: Value): boolean {
    const names = this.names.get(value);
    return (
      names !== undefined &&
      names.logical === undefined &&
      (names.channelsFirst ?? names.channelsOutermost ?? names.blockedPlanes) !== undefined
    );
  }

  /** Whether a value lies in ONNX Runtime's blocked layout only. */
  prefersBlockedPlanes(value: Value): boolean {
    const names = this.names.get(value);
    return names?.blockedPlanes !== undefined && names.logical === undefined && names.channelsFirst === undefined;
  }

  /** Whether the planes of a rank-4 value (one per image and channel) fill blocks of ONNX Runtime's blocked layout. */
  canBlockPlanes(value: Value): boolean {
    const [batch, , , channels] = value.shape as readonly [number, number, number, number];
    return this.channelBlock > 0 && (batch * channels) % this.channelBlock === 0;
  }

  /**
   * A rank-4 value with each of its planes taken for a channel, in ONNX Runtime's blocked layout
   * [1, planes / block, height, width, block].
   */
  blockedPlanes(value: Value): string {
    const channelsFirst = this.names.get(value)?.blockedPlanes === undefined ? this.getAs(value, 'channelsFirst') : '';
    const names = this.names.get(value)!;
    if (names.blockedPlanes === undefined) {
      const [batch, height, width, channels] = value.shape as readonly [number, number, number, number];
      const planes = this.onnx.reshape(channelsFirst, [1, batch * channels, height, width]);
      names.blockedPlanes = this.onnx.addBlocked('ReorderInput', [planes]);
    }
    return names.blockedPlanes;
  }

  /** A rank-4 value as [channels, height, width, batch]: a matrix whose columns are all pixels of all images. */
  channelsOutermost(value: Value): string {
    const known = this.names.get(value)?.channelsOutermost;
    if (known !== undefined) return known;
    const channelsFirst = this.getAs(value, 'channelsFirst');
    const [batch, height, width, channels] = value.shape as readonly [number, number, number, number];
    const name = this.onnx.transpose(channelsFirst, [batch, channels, height, width], BATCH_INNERMOST);
    this.names.get(value)!.channelsOutermost = name;
    return name;
  }

  /** Declares a result in the layout of {@link channelsOutermost}. */
  setChannelsOutermost(value: Value, name: string): void {
    this.names.set(value, { channelsOutermost: name });
  }

  /** The value in the order of its TensorFlow.js shape. */
  get(value: Value): string {
    return this.getAs(value, 'logical');
  }

  getAs(value: Value, layout: Layout): string {
    if (layout === 'blockedPlanes') return this.blockedPlanes(value);
    const names = this.namesOf(value);
    const existing = names[layout];
    if (existing !== undefined) return existing;
    const fill = constantOf(value);
    let name: string;
    if (fill !== undefined) {
      const scalar = this.onnx.scalar(fill, value.dtype);
      const shape = layout === 'logical' ? value.shape : physicalOrder(value.shape, layout);
      name = value.shape.length === 0 ? scalar : this.onnx.add('Expand', [scalar, this.onnx.integers(shape)]);
      this.names.set(value, { ...names, [layout]: name });
      return name;
    }
    if (names.channelsFirst === undefined && names.logical === undefined) {
      names.channelsFirst =
        names.channelsOutermost === undefined
          ? this.fromBlockedPlanes(value, names.blockedPlanes!)
          : this.fromChannelsOutermost(value, names.channelsOutermost);
      if (layout === 'channelsFirst') return names.channelsFirst;
    }
    const source = (layout === 'logical' ? names.channelsFirst : names.logical)!;
    if (isSameInMemory(value.shape)) {
      name = this.onnx.add('Reshape', [source, this.onnx.integers(physicalOrder(value.shape, layout))], {
        allowzero: 1,
      });
    } else {
      name = this.onnx.add('Transpose', [source], { perm: layout === 'logical' ? TO_LOGICAL : TO_CHANNELS_FIRST });
    }
    names[layout] = name;
    return name;
  }

  private fromChannelsOutermost(value: Value, name: string): string {
    const [batch, height, width, channels] = value.shape as readonly [number, number, number, number];
    return this.onnx.transpose(name, [channels, height, width, batch], FROM_BATCH_INNERMOST);
  }

  private fromBlockedPlanes(value: Value, blocked: string): string {
    const [batch, height, width, channels] = value.shape as readonly [number, number, number, number];
    const planes = this.onnx.addBlocked('ReorderOutput', [blocked], { channels: batch * channels });
    return this.onnx.reshape(planes, [batch, channels, height, width]);
  }

  /** Declares the result `name` to be `value`. */
  set(value: Value, name: string, layout: Layout = 'logical'): void {
    const names = this.names.get(value);
    if (names === undefined) this.names.set(value, { [layout]: name });
    else names[layout] = name;
  }
}

/** What a leaf becomes: a constant of the model, or an input (with this name, if given). */
export interface LeafBinding {
  readonly constant?: Uint8Array;
  readonly name?: string;
}

/**
 * Writes a graph as ONNX nodes.
 *
 * @param bind what becomes of the leaf with a given index; an input without it
 * @throws Error when an operator has no definition (a defect of this package).
 */
export function lowerGraph(
  graph: Graph,
  operators: ReadonlyMap<string, OperatorDefinition>,
  target: Target,
  bind: (leaf: number) => LeafBinding = () => ({}),
): LoweredGraph {
  const context = new LoweringContext(target);
  const inputs: OnnxValueInfo[] = [];
  const inputLeaves: number[] = [];
  const leafIndex = (node: GraphNode) => node.attributes.index as number;
  const leaves = graph.nodes.filter((node) => node.op === LEAF).sort((a, b) => leafIndex(a) - leafIndex(b));
  for (const node of leaves) {
    const value = node.outputs[0]!;
    const binding = bind(leafIndex(node));
    if (binding.constant !== undefined) {
      context.setConstant(value, context.onnx.initializer(value.dtype, binding.constant, value.shape));
      continue;
    }
    const name = binding.name ?? `x${inputs.length}`;
    inputs.push({ name, type: value.dtype, shape: value.shape });
    inputLeaves.push(leafIndex(node));
    context.set(value, name);
  }
  for (const node of graph.nodes) {
    const value = node.outputs[0]!;
    if (node.op === LEAF || constantOf(value) !== undefined) continue;
    const operator = operators.get(node.op);
    if (operator === undefined) throw new Error(`internal: no lowering for ${node.op}`);
    context.onnx.startOperation(`${node.op}#${value.id}`);
    operator.lower(node, context);
  }
  context.onnx.startOperation('output');
  const names = context.onnx.nameOutputs(graph.outputs.map((value) => context.get(value)));
  const outputs = graph.outputs.map(
    ({ dtype, shape }, index): OnnxValueInfo => ({ name: names[index]!, type: dtype, shape }),
  );
  return { builder: context.onnx, inputs, inputLeaves, outputs, typicalOperation: typicalOperationOf(graph) };
}

/** Rank-0 or single-element value of any rank: broadcasts the same in every layout. */
export function isSingleElement(value: Value): boolean {
  return sizeOf(value.shape) === 1;
}

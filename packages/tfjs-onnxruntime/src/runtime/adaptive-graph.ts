import { CONSTANT, type Graph, type GraphNode, LEAF, type Value } from '../graph/graph.js';
import { CompiledGraph, type CompileSettings } from './compiled-graph.js';
import type { DataEntry, NumericArray } from './data-storage.js';
import type { Tensor } from './native.js';
import { bytesOf } from './typed-arrays.js';

/** Operations whose second operand are weights: constant, ONNX Runtime moves them into its fastest layout once. */
const WEIGHTED = new Set(['Conv2D', 'DepthwiseConv2dNative', 'BatchMatMul']);

/** Runs with the same weights after which they are taken for constants. */
const FIRST_PATIENCE = 3;
const MOST_PATIENCE = 64;

/** What a run needs of a backend. */
export interface RunData {
  readonly graph: Graph;
  /** The data of each leaf of the graph. */
  readonly entries: readonly DataEntry[];
  /** How many of the backend's last runs, this one included, were of this structure and no other. */
  readonly inARow: number;
  tensorOf(entry: DataEntry): Tensor;
  hostOf(entry: DataEntry): NumericArray;
}

/** The node that a value comes from, whatever shape it was given since (tfjs-core reshapes a dense layer's kernel). */
function givenAs(value: Value): GraphNode {
  let { node } = value;
  while (node.op === 'Reshape') node = node.inputs[0]!.node;
  return node;
}

/**
 * One structure of recorded operations, compiled in two ways: with every leaf as an input, and, once the weights of a
 * few runs in a row were the same tensors (`model.predict` again and again), with those as constants, so that ONNX Runtime
 * folds batch normalisation into convolutions and packs filters once. Tensors never change, so the same data entry is the
 * same data: another one brings back the first way, and more patience before the next try. Only one of the two is held.
 */
export class AdaptiveGraph {
  private general: CompiledGraph | undefined;
  private fixed: { readonly graph: CompiledGraph; readonly serials: readonly (number | undefined)[] } | undefined;
  /** Leaves that are weights, for graphs in which none is made of others (training changes them every time). */
  private readonly weights: readonly number[];
  private previous: readonly number[] = [];
  private repetitions = 0;
  private patience = FIRST_PATIENCE;

  /** @param compiled called at every compilation, for statistics */
  constructor(
    graph: Graph,
    private readonly settings: CompileSettings,
    private readonly compiled: () => void,
  ) {
    const weights = graph.nodes.filter(({ op }) => WEIGHTED.has(op)).map(({ inputs }) => givenAs(inputs[1]!));
    // One that is computed means training, if only of some layers: a switch in its midst would change the last digits.
    const isTraining = weights.some(({ op }) => op !== LEAF && op !== CONSTANT);
    const leaves = weights.filter(({ op }) => op === LEAF).map(({ attributes }) => attributes.index as number);
    this.weights = isTraining ? [] : [...new Set(leaves)];
  }

  /** Computes the graph's outputs. `data.graph` must have the structure that this was made for. */
  run(data: RunData): Tensor[] {
    const { entries, graph } = data;
    const tensor = (index: number) => data.tensorOf(entries[index]!);
    if (this.fixed?.serials.every((serial, index) => serial === undefined || serial === entries[index]!.serial)) {
      return this.fixed.graph.run(tensor, graph.nodes);
    }
    if (this.fixed !== undefined) {
      this.fixed.graph.release();
      this.fixed = undefined;
      this.patience = Math.min(2 * this.patience, MOST_PATIENCE);
      this.repetitions = 0;
    }
    const serials = entries.map((entry) => entry.serial);
    const same = serials.map((serial, index) => serial === this.previous[index]);
    this.previous = serials;
    const repeated = this.weights.length > 0 && this.weights.every((leaf) => same[leaf]) && same.includes(false);
    this.repetitions = repeated ? this.repetitions + 1 : 0;
    if (this.repetitions >= this.patience) {
      const constants = same.map((isSame, leaf) => (isSame ? bytesOf(data.hostOf(entries[leaf]!)) : undefined));
      // memory of its own only where nothing else runs: many graphs that take turns would each keep their largest run's
      const compiled = this.compile(graph, data.inARow > FIRST_PATIENCE, constants);
      this.fixed = { graph: compiled, serials: serials.map((serial, leaf) => (same[leaf] ? serial : undefined)) };
      this.general?.release();
      this.general = undefined;
      return compiled.run(tensor, graph.nodes);
    }
    this.general ??= this.compile(graph, false);
    return this.general.run(tensor, graph.nodes);
  }

  private compile(graph: Graph, longLived: boolean, constants?: readonly (Uint8Array | undefined)[]): CompiledGraph {
    this.compiled();
    // the nodes of a recording are gone after it
    const kept = { nodes: [...graph.nodes], outputs: graph.outputs };
    return CompiledGraph.compile(kept, { ...this.settings, longLived }, constants);
  }

  release(): void {
    this.general?.release();
    this.fixed?.graph.release();
  }
}

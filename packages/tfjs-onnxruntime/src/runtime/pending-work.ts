import { engine, util } from '@tensorflow/tfjs-core';
import { UnsupportedOperationError } from '../errors.js';
import { installGradients } from '../gradients/index.js';
import {
  type Attributes,
  constantOf,
  type Graph,
  type NumericDataType,
  type OutputSpecification,
  sameShape,
  sizeOf,
  type Value,
} from '../graph/graph.js';
import { Recording } from '../graph/recording.js';
import { AdaptiveGraph } from './adaptive-graph.js';
import type { DataEntry, NumericArray } from './data-storage.js';
import { type SessionOptions, Tensor } from './native.js';
import type { ResolvedOptions } from './options.js';
import { SessionCache } from './session-cache.js';
import { bytesOf, isNumeric } from './typed-arrays.js';

/** Fills that are part of a graph's structure. Others enter as data, or each new number would be a new graph. */
const STRUCTURAL_FILLS = new Set([0, 1]);

/** A step's updates are scopes of their own: how many times the limit of operations is recorded before they are cut apart. */
const STEP_PATIENCE = 16;

/** Operations after which everything is computed wherever the program stands. */
const MOST_PENDING = 50_000;

/** The operations that were called and not computed yet, the data they start from, and the compiled graphs that compute them. */
export class PendingWork {
  private current: ResolvedOptions;
  private readonly recording = new Recording();
  private sessions: SessionCache<AdaptiveGraph>;
  private recordingNumber = 1;
  private leaves: DataEntry[] = [];
  private entries: DataEntry[] = [];
  private outermostScope: object | undefined;
  private scopesSinceFlush = 0;
  /** Whether TensorFlow.js was recording for a gradient at the last kernel. */
  private taping = false;
  /** Whether a gradient is part of what is pending. */
  private holdsGradient = false;
  /** The structure of the last run, and how many runs in a row it had. */
  private latest: AdaptiveGraph | undefined;
  private inARow = 0;
  private compilations = 0;
  private runs = 0;
  /** Whether operations are recorded for a traced graph, without data. */
  tracing = false;

  constructor(options: ResolvedOptions) {
    this.current = options;
    this.sessions = new SessionCache(options.sessionCacheSize);
  }

  get options(): ResolvedOptions {
    return this.current;
  }

  /** An entry's data as a value of the current recording, in the given shape. */
  valueOf(entry: DataEntry, shape: readonly number[]): Value {
    const value = entry.pending ?? this.leafOf(entry);
    if (sameShape(value.shape, shape)) return value;
    const fill = constantOf(value);
    if (fill !== undefined) return this.recording.constant(fill, shape, value.dtype);
    return this.operation('Reshape', [value], { shape }, [{ shape, dtype: value.dtype }])[0]!;
  }

  private leafOf(entry: DataEntry): Value {
    if (entry.leaf !== undefined && entry.recording === this.recordingNumber) return entry.leaf;
    if (entry.error !== undefined) throw entry.error;
    const dtype = entry.dtype;
    if (!isNumeric(dtype)) {
      throw new UnsupportedOperationError(
        'kernel',
        `a tensor of type ${dtype}`,
        'Compute with float32, int32 or bool.',
      );
    }
    if (entry.fill !== undefined && STRUCTURAL_FILLS.has(entry.fill) && entry.shape.length > 0) {
      entry.leaf = this.recording.constant(entry.fill, entry.shape, dtype);
    } else {
      entry.leaf = this.recording.leaf(entry.shape, dtype);
      this.leaves.push(entry);
    }
    entry.recording = this.recordingNumber;
    return entry.leaf;
  }

  operation(
    op: string,
    inputs: readonly Value[],
    attributes: Attributes,
    outputs: readonly OutputSpecification[],
  ): readonly Value[] {
    return this.recording.add(op, inputs, attributes, outputs).outputs;
  }

  /** Makes an entry stand for a value until it is computed. */
  await(entry: DataEntry, value: Value): void {
    entry.pending = value;
    this.entries.push(entry);
  }

  /** The numbers of an entry; computes what is pending for them. */
  hostOf(entry: DataEntry): NumericArray {
    if (entry.pending !== undefined) this.flush();
    if (entry.error !== undefined) throw entry.error;
    if (entry.host === undefined) {
      const array = util.makeZerosTypedArray(sizeOf(entry.shape), entry.dtype as NumericDataType) as NumericArray;
      if (entry.fill !== 0 && entry.fill !== undefined) array.fill(entry.fill);
      entry.host = array;
    }
    return entry.host;
  }

  /**
   * Called before a kernel runs: keeps loops that never read a value from recording without end. The cut is made where
   * few intermediates live and the same place comes back in every round: where a training step begins to record for its
   * gradient, or, in loops without one, where an outermost `tf.tidy` begins or ends. Never between a forward pass and
   * its gradient, which would compute all that they share as results.
   */
  bound(): void {
    if (this.tracing) return;
    const { scopeStack, activeTape } = engine().state;
    const [operations, scopes] = this.current.pendingLimits;
    const taping = (activeTape ?? null) !== null;
    const stepBegins = taping && !this.taping && this.holdsGradient;
    this.taping = taping;
    const scope = scopeStack[0];
    let scopesPassed = false;
    if (scope !== this.outermostScope) {
      this.outermostScope = scope;
      this.scopesSinceFlush += 1;
      const patience = this.holdsGradient ? STEP_PATIENCE * operations : operations;
      scopesPassed = !taping && this.scopesSinceFlush > scopes && this.recording.length >= patience;
    }
    const enough = stepBegins && this.recording.length >= operations;
    if (enough || scopesPassed || this.recording.length >= MOST_PENDING) this.flush();
    this.holdsGradient ||= taping;
  }

  /** Computes everything that is pending and still referenced. */
  flush(): void {
    if (this.tracing) {
      throw new UnsupportedOperationError('trace', 'reading a value', 'Trace functions that only compute.');
    }
    const entries: DataEntry[] = [];
    const outputs: Value[] = [];
    for (const entry of this.entries) {
      if (entry.refCount === 0 || entry.pending === undefined) continue;
      entries.push(entry);
      outputs.push(entry.pending);
    }
    try {
      if (outputs.length > 0) this.compute(entries, outputs);
    } catch (error) {
      for (const entry of entries) {
        entry.pending = undefined;
        entry.error = error;
      }
      throw error;
    } finally {
      this.reset();
    }
  }

  private compute(entries: readonly DataEntry[], outputs: readonly Value[]): void {
    this.recording.markOutputs(outputs);
    const graph = { nodes: this.recording.nodes, outputs };
    const compiled = this.sessions.get(this.recording.key, () => {
      installGradients();
      return new AdaptiveGraph(graph, this.current, () => {
        this.compilations += 1;
      });
    });
    this.inARow = compiled === this.latest ? this.inARow + 1 : 1;
    this.latest = compiled;
    const results = compiled.run({
      graph,
      inARow: this.inARow,
      entries: this.leaves,
      tensorOf: (entry) => this.tensorFor(entry),
      hostOf: (entry) => this.hostOf(entry),
    });
    this.runs += 1;
    results.forEach((tensor, index) => {
      const entry = entries[index]!;
      entry.pending = undefined;
      entry.tensor = tensor;
      entry.host = tensor.data as NumericArray;
    });
  }

  private tensorFor(entry: DataEntry): Tensor {
    entry.tensor ??= new Tensor(entry.dtype as NumericDataType, this.hostOf(entry) as Float32Array, entry.shape);
    return entry.tensor;
  }

  /**
   * Records what `record` does to inputs of the given shapes, without computing it. Whatever else it uses (weights)
   * is listed as data.
   *
   * @param record is given the inputs' values and returns the results'
   * @returns the graph of the results, and the data of each leaf; inputs come first and have none
   */
  trace(
    inputs: readonly OutputSpecification[],
    record: (inputs: readonly Value[], inputEntry: (entry: DataEntry) => void) => Value[],
  ): { graph: Graph; data: (Uint8Array | undefined)[] } {
    this.flush();
    this.tracing = true;
    try {
      const values = inputs.map(({ shape, dtype }) => this.recording.leaf(shape, dtype));
      const outputs = record(values, (entry) => this.leaves.push(entry));
      const data = this.leaves.map((entry, index) => (index < inputs.length ? undefined : bytesOf(this.hostOf(entry))));
      return { graph: { nodes: [...this.recording.nodes], outputs }, data };
    } finally {
      this.tracing = false;
      for (const entry of this.entries) {
        entry.pending = undefined;
        entry.error = new UnsupportedOperationError('trace', 'a tensor kept from it', 'Return what is wanted.');
      }
      this.reset();
    }
  }

  /** Forgets what is pending. */
  reset(): void {
    this.recording.clear();
    this.recordingNumber += 1;
    this.scopesSinceFlush = 0;
    this.holdsGradient = false;
    this.leaves = [];
    this.entries = [];
  }

  clear(): void {
    this.reset();
    this.sessions.clear();
  }

  /** How much was compiled and run so far, and how many compiled graphs are held. */
  statistics(): { compilations: number; runs: number; sessions: number; pending: number } {
    return {
      compilations: this.compilations,
      runs: this.runs,
      sessions: this.sessions.size,
      pending: this.recording.length,
    };
  }

  /**
   * Runs a task with sessions of its own, compiled with `sessionOptions` over the usual ones and released afterwards
   * (which is when ONNX Runtime writes a profile, if that was asked for).
   */
  async withSessionOptions(sessionOptions: SessionOptions, task: () => unknown): Promise<void> {
    this.flush();
    const { current, sessions } = this;
    this.current = { ...current, sessionOptions: { ...current.sessionOptions, ...sessionOptions } };
    this.sessions = new SessionCache(current.sessionCacheSize);
    try {
      await task();
      this.flush();
    } finally {
      this.sessions.clear();
      this.sessions = sessions;
      this.current = current;
    }
  }
}

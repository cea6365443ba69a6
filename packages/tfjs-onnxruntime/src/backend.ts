import {
  type BackendTimingInfo,
  type BackendValues,
  backend_util,
  type DataId,
  type DataType,
  engine,
  KernelBackend,
  type Tensor as TensorFlowTensor,
  type TensorInfo,
  tidy,
  util,
} from '@tensorflow/tfjs-core';
import { UnsupportedOperationError } from './errors.js';
import { installGradients } from './gradients/index.js';
import {
  type Attributes,
  constantOf,
  type Graph,
  type NumericDataType,
  type OutputSpecification,
  sameShape,
  sizeOf,
  type Value,
} from './graph/graph.js';
import { Recording } from './graph/recording.js';
import type { ComplexParts, KernelHost } from './kernels/kernel.js';
import { AdaptiveGraph } from './runtime/adaptive-graph.js';
import { DataEntry, DataStorage, type NumericArray } from './runtime/data-storage.js';
import { type SessionOptions, Tensor } from './runtime/native.js';
import { type OnnxRuntimeBackendOptions, type ResolvedOptions, resolveOptions } from './runtime/options.js';
import { SessionCache } from './runtime/session-cache.js';
import { bytesOf, isNumeric, toTypedArray, uniformValue } from './runtime/typed-arrays.js';

/** Fills that are part of a graph's structure. Others enter as data, or each new number would be a new graph. */
const STRUCTURAL_FILLS = new Set([0, 1]);

/** Operations after which everything is computed wherever the program stands. */
const MOST_PENDING = 50_000;

/**
 * A lazy TensorFlow.js backend. A kernel call records an operation and returns at once; when a value is read, all that
 * was recorded and is still referenced is compiled into one ONNX graph (cached by structure) and computed in one call.
 */
export class OnnxRuntimeBackend extends KernelBackend implements KernelHost {
  private current: ResolvedOptions;
  private readonly storage: DataStorage;
  private readonly recording = new Recording();
  private sessions: SessionCache<AdaptiveGraph>;
  private recordingNumber = 1;
  private leaves: DataEntry[] = [];
  private pendingEntries: DataEntry[] = [];
  private outermostScope: object | undefined;
  private scopesSinceFlush = 0;
  tracing = false;
  private compilations = 0;
  private runs = 0;

  /** @throws ExecutionProviderError when an execution provider is asked for that is not there */
  constructor(options: OnnxRuntimeBackendOptions = {}) {
    super();
    this.current = resolveOptions(options);
    this.storage = new DataStorage(this);
    this.sessions = new SessionCache(this.options.sessionCacheSize);
  }

  get options(): ResolvedOptions {
    return this.current;
  }

  // Storage, as TensorFlow.js wants it

  override write(values: BackendValues | null, shape: number[], dtype: DataType): DataId {
    return this.storage.add(this.entryOf(values, shape, dtype, 1));
  }

  override move(dataId: DataId, values: BackendValues, shape: number[], dtype: DataType, refCount: number): void {
    this.storage.adopt(dataId, this.entryOf(values, shape, dtype, refCount));
  }

  private entryOf(values: BackendValues | null, shape: number[], dtype: DataType, refCount: number): DataEntry {
    const entry = new DataEntry(shape, dtype, refCount);
    if (isNumeric(dtype)) {
      if (values === null) {
        entry.fill = 0;
        return entry;
      }
      // Computing comes later: the caller may change its array until then, so the data is copied (once).
      const uniform = uniformValue(toTypedArray(values, dtype, false));
      if (uniform !== undefined) entry.fill = uniform;
      else entry.host = toTypedArray(values, dtype, true);
    } else if (dtype === 'string') {
      entry.strings = values as Uint8Array[];
    } else {
      const { real, imag } = backend_util.splitRealAndImagArrays(values as Float32Array);
      const part = (numbers: Float32Array) => this.upload(numbers, shape, 'float32');
      entry.complex = { real: part(real), imaginary: part(imag) };
    }
    return entry;
  }

  override async read(dataId: DataId): Promise<BackendValues> {
    return this.readSync(dataId);
  }

  /** The values of a tensor. Blocks while ONNX Runtime computes. */
  override readSync(dataId: DataId): BackendValues {
    const entry = this.storage.get(dataId);
    if (entry.strings !== undefined) return entry.strings;
    if (entry.complex !== undefined) {
      const [real, imaginary] = [entry.complex.real, entry.complex.imaginary].map((part) => this.download(part));
      return backend_util.mergeRealAndImagArrays(real as Float32Array, imaginary as Float32Array);
    }
    return this.hostOf(entry);
  }

  private hostOf(entry: DataEntry): NumericArray {
    if (entry.pending !== undefined) this.flushPending();
    if (entry.error !== undefined) throw entry.error;
    if (entry.host === undefined) {
      const array = util.makeZerosTypedArray(sizeOf(entry.shape), entry.dtype as NumericDataType) as NumericArray;
      if (entry.fill !== 0 && entry.fill !== undefined) array.fill(entry.fill);
      entry.host = array;
    }
    return entry.host;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const entry = this.storage.find(dataId);
    if (entry === undefined) return true;
    entry.refCount -= 1;
    if (!force && entry.refCount > 0) return false;
    entry.refCount = 0;
    this.storage.delete(dataId, entry);
    if (entry.complex !== undefined) {
      this.disposeData(entry.complex.real.dataId);
      this.disposeData(entry.complex.imaginary.dataId);
    }
    return true;
  }

  override incRef(dataId: DataId): void {
    this.storage.get(dataId).refCount += 1;
  }

  override refCount(dataId: DataId): number {
    return this.storage.find(dataId)?.refCount ?? 0;
  }

  override numDataIds(): number {
    return this.storage.size;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override timerAvailable(): boolean {
    return true;
  }

  /** Milliseconds from calling `task` until all that it recorded is computed. */
  override async time(task: () => void): Promise<BackendTimingInfo> {
    this.flushPending();
    const start = performance.now();
    task();
    this.flushPending();
    return { kernelMs: performance.now() - start };
  }

  override dispose(): void {
    this.resetRecording();
    this.sessions.clear();
  }

  // What kernels use

  toValue(tensor: TensorInfo): Value {
    const entry = this.storage.get(tensor.dataId);
    const value = entry.pending ?? this.leafOf(entry);
    if (sameShape(value.shape, tensor.shape)) return value;
    const fill = constantOf(value);
    if (fill !== undefined) return this.recording.constant(fill, tensor.shape, value.dtype);
    const shape = [...tensor.shape];
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

  toTensor(value: Value): TensorInfo {
    const entry = new DataEntry(value.shape, value.dtype, 1);
    if (sizeOf(value.shape) === 0) {
      entry.fill = 0;
    } else {
      entry.pending = value;
      this.pendingEntries.push(entry);
    }
    return { dataId: this.storage.add(entry), shape: value.shape as number[], dtype: value.dtype };
  }

  share(tensor: TensorInfo, shape: readonly number[]): TensorInfo {
    this.incRef(tensor.dataId);
    return { dataId: tensor.dataId, shape: [...shape], dtype: tensor.dtype };
  }

  fill(value: number, shape: readonly number[], dtype: NumericDataType): TensorInfo {
    const entry = new DataEntry([...shape], dtype, 1);
    entry.fill = value;
    return { dataId: this.storage.add(entry), shape: [...shape], dtype };
  }

  upload(values: NumericArray, shape: readonly number[], dtype: NumericDataType): TensorInfo {
    return { dataId: this.write(values, [...shape], dtype), shape: [...shape], dtype };
  }

  download(tensor: TensorInfo): NumericArray {
    return this.hostOf(this.storage.get(tensor.dataId));
  }

  downloadAny(tensor: TensorInfo): BackendValues {
    return this.readSync(tensor.dataId);
  }

  uploadAny(values: BackendValues, shape: readonly number[], dtype: DataType): TensorInfo {
    return { dataId: this.write(values, [...shape], dtype), shape: [...shape], dtype };
  }

  complex(real: TensorInfo, imaginary: TensorInfo): TensorInfo {
    const entry = new DataEntry(real.shape, 'complex64', 1);
    entry.complex = { real, imaginary };
    return { dataId: this.storage.add(entry), shape: real.shape, dtype: 'complex64' };
  }

  partsOf(tensor: TensorInfo): ComplexParts {
    return this.storage.get(tensor.dataId).complex!;
  }

  disposeTensor(tensor: TensorInfo): void {
    this.disposeData(tensor.dataId);
  }

  /**
   * Called before a kernel runs: keeps loops that never read a value from recording without end. The cut is made where
   * an outermost `tf.tidy` begins or ends, because there the intermediates of earlier steps are freed and the same cut
   * comes back in every round.
   */
  boundPending(): void {
    if (this.tracing) return;
    const { scopeStack } = engine().state;
    const scope = scopeStack[0];
    if (scope !== this.outermostScope) {
      this.outermostScope = scope;
      this.scopesSinceFlush += 1;
      const [operations, scopes] = this.options.pendingLimits;
      if (this.recording.length >= operations && this.scopesSinceFlush > scopes) this.flushPending();
    }
    if (this.recording.length >= MOST_PENDING) this.flushPending();
  }

  // Computing

  /** Computes everything that is pending and still referenced. A loop that never reads a value may call it each step. */
  async flush(): Promise<void> {
    this.flushPending();
  }

  private flushPending(): void {
    if (this.tracing) {
      throw new UnsupportedOperationError('trace', 'reading a value', 'Trace functions that only compute.');
    }
    const entries: DataEntry[] = [];
    const outputs: Value[] = [];
    for (const entry of this.pendingEntries) {
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
      this.resetRecording();
    }
  }

  private compute(entries: readonly DataEntry[], outputs: readonly Value[]): void {
    this.recording.markOutputs(outputs);
    const graph = { nodes: this.recording.nodes, outputs };
    const compiled = this.sessions.get(this.recording.key, () => {
      installGradients();
      return new AdaptiveGraph(graph, this.options, () => {
        this.compilations += 1;
      });
    });
    const results = compiled.run({
      graph,
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
   * Records what `compute` does to inputs of the given shapes, without computing it. Whatever else it uses (weights)
   * is listed as data.
   *
   * @returns the graph of the results, and the data of each leaf; inputs come first and have none
   */
  trace(
    compute: (inputs: TensorFlowTensor[]) => TensorFlowTensor | TensorFlowTensor[],
    inputs: readonly OutputSpecification[],
  ): { graph: Graph; data: (Uint8Array | undefined)[] } {
    this.flushPending();
    this.tracing = true;
    try {
      const entries = inputs.map(({ shape, dtype }) => {
        const value = this.recording.leaf(shape, dtype);
        const info = this.toTensor(value);
        this.leaves.push(this.storage.get(info.dataId));
        return info;
      });
      const outputs: Value[] = [];
      tidy(() => {
        const tensors = entries.map(({ dataId, shape, dtype }) => engine().makeTensorFromDataId(dataId, shape, dtype));
        const results = compute(tensors);
        for (const result of Array.isArray(results) ? results : [results]) outputs.push(this.toValue(result));
      });
      const data = this.leaves.map((entry, index) => (index < inputs.length ? undefined : bytesOf(this.hostOf(entry))));
      return { graph: { nodes: [...this.recording.nodes], outputs }, data };
    } finally {
      this.tracing = false;
      for (const entry of this.pendingEntries) {
        entry.pending = undefined;
        entry.error = new UnsupportedOperationError('trace', 'a tensor kept from it', 'Return what is wanted.');
      }
      this.resetRecording();
    }
  }

  private resetRecording(): void {
    this.recording.clear();
    this.recordingNumber += 1;
    this.scopesSinceFlush = 0;
    this.leaves = [];
    this.pendingEntries = [];
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
    this.flushPending();
    const { current, sessions } = this;
    this.current = { ...current, sessionOptions: { ...current.sessionOptions, ...sessionOptions } };
    this.sessions = new SessionCache(current.sessionCacheSize);
    try {
      await task();
      this.flushPending();
    } finally {
      this.sessions.clear();
      this.sessions = sessions;
      this.current = current;
    }
  }
}

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
} from '@tensorflow/tfjs-core';
import {
  type Attributes,
  type Graph,
  type NumericDataType,
  type OutputSpecification,
  sizeOf,
  type Value,
} from './graph/graph.js';
import type { ComplexParts, KernelHost } from './kernels/kernel.js';
import { DataEntry, DataStorage, type NumericArray } from './runtime/data-storage.js';
import type { SessionOptions } from './runtime/native.js';
import { type OnnxRuntimeBackendOptions, type ResolvedOptions, resolveOptions } from './runtime/options.js';
import { PendingWork } from './runtime/pending-work.js';
import { isNumeric, toTypedArray, uniformValue } from './runtime/typed-arrays.js';

/**
 * A lazy TensorFlow.js backend. A kernel call records an operation and returns at once; when a value is read, all that
 * was recorded and is still referenced is compiled into one ONNX graph (cached by structure) and computed in one call.
 */
export class OnnxRuntimeBackend extends KernelBackend implements KernelHost {
  private readonly storage: DataStorage;
  private readonly work: PendingWork;

  /** @throws ExecutionProviderError when an execution provider is asked for that is not there */
  constructor(options: OnnxRuntimeBackendOptions = {}) {
    super();
    this.work = new PendingWork(resolveOptions(options));
    this.storage = new DataStorage(this);
  }

  get options(): ResolvedOptions {
    return this.work.options;
  }

  get tracing(): boolean {
    return this.work.tracing;
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
    return this.work.hostOf(entry);
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
    this.work.flush();
    const start = performance.now();
    task();
    this.work.flush();
    return { kernelMs: performance.now() - start };
  }

  /** What is recorded is computed first: another backend may ask for it, as TensorFlow.js moves tensors. */
  override dispose(): void {
    this.work.flush();
    this.work.clear();
  }

  // What kernels use

  toValue(tensor: TensorInfo): Value {
    return this.work.valueOf(this.storage.get(tensor.dataId), tensor.shape);
  }

  operation(
    op: string,
    inputs: readonly Value[],
    attributes: Attributes,
    outputs: readonly OutputSpecification[],
  ): readonly Value[] {
    return this.work.operation(op, inputs, attributes, outputs);
  }

  toTensor(value: Value): TensorInfo {
    const entry = new DataEntry(value.shape, value.dtype, 1);
    if (sizeOf(value.shape) === 0) {
      entry.fill = 0;
    } else {
      this.work.await(entry, value);
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
    return this.work.hostOf(this.storage.get(tensor.dataId));
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

  // Computing

  /** Called before a kernel runs: keeps loops that never read a value from recording without end. */
  boundPending(): void {
    this.work.bound();
  }

  /** Computes everything that is pending and still referenced. A loop that never reads a value may call it each step. */
  async flush(): Promise<void> {
    this.work.flush();
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
    return this.work.trace(inputs, (values, inputEntry) => {
      const infos = values.map((value) => {
        const info = this.toTensor(value);
        inputEntry(this.storage.get(info.dataId));
        return info;
      });
      const outputs: Value[] = [];
      tidy(() => {
        const tensors = infos.map(({ dataId, shape, dtype }) => engine().makeTensorFromDataId(dataId, shape, dtype));
        const results = compute(tensors);
        for (const result of Array.isArray(results) ? results : [results]) outputs.push(this.toValue(result));
      });
      return outputs;
    });
  }

  /** How much was compiled and run so far, and how many compiled graphs are held. */
  statistics(): { compilations: number; runs: number; sessions: number; pending: number } {
    return this.work.statistics();
  }

  /**
   * Runs a task with sessions of its own, compiled with `sessionOptions` over the usual ones and released afterwards
   * (which is when ONNX Runtime writes a profile, if that was asked for).
   */
  withSessionOptions(sessionOptions: SessionOptions, task: () => unknown): Promise<void> {
    return this.work.withSessionOptions(sessionOptions, task);
  }
}

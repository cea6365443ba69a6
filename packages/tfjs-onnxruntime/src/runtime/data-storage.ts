import { type DataId, type DataType, engine, type KernelBackend, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Value } from '../graph/graph.js';
import type { Tensor } from './native.js';

export type NumericArray = Float32Array | Int32Array | Uint8Array;

let nextSerial = 0;

/**
 * What the backend knows of one data id. Exactly one of pending, host, fill, strings, complex and error says where the data is.
 * The entry is the data id: TensorFlow.js only asks that it is an object, and a WeakMap between ids and entries, as
 * other backends have it, costs look-ups and garbage collection (some 5 % of a mini-Xception step).
 */
export class DataEntry {
  /** Tells entries apart without holding on to them. */
  readonly serial: number;
  refCount: number;
  shape: readonly number[];
  dtype: DataType;
  /** The storage it is in; undefined after disposal. */
  storage: DataStorage | undefined;
  /** Recorded and not computed yet. */
  pending: Value | undefined = undefined;
  /** In memory; wrapped for ONNX Runtime once, in `tensor`. */
  host: NumericArray | undefined = undefined;
  tensor: Tensor | undefined = undefined;
  /** Every element is this number. */
  fill: number | undefined = undefined;
  strings: Uint8Array[] | undefined = undefined;
  /** The tensors of the parts of complex numbers, which live and die with it. */
  complex: { real: TensorInfo; imaginary: TensorInfo } | undefined = undefined;
  /** Computing it failed. */
  error: unknown = undefined;
  /** The value that stands for it in recording number `recording`. */
  leaf: Value | undefined = undefined;
  recording = 0;

  constructor(shape: readonly number[], dtype: DataType, refCount: number) {
    this.serial = nextSerial;
    nextSerial += 1;
    this.shape = shape;
    this.dtype = dtype;
    this.refCount = refCount;
  }
}

/** The entries of a backend, by data id. */
export class DataStorage {
  /** Entries whose id was made by another backend. */
  private readonly foreign = new WeakMap<DataId, DataEntry>();
  private count = 0;

  constructor(private readonly backend: KernelBackend) {}

  get size(): number {
    return this.count;
  }

  add(entry: DataEntry): DataEntry {
    entry.storage = this;
    this.count += 1;
    return entry;
  }

  /** Adds an entry under an id that already exists. */
  adopt(dataId: DataId, entry: DataEntry): void {
    this.foreign.set(dataId, this.add(entry));
  }

  find(dataId: DataId): DataEntry | undefined {
    if (dataId instanceof DataEntry && dataId.storage === this) return dataId;
    return this.foreign.get(dataId);
  }

  /** The entry of an id; fetched from the backend that has it when it is not here. */
  get(dataId: DataId): DataEntry {
    const entry = this.find(dataId);
    if (entry !== undefined) return entry;
    engine().moveData(this.backend, dataId);
    return this.foreign.get(dataId)!;
  }

  delete(dataId: DataId, entry: DataEntry): void {
    entry.storage = undefined;
    this.foreign.delete(dataId);
    this.count -= 1;
  }
}

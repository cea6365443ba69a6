import type { BackendValues, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { Attributes, NumericDataType, OutputSpecification, Value } from '../graph/graph.js';
import type { OperatorDefinition } from '../graph/lowering.js';

export interface ComplexParts {
  readonly real: TensorInfo;
  readonly imaginary: TensorInfo;
}

/** What a kernel needs from the backend: values for tensors, tensors for values. */
export interface KernelHost {
  /** The tensor as a value of the current recording, in the tensor's own shape. */
  toValue(tensor: TensorInfo): Value;
  /** Records an operation; its results are seen by other operations only, until `toTensor` makes tensors of them. */
  operation(
    op: string,
    inputs: readonly Value[],
    attributes: Attributes,
    outputs: readonly OutputSpecification[],
  ): readonly Value[];
  toTensor(value: Value): TensorInfo;
  /** A second tensor on the same data. */
  share(tensor: TensorInfo, shape: readonly number[]): TensorInfo;
  /** A tensor filled with one number, which is kept as that number and not as data. */
  fill(value: number, shape: readonly number[], dtype: NumericDataType): TensorInfo;
  /** A tensor from values in memory. */
  upload(values: Float32Array | Int32Array | Uint8Array, shape: readonly number[], dtype: NumericDataType): TensorInfo;
  /** The values of a tensor; computes everything pending when they are not known yet. */
  download(tensor: TensorInfo): Float32Array | Int32Array | Uint8Array;
  /** As `download`, for every type but complex64; strings are UTF-8 bytes. */
  downloadAny(tensor: TensorInfo): BackendValues;
  /** As `upload`, for every type but complex64. */
  uploadAny(values: BackendValues, shape: readonly number[], dtype: DataType): TensorInfo;
  /** A tensor of complex numbers that takes over the tensors of its parts. */
  complex(real: TensorInfo, imaginary: TensorInfo): TensorInfo;
  /** The tensors a complex tensor was made from; they stay its own. */
  partsOf(tensor: TensorInfo): ComplexParts;
  /** Whether operations are recorded for later, without data. */
  readonly tracing: boolean;
  /** Frees a tensor that a kernel made for itself. */
  disposeTensor(tensor: TensorInfo): void;
}

/** One call of a kernel by TensorFlow.js. */
export class KernelCall {
  constructor(
    readonly host: KernelHost,
    readonly inputs: Readonly<Record<string, TensorInfo | undefined>>,
    readonly attributes: Readonly<Record<string, unknown>>,
  ) {}

  tensor(name: string): TensorInfo {
    const tensor = this.inputs[name];
    if (tensor === undefined || tensor === null) throw new Error(`internal: the kernel was called without '${name}'`);
    return tensor;
  }

  has(name: string): boolean {
    return this.inputs[name] !== undefined && this.inputs[name] !== null;
  }

  value(name: string): Value {
    return this.host.toValue(this.tensor(name));
  }

  /** The inputs of a kernel that takes a list. */
  tensors(): TensorInfo[] {
    return Object.values(this.inputs).filter((tensor) => tensor !== undefined);
  }

  attribute<T>(name: string): T {
    return this.attributes[name] as T;
  }

  /** Records an operation with one output. */
  operation(
    op: string,
    inputs: readonly Value[],
    attributes: Attributes,
    shape: readonly number[],
    dtype: NumericDataType,
  ): Value {
    return this.host.operation(op, inputs, attributes, [{ shape, dtype }])[0]!;
  }

  /** Records an operation with one output and makes a tensor of it. */
  emit(
    op: string,
    inputs: readonly Value[],
    attributes: Attributes,
    shape: readonly number[],
    dtype: NumericDataType,
  ): TensorInfo {
    return this.host.toTensor(this.operation(op, inputs, attributes, shape, dtype));
  }
}

/** A TensorFlow.js kernel: turns a call into recorded operations. */
export interface KernelDefinition {
  readonly kernelName: string;
  run(call: KernelCall): TensorInfo | TensorInfo[];
}

/** What a kernel file exports: kernels, and how the operations they record become ONNX. */
export interface KernelModule {
  readonly kernels: readonly KernelDefinition[];
  readonly operators: readonly OperatorDefinition[];
}

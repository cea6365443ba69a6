import type { BackendValues, DataType } from '@tensorflow/tfjs-core';
import type { NumericDataType } from '../graph/graph.js';
import type { NumericArray } from './data-storage.js';

export function isNumeric(dtype: DataType): dtype is NumericDataType {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}

/** Values in the array type that ONNX Runtime wants for `dtype`; the same array when it is one and `copy` is false. */
export function toTypedArray(values: BackendValues, dtype: NumericDataType, copy: boolean): NumericArray {
  const Type = dtype === 'float32' ? Float32Array : dtype === 'int32' ? Int32Array : Uint8Array;
  if (values instanceof Type) return copy ? values.slice() : values;
  return new Type(values as NumericArray);
}

/** The number that all elements equal, if there is one; undefined for fewer than two elements. */
export function uniformValue(values: NumericArray): number | undefined {
  const [first] = values;
  if (first === undefined || values.length < 2 || values[values.length - 1] !== first) return undefined;
  for (let index = 1; index < values.length; index += 1) if (values[index] !== first) return undefined;
  return Object.is(first, -0) ? undefined : first;
}

export function bytesOf(values: NumericArray): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

import type { KernelCall, KernelDefinition } from '../kernel.js';
import { runInJavaScript } from './javascript-backend.js';

/**
 * Kernels without a sensible ONNX counterpart: results whose shape depends on the data, strings, complex numbers, and
 * operations that are rare in training. They wait for their inputs and compute in JavaScript.
 */
const HOST_KERNELS = [
  // complex numbers and Fourier transforms
  'Complex',
  'ComplexAbs',
  'FFT',
  'IFFT',
  'Imag',
  'Real',
  // volumes
  'AvgPool3D',
  'AvgPool3DGrad',
  'Conv3D',
  'Conv3DBackpropFilterV2',
  'Conv3DBackpropInputV2',
  'MaxPool3D',
  'MaxPool3DGrad',
  // images
  'CropAndResize',
  'Dilation2D',
  'Dilation2DBackpropFilter',
  'Dilation2DBackpropInput',
  'FlipLeftRight',
  'LRN',
  'LRNGrad',
  'MaxPoolWithArgmax',
  'NonMaxSuppressionV3',
  'NonMaxSuppressionV4',
  'NonMaxSuppressionV5',
  'RotateWithOffset',
  'Transform',
  // counting, searching, sampling
  'Bincount',
  'DenseBincount',
  'Multinomial',
  'SearchSorted',
  'Unique',
  // algebra
  'BroadcastArgs',
  'Cumprod',
  'Diag',
  'Einsum',
  // sparse and ragged
  'RaggedGather',
  'RaggedRange',
  'RaggedTensorToTensor',
  'SparseFillEmptyRows',
  'SparseReshape',
  'SparseSegmentMean',
  'SparseSegmentSum',
  'SparseToDense',
  // strings
  'StaticRegexReplace',
  'StringNGrams',
  'StringSplit',
  'StringToHashBucketFast',
] as const;

export const hostKernels: readonly KernelDefinition[] = HOST_KERNELS.map((kernelName) => ({
  kernelName,
  run: (call) => runInJavaScript(kernelName, call),
}));

/** Kernels that only pass data on, whatever its type. */
const TYPELESS = new Set(['ExpandDims', 'Identity', 'Reshape']);

const isHostType = (dtype: unknown) => dtype === 'string' || dtype === 'complex64';

/** Whether a call has strings or complex numbers, which ONNX graphs here do not have. */
function wantsHost(kernelName: string, call: KernelCall): boolean {
  // which is an error with or without them
  if (kernelName === 'Cast' && call.attribute('dtype') === 'string') return false;
  return isHostType(call.attribute('dtype')) || call.tensors().some(({ dtype }) => isHostType(dtype));
}

/** A native kernel that leaves calls with strings or complex numbers to JavaScript. */
export function withHostTypes(definition: KernelDefinition): KernelDefinition {
  const { kernelName } = definition;
  if (TYPELESS.has(kernelName)) return definition;
  return {
    kernelName,
    run: (call) => (wantsHost(kernelName, call) ? runInJavaScript(kernelName, call) : definition.run(call)),
  };
}

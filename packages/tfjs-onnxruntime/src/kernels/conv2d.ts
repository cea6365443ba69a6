import { backend_util } from '@tensorflow/tfjs-core';
import { type GraphNode, sameShape, type Value } from '../graph/graph.js';
import type { LoweringContext, OperatorDefinition } from '../graph/lowering.js';
import { recordBiasAndActivation } from './activation.js';
import { runInJavaScript } from './host/javascript-backend.js';
import { getImage, imageSize, setImage, transposedWindow, windowAttributes, windowOf } from './image.js';
import type { KernelCall, KernelDefinition, KernelModule } from './kernel.js';

type Shape4 = [number, number, number, number];
type Pad = Parameters<typeof backend_util.computeConv2DInfo>[4];
type Rounding = 'floor' | 'round' | 'ceil';

/** perm from TensorFlow's filter order (height, width, in, out) to ONNX's (out, in, height, width). */
const FILTER_TO_ONNX = [3, 2, 0, 1];

/** Width of images from which matrix products beat one large convolution for the filter's gradient. */
const WIDE_IMAGE = 8;

function convolutionInfo(call: KernelCall, inputShape: readonly number[], filterShape: readonly number[]) {
  return backend_util.computeConv2DInfo(
    inputShape as Shape4,
    filterShape as Shape4,
    call.attribute<number | [number, number]>('strides'),
    call.attribute<number | [number, number] | undefined>('dilations') ?? 1,
    call.attribute<Pad>('pad'),
    call.attribute<Rounding | undefined>('dimRoundingMode'),
    false,
    backend_util.convertConv2DDataFormat(call.attribute<'NHWC' | 'NCHW' | undefined>('dataFormat') ?? 'NHWC'),
  );
}

function recordConvolution(call: KernelCall): Value {
  const x = call.value('x');
  const filter = call.value('filter');
  const info = convolutionInfo(call, x.shape, filter.shape);
  return call.operation('Conv2D', [x, filter], { ...windowAttributes(info) }, info.outShape, 'float32');
}

const conv2d: KernelDefinition = {
  kernelName: 'Conv2D',
  run: (call) => call.host.toTensor(recordConvolution(call)),
};

const fusedConv2d: KernelDefinition = {
  kernelName: 'FusedConv2D',
  run: (call) => call.host.toTensor(recordBiasAndActivation(call, recordConvolution(call))),
};

const conv2dBackpropInput: KernelDefinition = {
  kernelName: 'Conv2DBackpropInput',
  run(call) {
    const dy = call.value('dy');
    const filter = call.value('filter');
    const inputShape = call.attribute<number[]>('inputShape');
    const info = convolutionInfo(call, inputShape, filter.shape);
    // conv2dTranspose may ask for a size from which the convolution does not give dy's
    if (!sameShape(info.outShape, dy.shape)) return runInJavaScript('Conv2DBackpropInput', call);
    return call.emit(
      'Conv2DBackpropInput',
      [dy, filter],
      { ...windowAttributes(info), inputShape },
      info.inShape,
      'float32',
    );
  },
};

const conv2dBackpropFilter: KernelDefinition = {
  kernelName: 'Conv2DBackpropFilter',
  run(call) {
    const x = call.value('x');
    const dy = call.value('dy');
    const filterShape = call.attribute<number[]>('filterShape');
    const info = convolutionInfo(call, x.shape, filterShape);
    return call.emit(
      'Conv2DBackpropFilter',
      [x, dy],
      { ...windowAttributes(info), filterShape },
      filterShape,
      'float32',
    );
  },
};

const convOperator: OperatorDefinition = {
  op: 'Conv2D',
  lower(node, context) {
    const window = windowOf(node);
    const filter = context.onnx.add('Transpose', [context.get(node.inputs[1]!)], { perm: FILTER_TO_ONNX });
    const result = context.onnx.add('Conv', [getImage(context, node.inputs[0]!, window), filter], {
      kernel_shape: window.kernel,
      strides: window.strides,
      dilations: window.dilations,
      pads: window.pads,
    });
    setImage(context, node.outputs[0]!, result, window);
  },
};

/**
 * The gradient for the input. At stride 1 it is a convolution with the filter turned by 180° and in/out exchanged,
 * which ONNX Runtime does faster than ConvTranspose.
 */
const backpropInputOperator: OperatorDefinition = {
  op: 'Conv2DBackpropInput',
  lower(node, context) {
    const window = windowOf(node);
    const [dy, filter] = node.inputs;
    const output = node.outputs[0]!;
    const onnx = context.onnx;
    const image = getImage(context, dy!, window);
    const reach = window.kernel.map((size, axis) => (size - 1) * window.dilations[axis]!);
    const pads = window.pads.map((pad, index) => reach[index % 2]! - pad);
    if (window.strides.every((stride) => stride === 1) && pads.every((pad) => pad >= 0)) {
      const turned = window.kernel.every((size) => size === 1) ? context.get(filter!) : turnFilter(context, filter!);
      const weights = onnx.add('Transpose', [turned], { perm: [2, 3, 0, 1] });
      const attributes = { kernel_shape: window.kernel, dilations: window.dilations, pads };
      setImage(context, output, onnx.add('Conv', [image, weights], attributes), window);
      return;
    }
    const weights = onnx.add('Transpose', [context.get(filter!)], { perm: FILTER_TO_ONNX });
    const geometry = transposedWindow(window, imageSize(dy!, window), imageSize(output, window));
    const result = onnx.add('ConvTranspose', [image, weights], { kernel_shape: window.kernel, ...geometry });
    setImage(context, output, result, window);
  },
};

/** Reverses the two leading axes (height, width) of a filter. */
export function turnFilter(context: LoweringContext, filter: Value): string {
  const onnx = context.onnx;
  const end = onnx.integers([-(2 ** 31), -(2 ** 31)]);
  const last = onnx.integers([-1, -1]);
  return onnx.add('Slice', [context.get(filter), last, end, onnx.integers([0, 1]), last]);
}

/**
 * The gradient for the filter: a convolution of the input with the output's gradient, in which batch and channels
 * change places, strides act as dilations and dilations as strides.
 */
const backpropFilterOperator: OperatorDefinition = {
  op: 'Conv2DBackpropFilter',
  lower(node, context) {
    const window = windowOf(node);
    const onnx = context.onnx;
    const output = node.outputs[0]!;
    if (window.kernel.every((size) => size === 1) && window.pads.every((pad) => pad === 0)) {
      context.set(output, pointwiseFilterGradient(node, context));
      return;
    }
    if (window.strides.every((stride) => stride === 1) && imageSize(node.inputs[1]!, window).width >= WIDE_IMAGE) {
      context.set(output, shiftedFilterGradient(node, context));
      return;
    }
    const x = onnx.add('Transpose', [getImage(context, node.inputs[0]!, window)], { perm: [1, 0, 2, 3] });
    const dy = onnx.add('Transpose', [getImage(context, node.inputs[1]!, window)], { perm: [1, 0, 2, 3] });
    const gradient = onnx.add('Conv', [x, dy], {
      strides: window.dilations,
      dilations: window.strides,
      pads: window.pads,
    });
    const cropped = cropKernel(context, gradient, window.kernel);
    context.set(output, onnx.add('Transpose', [cropped], { perm: [2, 3, 0, 1] }));
  },
};

/** Rows and columns beyond the kernel come out where the stride did not divide the image; they mean nothing. */
export function cropKernel(context: LoweringContext, gradient: string, kernel: readonly [number, number]): string {
  const onnx = context.onnx;
  return onnx.add('Slice', [gradient, onnx.integers([0, 0]), onnx.integers(kernel), onnx.integers([2, 3])]);
}

/**
 * At stride 1: a matrix product per image and row of the kernel. The input is shifted by the columns of the kernel once
 * (stacked as channels); a shift by a row is then a shift along flattened pixels, which a slice does in one copy.
 */
function shiftedFilterGradient(node: GraphNode, context: LoweringContext): string {
  const window = windowOf(node);
  const onnx = context.onnx;
  const [x, dy] = node.inputs;
  const input = imageSize(x!, window);
  const result = imageSize(dy!, window);
  const [kernelHeight, kernelWidth] = window.kernel;
  const [dilationHeight, dilationWidth] = window.dilations;
  const [top, left] = window.pads;
  const height = result.height + (kernelHeight - 1) * dilationHeight;
  const width = result.width + (kernelWidth - 1) * dilationWidth;
  let image = getImage(context, x!, window);
  if (window.pads.some((pad) => pad > 0)) {
    const pads = [0, 0, top, left, 0, 0, height - top - input.height, width - left - input.width];
    image = onnx.add('Pad', [image, onnx.integers(pads)]);
  }
  const shifted = Array.from({ length: kernelWidth }, (_unused, column) => {
    const start = column * dilationWidth;
    const range = [onnx.integers([start]), onnx.integers([start + result.width]), onnx.integers([3])];
    return onnx.reshape(onnx.add('Slice', [image, ...range]), [input.batch, input.channels, height * result.width]);
  });
  const stacked = kernelWidth === 1 ? shifted[0]! : onnx.add('Concat', shifted, { axis: 1 });
  const gradient = onnx.reshape(getImage(context, dy!, window), [input.batch, result.channels, -1]);
  const rows = Array.from({ length: kernelHeight }, (_unused, row) => {
    const start = row * dilationHeight * result.width;
    const range = [onnx.integers([start]), onnx.integers([start + result.height * result.width]), onnx.integers([2])];
    const part = onnx.add('Slice', [stacked, ...range]);
    const products = onnx.addMicrosoft('FusedMatMul', [part, gradient], { transB: 1 });
    return onnx.add('ReduceSum', [products, onnx.integers([0])], { keepdims: 1 });
  });
  const all = kernelHeight === 1 ? rows[0]! : onnx.add('Concat', rows, { axis: 0 });
  return onnx.reshape(all, [kernelHeight, kernelWidth, input.channels, result.channels]);
}

function pointwiseFilterGradient(node: GraphNode, context: LoweringContext): string {
  const window = windowOf(node);
  const onnx = context.onnx;
  const [x, dy] = node.inputs;
  const input = imageSize(x!, window);
  const result = imageSize(dy!, window);
  let image = getImage(context, x!, window);
  if (window.strides.some((stride) => stride !== 1)) {
    const ends = [input.height, input.width];
    image = onnx.add('Slice', [
      image,
      onnx.integers([0, 0]),
      onnx.integers(ends),
      onnx.integers([2, 3]),
      onnx.integers(window.strides),
    ]);
  }
  const flat = (name: string, channels: number) =>
    onnx.add('Reshape', [name, onnx.integers([input.batch, channels, result.height * result.width])]);
  const left = flat(image, input.channels);
  const right = flat(getImage(context, dy!, window), result.channels);
  const products = onnx.addMicrosoft('FusedMatMul', [left, right], { transB: 1 });
  const sum = onnx.add('ReduceSum', [products, onnx.integers([0])], { keepdims: 0 });
  return onnx.add('Reshape', [sum, onnx.integers([1, 1, input.channels, result.channels])]);
}

/** Two-dimensional convolution and its gradients. */
export const conv2dModule: KernelModule = {
  kernels: [conv2d, fusedConv2d, conv2dBackpropInput, conv2dBackpropFilter],
  operators: [convOperator, backpropInputOperator, backpropFilterOperator],
};

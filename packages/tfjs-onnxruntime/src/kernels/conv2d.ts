import { backend_util } from '@tensorflow/tfjs-core';
import { sameShape, type Value } from '../graph/graph.js';
import type { LoweringContext, OperatorDefinition } from '../graph/lowering.js';
import { recordBiasAndActivation } from './activation.js';
import { blockedConvolution, blockedInputGradient, canBlockConvolution } from './blocked-conv2d.js';
import { lowerFilterGradient } from './conv2d-filter-gradient.js';
import { convolutionAsMatMul, inputGradientAsMatMul, prefersMatMul } from './conv2d-matmul.js';
import { runInJavaScript } from './host/javascript-backend.js';
import { getImage, imageSize, setImage, transposedWindow, windowAttributes, windowOf } from './image.js';
import type { KernelCall, KernelDefinition, KernelModule } from './kernel.js';

type Shape4 = [number, number, number, number];
type Pad = Parameters<typeof backend_util.computeConv2DInfo>[4];
type Rounding = 'floor' | 'round' | 'ceil';

/** perm from TensorFlow's filter order (height, width, in, out) to ONNX's (out, in, height, width). */
const FILTER_TO_ONNX = [3, 2, 0, 1];

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

/** A third input is a bias per channel (the pass convolution-bias puts it there). */
const convOperator: OperatorDefinition = {
  op: 'Conv2D',
  lower(node, context) {
    const window = windowOf(node);
    const [x, filter, bias] = node.inputs;
    if (!context.isConstant(filter!) && prefersMatMul(node, filter!.shape, node.outputs[0]!)) {
      convolutionAsMatMul(node, context);
      return;
    }
    const biasName = bias && context.onnx.reshape(context.get(bias), [-1]);
    if (!context.isConstant(filter!) && canBlockConvolution(context, window, filter!.shape[2]!, filter!.shape[3]!)) {
      blockedConvolution(context, x!, filter!, biasName, node.outputs[0]!, window);
      return;
    }
    const inputs = [getImage(context, x!, window), filterAs(context, filter!, FILTER_TO_ONNX)];
    if (biasName !== undefined) inputs.push(biasName);
    const result = context.onnx.add('Conv', inputs, {
      kernel_shape: window.kernel,
      strides: window.strides,
      dilations: window.dilations,
      pads: window.pads,
    });
    setImage(context, node.outputs[0]!, result, window);
  },
};

/** A filter with its axes in another order; a constant one is transposed when the graph is loaded, however it is written. */
function filterAs(context: LoweringContext, filter: Value, perm: readonly number[]): string {
  const name = context.get(filter);
  return context.isConstant(filter)
    ? context.onnx.add('Transpose', [name], { perm })
    : context.onnx.transpose(name, filter.shape, perm);
}

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
    const reach = window.kernel.map((size, axis) => (size - 1) * window.dilations[axis]!);
    const pads = window.pads.map((pad, index) => reach[index % 2]! - pad) as [number, number, number, number];
    if (prefersMatMul(node, filter!.shape, dy!)) {
      inputGradientAsMatMul(node, context);
      return;
    }
    if (window.strides.every((stride) => stride === 1) && pads.every((pad) => pad >= 0)) {
      const turned = window.kernel.every((size) => size === 1) ? context.get(filter!) : turnFilter(context, filter!);
      const attributes = { kernel_shape: window.kernel, dilations: window.dilations, pads };
      if (canBlockConvolution(context, window, filter!.shape[3]!, filter!.shape[2]!)) {
        blockedInputGradient(context, dy!, turned, filter!.shape, output, attributes);
        return;
      }
      const weights = onnx.transpose(turned, filter!.shape, [2, 3, 0, 1]);
      const result = onnx.add('Conv', [getImage(context, dy!, window), weights], attributes);
      setImage(context, output, result, window);
      return;
    }
    const image = getImage(context, dy!, window);
    const weights = filterAs(context, filter!, FILTER_TO_ONNX);
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

const backpropFilterOperator: OperatorDefinition = { op: 'Conv2DBackpropFilter', lower: lowerFilterGradient };

/** Two-dimensional convolution and its gradients. */
export const conv2dModule: KernelModule = {
  kernels: [conv2d, fusedConv2d, conv2dBackpropInput, conv2dBackpropFilter],
  operators: [convOperator, backpropInputOperator, backpropFilterOperator],
};

import { backend_util } from '@tensorflow/tfjs-core';
import type { Value } from '../graph/graph.js';
import type { LoweringContext, OperatorDefinition } from '../graph/lowering.js';
import { recordBiasAndActivation } from './activation.js';
import { blockedDepthwise, blockedDepthwiseFilterGradient, canBlockDepthwise } from './blocked-depthwise.js';
import { turnFilter } from './conv2d.js';
import { cropKernel } from './conv2d-filter-gradient.js';
import { getImage, imageSize, setImage, transposedWindow, windowAttributes, windowOf } from './image.js';
import type { KernelCall, KernelDefinition, KernelModule } from './kernel.js';

type Shape4 = [number, number, number, number];
type Pad = Parameters<typeof backend_util.computeConv2DInfo>[4];
type Rounding = 'floor' | 'round' | 'ceil';

function depthwiseInfo(call: KernelCall, inputShape: readonly number[], filterShape: readonly number[]) {
  const strides = call.attribute<number | [number, number]>('strides');
  const dilations = call.attribute<number | [number, number] | null | undefined>('dilations') ?? 1;
  return backend_util.computeConv2DInfo(
    inputShape as Shape4,
    filterShape as Shape4,
    strides,
    dilations,
    call.attribute<Pad>('pad'),
    call.attribute<Rounding | undefined>('dimRoundingMode'),
    true,
    backend_util.convertConv2DDataFormat(call.attribute<'NHWC' | 'NCHW' | undefined>('dataFormat') ?? 'NHWC'),
  );
}

function recordDepthwise(call: KernelCall): Value {
  const x = call.value('x');
  const filter = call.value('filter');
  const info = depthwiseInfo(call, x.shape, filter.shape);
  const attributes = { ...windowAttributes(info) };
  return call.operation('DepthwiseConv2dNative', [x, filter], attributes, info.outShape, 'float32');
}

const depthwise: KernelDefinition = {
  kernelName: 'DepthwiseConv2dNative',
  run: (call) => call.host.toTensor(recordDepthwise(call)),
};

const fusedDepthwise: KernelDefinition = {
  kernelName: 'FusedDepthwiseConv2D',
  run: (call) => call.host.toTensor(recordBiasAndActivation(call, recordDepthwise(call))),
};

const backpropInput: KernelDefinition = {
  kernelName: 'DepthwiseConv2dNativeBackpropInput',
  run(call) {
    const dy = call.value('dy');
    const filter = call.value('filter');
    const inputShape = call.attribute<number[]>('inputShape');
    const attributes = { ...windowAttributes(depthwiseInfo(call, inputShape, filter.shape)) };
    return call.emit('DepthwiseConv2dNativeBackpropInput', [dy, filter], attributes, inputShape, 'float32');
  },
};

const backpropFilter: KernelDefinition = {
  kernelName: 'DepthwiseConv2dNativeBackpropFilter',
  run(call) {
    const x = call.value('x');
    const dy = call.value('dy');
    const filterShape = call.attribute<number[]>('filterShape');
    const attributes = { ...windowAttributes(depthwiseInfo(call, x.shape, filterShape)), filterShape };
    return call.emit('DepthwiseConv2dNativeBackpropFilter', [x, dy], attributes, filterShape, 'float32');
  },
};

/** TensorFlow's (height, width, channels, multiplier) as ONNX's (channels · multiplier, 1, height, width). */
function groupedFilter(context: LoweringContext, filter: Value): string {
  const [height, width, channels, multiplier] = filter.shape as readonly [number, number, number, number];
  const transposed = context.onnx.add('Transpose', [context.get(filter)], { perm: [2, 3, 0, 1] });
  return context.onnx.add('Reshape', [transposed, context.onnx.integers([channels * multiplier, 1, height, width])]);
}

const depthwiseOperator: OperatorDefinition = {
  op: 'DepthwiseConv2dNative',
  lower(node, context) {
    const window = windowOf(node);
    const [x, filter] = node.inputs;
    if (canBlockDepthwise(context, node, filter!)) {
      blockedDepthwise(context, x!, groupedFilter(context, filter!), node.outputs[0]!, window);
      return;
    }
    const result = context.onnx.add('Conv', [getImage(context, x!, window), groupedFilter(context, filter!)], {
      kernel_shape: window.kernel,
      strides: window.strides,
      dilations: window.dilations,
      pads: window.pads,
      group: filter!.shape[2]!,
    });
    setImage(context, node.outputs[0]!, result, window);
  },
};

const backpropInputOperator: OperatorDefinition = {
  op: 'DepthwiseConv2dNativeBackpropInput',
  lower(node, context) {
    const window = windowOf(node);
    const [dy, filter] = node.inputs;
    const output = node.outputs[0]!;
    const onnx = context.onnx;
    const group = filter!.shape[2]!;
    const pads = window.pads.map((pad, index) => (window.kernel[index % 2]! - 1) * window.dilations[index % 2]! - pad);
    if (window.strides.every((stride) => stride === 1) && pads.every((pad) => pad >= 0)) {
      const weights = onnx.add('Transpose', [turnFilter(context, filter!)], { perm: [2, 3, 0, 1] });
      if (canBlockDepthwise(context, node, filter!)) {
        blockedDepthwise(context, dy!, weights, output, { ...window, pads: pads as [number, number, number, number] });
        return;
      }
      const attributes = { kernel_shape: window.kernel, dilations: window.dilations, pads, group };
      const image = getImage(context, dy!, window);
      setImage(context, output, onnx.add('Conv', [image, weights], attributes), window);
      return;
    }
    const geometry = transposedWindow(window, imageSize(dy!, window), imageSize(output, window));
    const attributes = { kernel_shape: window.kernel, ...geometry, group };
    const result = onnx.add(
      'ConvTranspose',
      [getImage(context, dy!, window), groupedFilter(context, filter!)],
      attributes,
    );
    setImage(context, output, result, window);
  },
};

/**
 * The gradient for the filter. Every image and channel is a group of its own: no transposition is needed, and the
 * kernels of all images are summed at the end.
 */
const backpropFilterOperator: OperatorDefinition = {
  op: 'DepthwiseConv2dNativeBackpropFilter',
  lower(node, context) {
    const window = windowOf(node);
    const [x, dy] = node.inputs;
    const output = node.outputs[0]!;
    const onnx = context.onnx;
    const input = imageSize(x!, window);
    const result = imageSize(dy!, window);
    const multiplier = output.shape[3]!;
    if (canBlockDepthwise(context, node, output)) {
      context.set(output, blockedDepthwiseFilterGradient(context, x!, dy!, window));
      return;
    }
    const groups = input.batch * input.channels;
    const flatX = onnx.add('Reshape', [
      getImage(context, x!, window),
      onnx.integers([1, groups, input.height, input.width]),
    ]);
    const flatDy = onnx.add('Reshape', [
      getImage(context, dy!, window),
      onnx.integers([groups * multiplier, 1, result.height, result.width]),
    ]);
    const gradient = onnx.add('Conv', [flatX, flatDy], {
      strides: window.dilations,
      dilations: window.strides,
      pads: window.pads,
      group: groups,
    });
    const cropped = cropKernel(context, gradient, window.kernel);
    const perImage = onnx.reshape(cropped, [input.batch, -1]);
    const sum = onnx.sumRows(perImage, input.batch);
    const shape = [input.channels, multiplier, ...window.kernel];
    context.set(output, onnx.transpose(onnx.reshape(sum, shape), shape, [2, 3, 0, 1]));
  },
};

/** Depthwise convolution and its gradients. */
export const depthwiseModule: KernelModule = {
  kernels: [depthwise, fusedDepthwise, backpropInput, backpropFilter],
  operators: [depthwiseOperator, backpropInputOperator, backpropFilterOperator],
};

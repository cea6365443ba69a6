import { backend_util } from '@tensorflow/tfjs-core';
import { sizeOf } from '../graph/graph.js';
import type { OperatorDefinition } from '../graph/lowering.js';
import { blockedMaxPoolGradient, canBlockMaxPool } from './blocked-max-pool-gradient.js';
import { runInJavaScript } from './host/javascript-backend.js';
import {
  getImage,
  imageSize,
  setImage,
  transposedWindow,
  type WindowAttributes,
  windowAttributes,
  windowOf,
} from './image.js';
import type { KernelCall, KernelDefinition, KernelModule } from './kernel.js';

type Shape4 = [number, number, number, number];
type Pad = Parameters<typeof backend_util.computePool2DInfo>[4];
type Rounding = 'floor' | 'round' | 'ceil';

function poolInfo(call: KernelCall, inputShape: readonly number[]) {
  return backend_util.computePool2DInfo(
    inputShape as Shape4,
    call.attribute<number | [number, number]>('filterSize'),
    call.attribute<number | [number, number]>('strides'),
    1,
    call.attribute<Pad>('pad'),
    call.attribute<Rounding | undefined>('dimRoundingMode'),
  );
}

function poolKernel(kernelName: 'MaxPool' | 'AvgPool'): KernelDefinition {
  return {
    kernelName,
    run(call) {
      const x = call.value('x');
      const info = poolInfo(call, x.shape);
      const window = windowAttributes(info);
      // windows that lie in the padding entirely, which ONNX Runtime refuses
      const beyond = window.pads.some((pad, index) => pad >= window.kernel[index % 2]!);
      if (beyond) return runInJavaScript(kernelName, call);
      return call.emit(kernelName, [x], { ...window }, info.outShape, x.dtype);
    },
  };
}

function poolGradientKernel(kernelName: 'MaxPoolGrad' | 'AvgPoolGrad'): KernelDefinition {
  return {
    kernelName,
    run(call) {
      const dy = call.value('dy');
      const input = call.value('input');
      const attributes = { ...windowAttributes(poolInfo(call, input.shape)) };
      const inputs = kernelName === 'MaxPoolGrad' ? [dy, input, call.value('output')] : [dy];
      return call.emit(kernelName, inputs, attributes, input.shape, 'float32');
    },
  };
}

function geometry(window: WindowAttributes) {
  return { kernel_shape: window.kernel, strides: window.strides, pads: window.pads };
}

const maxPoolOperator: OperatorDefinition = {
  op: 'MaxPool',
  lower(node, context) {
    const window = windowOf(node);
    const [x] = node.inputs;
    const output = node.outputs[0]!;
    if (canBlockMaxPool(context, [x!, output], window)) {
      // the gradient will want both in this layout
      const attributes = { ...geometry(window), dilations: [1, 1] };
      const result = context.onnx.addBlocked('MaxPool', [context.blockedPlanes(x!)], attributes);
      context.set(output, result, 'blockedPlanes');
      return;
    }
    setImage(context, output, context.onnx.add('MaxPool', [getImage(context, x!, window)], geometry(window)), window);
  },
};

const avgPoolOperator: OperatorDefinition = {
  op: 'AvgPool',
  lower(node, context) {
    const window = windowOf(node);
    const image = getImage(context, node.inputs[0]!, window);
    const attributes = { ...geometry(window), count_include_pad: 0 };
    setImage(context, node.outputs[0]!, context.onnx.add('AveragePool', [image], attributes), window);
  },
};

/** MaxPool's second result is where each maximum lies, as a position in the whole image batch. */
const maxPoolGradOperator: OperatorDefinition = {
  op: 'MaxPoolGrad',
  lower(node, context) {
    const window = windowOf(node);
    const onnx = context.onnx;
    const [dy, input, maximum] = node.inputs;
    const output = node.outputs[0]!;
    if (canBlockMaxPool(context, node.inputs, window)) {
      blockedMaxPoolGradient(context, dy!, input!, maximum!, output, window);
      return;
    }
    const flat = onnx.integers([-1]);
    const [, positions] = onnx.addMany('MaxPool', [getImage(context, input!, window)], 2, geometry(window));
    const zeros = onnx.add('Expand', [onnx.scalar(0, 'float32'), onnx.integers([sizeOf(output.shape)])]);
    const spread = onnx.add(
      'ScatterElements',
      [zeros, onnx.add('Reshape', [positions!, flat]), onnx.add('Reshape', [getImage(context, dy!, window), flat])],
      { axis: 0, reduction: 'add' },
    );
    const { batch, channels, height, width } = imageSize(output, window);
    const result = onnx.add('Reshape', [spread, onnx.integers([batch, channels, height, width])]);
    setImage(context, output, result, window);
  },
};

/** How many pixels of the image (not of its padding) each window covers, per row or column of the result. */
function coverage(window: WindowAttributes, axis: 0 | 1, outputSize: number, inputSize: number): number[] {
  return Array.from({ length: outputSize }, (_unused, index) => {
    const start = index * window.strides[axis] - window.pads[axis]!;
    return Math.min(start + window.kernel[axis], inputSize) - Math.max(start, 0);
  });
}

const avgPoolGradOperator: OperatorDefinition = {
  op: 'AvgPoolGrad',
  lower(node, context) {
    const window = windowOf(node);
    const onnx = context.onnx;
    const [dy] = node.inputs;
    const output = node.outputs[0]!;
    const small = imageSize(dy!, window);
    const large = imageSize(output, window);
    const rows = coverage(window, 0, small.height, large.height);
    const columns = coverage(window, 1, small.width, large.width);
    const share = rows.flatMap((row) => columns.map((column) => 1 / (row * column)));
    const scaled = onnx.add('Mul', [
      getImage(context, dy!, window),
      onnx.constant('float32', share, [1, 1, small.height, small.width]),
    ]);
    const planes = onnx.add('Reshape', [scaled, onnx.integers([-1, 1, small.height, small.width])]);
    const [height, width] = window.kernel;
    const ones = onnx.constant('float32', Array<number>(height * width).fill(1), [1, 1, height, width]);
    const spread = onnx.add('ConvTranspose', [planes, ones], {
      kernel_shape: window.kernel,
      ...transposedWindow(window, small, large),
    });
    const shape = onnx.integers([large.batch, large.channels, large.height, large.width]);
    setImage(context, output, onnx.add('Reshape', [spread, shape]), window);
  },
};

/** Pooling over images and its gradients. */
export const poolModule: KernelModule = {
  kernels: [
    poolKernel('MaxPool'),
    poolKernel('AvgPool'),
    poolGradientKernel('MaxPoolGrad'),
    poolGradientKernel('AvgPoolGrad'),
  ],
  operators: [maxPoolOperator, avgPoolOperator, maxPoolGradOperator, avgPoolGradOperator],
};

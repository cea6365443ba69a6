import type { OperatorDefinition } from '../graph/lowering.js';
import { elementWiseLayout } from './broadcast.js';
import type { KernelModule } from './kernel.js';

/** Pixels of a plane from which a dot product per plane costs less than a product in memory and its sum. */
const LARGE_PLANE = 256;

/**
 * Σ a·b over batch and image, per channel: a product of a row with a column for every plane, then a sum over the
 * batch. ONNX Runtime has no reduction that multiplies; a batched matrix product reads both operands once.
 */
const channelDot: OperatorDefinition = {
  op: 'ChannelDot',
  lower(node, context) {
    const onnx = context.onnx;
    const [a, b] = node.inputs;
    const output = node.outputs[0]!;
    const [batch, height, width, channels] = a!.shape as readonly [number, number, number, number];
    if (height * width < LARGE_PLANE) {
      const product = onnx.add('Mul', [context.getAs(a!, 'channelsFirst'), context.getAs(b!, 'channelsFirst')]);
      const reduction = node.attributes.mean === true ? 'ReduceMean' : 'ReduceSum';
      const result = onnx.add(reduction, [product, onnx.integers([0, 2, 3])], { keepdims: 0 });
      context.set(output, output.shape.length === 4 ? onnx.reshape(result, output.shape) : result);
      return;
    }
    const rows = (name: string) => onnx.reshape(name, [batch * channels, 1, height * width]);
    const left = rows(context.getAs(a!, 'channelsFirst'));
    const right = a === b ? left : rows(context.getAs(b!, 'channelsFirst'));
    const planes = onnx.addMicrosoft('FusedMatMul', [left, right], { transB: 1 });
    const perImage = onnx.reshape(planes, [batch, channels]);
    let sum = onnx.reshape(onnx.sumRows(perImage, batch), [channels]);
    if (node.attributes.mean === true) {
      sum = onnx.add('Mul', [sum, onnx.scalar(1 / (batch * height * width), 'float32')]);
    }
    context.set(output, output.shape.length === 4 ? onnx.reshape(sum, output.shape) : sum);
  },
};

/** x · scale + shift with one number of each per channel, in one pass over x. */
const scaleShift: OperatorDefinition = {
  op: 'ScaleShift',
  lower(node, context) {
    const onnx = context.onnx;
    const [x, scale, shift] = node.inputs;
    const channels = x!.shape[3]!;
    const filled = (value: number) => onnx.constant('float32', Array<number>(channels).fill(value), [channels]);
    const inputs = [context.getAs(x!, 'channelsFirst'), context.get(scale!), context.get(shift!), filled(0), filled(1)];
    context.set(node.outputs[0]!, onnx.add('BatchNormalization', inputs, { epsilon: 0 }), 'channelsFirst');
  },
};

/** 2^127: takes every normal float above 1 */
const LARGEST_POWER = 2 ** 127;

/**
 * dy where x > 0, else 0. min(max(x · 2^127, 0), 1) is the step function for all normal numbers and costs less than
 * half of comparing and converting.
 */
const reluGradient: OperatorDefinition = {
  op: 'ReluGradient',
  lower(node, context) {
    const onnx = context.onnx;
    const [dy, x] = node.inputs;
    const layout = elementWiseLayout(context, node.inputs, node.outputs[0]!);
    const step = onnx.add('HardSigmoid', [context.getAs(x!, layout)], { alpha: LARGEST_POWER, beta: 0 });
    context.set(node.outputs[0]!, onnx.add('Mul', [context.getAs(dy!, layout), step]), layout);
  },
};

/** Operations that only passes make. */
export const channelModule: KernelModule = { kernels: [], operators: [channelDot, scaleShift, reluGradient] };

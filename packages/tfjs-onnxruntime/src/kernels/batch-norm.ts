import type { OperatorDefinition } from '../graph/lowering.js';
import { operandAs } from './broadcast.js';
import type { KernelDefinition, KernelModule } from './kernel.js';

const fusedBatchNorm: KernelDefinition = {
  kernelName: 'FusedBatchNorm',
  run(call) {
    const x = call.value('x');
    const inputs = [x, call.value('mean'), call.value('variance')];
    const hasOffset = call.has('offset');
    const hasScale = call.has('scale');
    if (hasOffset) inputs.push(call.value('offset'));
    if (hasScale) inputs.push(call.value('scale'));
    const epsilon = call.attribute<number | undefined>('varianceEpsilon') ?? 0.001;
    return call.emit('FusedBatchNorm', inputs, { epsilon, hasOffset, hasScale }, x.shape, x.dtype);
  },
};

/** (x - mean) / sqrt(variance + epsilon) * scale + offset */
const fusedBatchNormOperator: OperatorDefinition = {
  op: 'FusedBatchNorm',
  lower(node, context) {
    const { epsilon, hasOffset, hasScale } = node.attributes;
    const onnx = context.onnx;
    const [x, mean, variance, ...rest] = node.inputs;
    const output = node.outputs[0]!;
    const offset = hasOffset === true ? rest.shift() : undefined;
    const scale = hasScale === true ? rest.shift() : undefined;
    const perChannel = node.inputs.slice(1).every((input) => input.shape.length === 1);
    if (perChannel && x!.shape.length === 4) {
      const channels = x!.shape[3]!;
      const filled = (value: number) => onnx.constant('float32', Array<number>(channels).fill(value), [channels]);
      const inputs = [
        context.getAs(x!, 'channelsFirst'),
        scale === undefined ? filled(1) : context.get(scale),
        offset === undefined ? filled(0) : context.get(offset),
        context.get(mean!),
        context.get(variance!),
      ];
      context.set(output, onnx.add('BatchNormalization', inputs, { epsilon: epsilon as number }), 'channelsFirst');
      return;
    }
    const name = (value: typeof x) => operandAs(context, value!, 'logical', true);
    const shifted = onnx.add('Add', [name(variance), onnx.scalar(epsilon as number, 'float32')]);
    let factor = onnx.add('Reciprocal', [onnx.add('Sqrt', [shifted])]);
    if (scale !== undefined) factor = onnx.add('Mul', [factor, name(scale)]);
    let result = onnx.add('Mul', [onnx.add('Sub', [context.get(x!), name(mean)]), factor]);
    if (offset !== undefined) result = onnx.add('Add', [result, name(offset)]);
    context.set(output, result);
  },
};

/** Batch normalisation with given statistics. */
export const batchNormModule: KernelModule = { kernels: [fusedBatchNorm], operators: [fusedBatchNormOperator] };

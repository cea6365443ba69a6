import type { OperatorDefinition } from '../graph/lowering.js';
import type { KernelDefinition, KernelModule } from './kernel.js';

const softmax: KernelDefinition = {
  kernelName: 'Softmax',
  run(call) {
    const logits = call.value('logits');
    return call.emit('Softmax', [logits], { axis: call.attribute<number>('dim') }, logits.shape, logits.dtype);
  },
};

const softmaxOperator: OperatorDefinition = {
  op: 'Softmax',
  lower(node, context) {
    const axis = node.attributes.axis as number;
    context.set(node.outputs[0]!, context.onnx.add('Softmax', [context.get(node.inputs[0]!)], { axis }));
  },
};

export const softmaxModule: KernelModule = { kernels: [softmax], operators: [softmaxOperator] };

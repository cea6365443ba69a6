import { UnsupportedOperationError } from '../errors.js';
import type { Value } from '../graph/graph.js';
import type { KernelCall } from './kernel.js';

const DIRECT: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
};

/** Records bias and activation of TensorFlow.js's fused kernels as the operations they stand for. */
export function recordBiasAndActivation(call: KernelCall, result: Value): Value {
  let value = result;
  const apply = (op: string, inputs: Value[], attributes: Record<string, number> = {}) => {
    value = call.operation(op, inputs, attributes, result.shape, result.dtype);
  };
  /** A vector is one number per channel; channels are not the last axis when they come first. */
  const perChannel = (name: string) => {
    const operand = call.value(name);
    if (call.attribute('dataFormat') !== 'NCHW' || operand.shape.length !== 1 || operand.shape[0] === 1) return operand;
    const shape = [operand.shape[0]!, 1, 1];
    return call.operation('Reshape', [operand], { shape }, shape, operand.dtype);
  };
  if (call.has('bias')) apply('Add', [value, perChannel('bias')]);
  const activation = call.attribute<string | undefined>('activation') ?? 'linear';
  if (activation === 'prelu') apply('Prelu', [value, perChannel('preluActivationWeights')]);
  else if (activation === 'leakyrelu') {
    apply('LeakyRelu', [value], { alpha: call.attribute<number | undefined>('leakyreluAlpha') ?? 0 });
  } else if (DIRECT[activation] !== undefined) apply(DIRECT[activation], [value]);
  else if (activation !== 'linear') {
    throw new UnsupportedOperationError('fused kernel', `activation '${activation}'`, 'Apply it as an op of its own.');
  }
  return value;
}

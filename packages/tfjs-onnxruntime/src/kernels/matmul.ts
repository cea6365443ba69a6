import { backend_util, util } from '@tensorflow/tfjs-core';
import type { Value } from '../graph/graph.js';
import type { LoweringContext, OperatorDefinition } from '../graph/lowering.js';
import { recordBiasAndActivation } from './activation.js';
import type { KernelCall, KernelDefinition, KernelModule } from './kernel.js';

function recordMatMul(call: KernelCall): Value {
  const a = call.value('a');
  const b = call.value('b');
  const transposeA = call.attribute<boolean | undefined>('transposeA') ?? false;
  const transposeB = call.attribute<boolean | undefined>('transposeB') ?? false;
  const rankA = a.shape.length;
  const rankB = b.shape.length;
  const [rows, innerA] = transposeA ? [rankA - 1, rankA - 2] : [rankA - 2, rankA - 1];
  const [innerB, columns] = transposeB ? [rankB - 1, rankB - 2] : [rankB - 2, rankB - 1];
  util.assert(
    a.shape[innerA] === b.shape[innerB],
    () => `matMul: inner dimensions must be equal, but the shapes are ${a.shape} and ${b.shape}.`,
  );
  const batch = backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...batch, a.shape[rows]!, b.shape[columns]!];
  return call.operation('BatchMatMul', [a, b], { transposeA, transposeB }, shape, a.dtype);
}

const batchMatMul: KernelDefinition = {
  kernelName: 'BatchMatMul',
  run: (call) => call.host.toTensor(recordMatMul(call)),
};

const fusedMatMul: KernelDefinition = {
  kernelName: '_FusedMatMul',
  run: (call) => call.host.toTensor(recordBiasAndActivation(call, recordMatMul(call))),
};

function swapLastAxes(context: LoweringContext, value: Value): string {
  const rank = value.shape.length;
  const perm = [...value.shape.keys()].slice(0, rank - 2);
  return context.onnx.add('Transpose', [context.get(value)], { perm: [...perm, rank - 1, rank - 2] });
}

const matMulOperator: OperatorDefinition = {
  op: 'BatchMatMul',
  lower(node, context) {
    const [a, b] = node.inputs;
    const output = node.outputs[0]!;
    const { transposeA, transposeB } = node.attributes;
    if (transposeA !== true && transposeB !== true) {
      context.set(output, context.onnx.add('MatMul', [context.get(a!), context.get(b!)]));
    } else if (output.dtype === 'float32') {
      const attributes = { transA: transposeA === true ? 1 : 0, transB: transposeB === true ? 1 : 0 };
      context.set(output, context.onnx.addMicrosoft('FusedMatMul', [context.get(a!), context.get(b!)], attributes));
    } else {
      const left = transposeA === true ? swapLastAxes(context, a!) : context.get(a!);
      const right = transposeB === true ? swapLastAxes(context, b!) : context.get(b!);
      context.set(output, context.onnx.add('MatMul', [left, right]));
    }
  },
};

/** Products of matrices. */
export const matMulModule: KernelModule = { kernels: [batchMatMul, fusedMatMul], operators: [matMulOperator] };

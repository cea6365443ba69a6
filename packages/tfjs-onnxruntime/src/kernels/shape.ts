import { util } from '@tensorflow/tfjs-core';
import { UnsupportedOperationError } from '../errors.js';
import type { NumericDataType } from '../graph/graph.js';
import { physicalAxis, physicalOrder } from '../graph/layout.js';
import type { OperatorDefinition } from '../graph/lowering.js';
import { ElementType } from '../onnx/model.js';
import { commonLayout } from './broadcast.js';
import type { KernelDefinition, KernelModule } from './kernel.js';

const identity: KernelDefinition = {
  kernelName: 'Identity',
  run: (call) => call.host.share(call.tensor('x'), call.tensor('x').shape),
};

const reshape: KernelDefinition = {
  kernelName: 'Reshape',
  run(call) {
    const x = call.tensor('x');
    const shape = util.inferFromImplicitShape(call.attribute<number[]>('shape'), util.sizeFromShape(x.shape));
    const size = util.sizeFromShape(x.shape);
    util.assert(
      size === util.sizeFromShape(shape),
      () => `The new shape (${shape}) has to hold as many elements as the old shape (${x.shape}).`,
    );
    return call.host.share(x, shape);
  },
};

/** Recorded by the backend when a tensor is used in another shape than its data was made in. */
const reshapeOperator: OperatorDefinition = {
  op: 'Reshape',
  lower(node, context) {
    const output = node.outputs[0]!;
    const shape = context.onnx.integers(output.shape);
    context.set(output, context.onnx.add('Reshape', [context.get(node.inputs[0]!), shape], { allowzero: 1 }));
  },
};

const expandDims: KernelDefinition = {
  kernelName: 'ExpandDims',
  run(call) {
    const input = call.tensor('input');
    const dim = call.attribute<number>('dim');
    const shape = [...input.shape];
    util.assert(-(shape.length + 1) <= dim && dim <= shape.length, () => {
      return `Axis must be in the interval [${-(shape.length + 1)}, ${shape.length}]; found ${dim}.`;
    });
    shape.splice(dim < 0 ? input.shape.length + dim + 1 : dim, 0, 1);
    return call.host.share(input, shape);
  },
};

const cast: KernelDefinition = {
  kernelName: 'Cast',
  run(call) {
    const x = call.tensor('x');
    const dtype = call.attribute<string>('dtype');
    if (dtype === x.dtype) return call.host.share(x, x.shape);
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
      throw new UnsupportedOperationError('cast', `a cast to ${dtype}`, 'Use float32, int32 or bool.');
    }
    const value = call.value('x');
    return call.emit('Cast', [value], { dtype }, value.shape, dtype as NumericDataType);
  },
};

const castOperator: OperatorDefinition = {
  op: 'Cast',
  lower(node, context) {
    const output = node.outputs[0]!;
    const layout = commonLayout(context, node.inputs, output);
    const x = context.getAs(node.inputs[0]!, layout);
    context.set(output, context.onnx.add('Cast', [x], { to: ElementType[output.dtype] }), layout);
  },
};

const transpose: KernelDefinition = {
  kernelName: 'Transpose',
  run(call) {
    const x = call.value('x');
    const perm = call.attribute<number[]>('perm');
    const shape = perm.map((axis) => x.shape[axis]!);
    return call.emit('Transpose', [x], { perm }, shape, x.dtype);
  },
};

const transposeOperator: OperatorDefinition = {
  op: 'Transpose',
  lower(node, context) {
    const [input] = node.inputs;
    const perm = node.attributes.perm as readonly number[];
    if (input!.shape.length === 4 && context.prefersChannelsFirst(input!)) {
      const physical = perm.map((axis) => physicalAxis(axis, 'channelsFirst'));
      const x = context.getAs(input!, 'channelsFirst');
      context.set(node.outputs[0]!, context.onnx.add('Transpose', [x], { perm: physical }));
      return;
    }
    context.set(node.outputs[0]!, context.onnx.add('Transpose', [context.get(input!)], { perm }));
  },
};

const tile: KernelDefinition = {
  kernelName: 'Tile',
  run(call) {
    const x = call.value('x');
    const reps = call.attribute<number[]>('reps');
    const shape = x.shape.map((dimension, axis) => dimension * reps[axis]!);
    // tf.broadcastTo arrives as Tile
    const broadcasts = x.shape.every((dimension, axis) => dimension === 1 || reps[axis] === 1);
    if (broadcasts) return call.emit('BroadcastTo', [x], { shape }, shape, x.dtype);
    return call.emit('Tile', [x], { reps }, shape, x.dtype);
  },
};

const tileOperator: OperatorDefinition = {
  op: 'Tile',
  lower(node, context) {
    const output = node.outputs[0]!;
    const layout = commonLayout(context, node.inputs, output);
    const reps = node.attributes.reps as readonly number[];
    const physical = output.shape.length === 4 ? physicalOrder(reps, layout) : reps;
    const x = context.getAs(node.inputs[0]!, layout);
    context.set(output, context.onnx.add('Tile', [x, context.onnx.integers(physical)]), layout);
  },
};

const broadcastTo: KernelDefinition = {
  kernelName: 'BroadcastTo',
  run(call) {
    const x = call.value('x');
    const shape = call.attribute<number[]>('shape');
    return call.emit('BroadcastTo', [x], { shape }, shape, x.dtype);
  },
};

const broadcastToOperator: OperatorDefinition = {
  op: 'BroadcastTo',
  lower(node, context) {
    const output = node.outputs[0]!;
    const onnx = context.onnx;
    const layout = node.inputs[0]!.shape.length === 4 ? commonLayout(context, node.inputs, output) : 'logical';
    const shape = output.shape.length === 4 ? physicalOrder(output.shape, layout) : output.shape;
    context.set(output, onnx.add('Expand', [context.getAs(node.inputs[0]!, layout), onnx.integers(shape)]), layout);
  },
};

const reverse: KernelDefinition = {
  kernelName: 'Reverse',
  run(call) {
    const x = call.value('x');
    const axes = util.parseAxisParam(call.attribute<number | number[]>('dims'), [...x.shape]);
    if (x.shape.length === 0 || axes.length === 0) return call.host.share(call.tensor('x'), x.shape);
    return call.emit('Reverse', [x], { axes }, x.shape, x.dtype);
  },
};

const reverseOperator: OperatorDefinition = {
  op: 'Reverse',
  lower(node, context) {
    const output = node.outputs[0]!;
    const onnx = context.onnx;
    const layout = commonLayout(context, node.inputs, output);
    const axes = node.attributes.axes as readonly number[];
    const physical = output.shape.length === 4 ? axes.map((axis) => physicalAxis(axis, layout)) : axes;
    const every = (value: number) => onnx.integers(axes.map(() => value));
    const x = context.getAs(node.inputs[0]!, layout);
    const slice = [x, every(-1), every(-(2 ** 31)), onnx.integers(physical), every(-1)];
    context.set(output, onnx.add('Slice', slice), layout);
  },
};

/** Same elements, other shape, order or type. */
export const shapeModule: KernelModule = {
  kernels: [identity, reshape, expandDims, cast, transpose, tile, broadcastTo, reverse],
  operators: [reshapeOperator, castOperator, transposeOperator, tileOperator, broadcastToOperator, reverseOperator],
};

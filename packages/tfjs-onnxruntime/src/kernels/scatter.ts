import { backend_util } from '@tensorflow/tfjs-core';
import type { OperatorDefinition } from '../graph/lowering.js';
import { ElementType } from '../onnx/model.js';
import type { KernelDefinition, KernelModule } from './kernel.js';

const gatherNd: KernelDefinition = {
  kernelName: 'GatherNd',
  run(call) {
    backend_util.prepareAndValidate(call.tensor('params') as never, call.tensor('indices') as never);
    const x = call.value('params');
    const indices = call.value('indices');
    const depth = indices.shape[indices.shape.length - 1]!;
    const shape = [...indices.shape.slice(0, -1), ...x.shape.slice(depth)];
    return call.emit('GatherNd', [x, indices], {}, shape, x.dtype);
  },
};

const gatherNdOperator: OperatorDefinition = {
  op: 'GatherNd',
  lower(node, context) {
    const [x, indices] = node.inputs;
    const positions = context.onnx.add('Cast', [context.get(indices!)], { to: ElementType.int64 });
    context.set(node.outputs[0]!, context.onnx.add('GatherND', [context.get(x!), positions]));
  },
};

const scatterNd: KernelDefinition = {
  kernelName: 'ScatterNd',
  run(call) {
    const indices = call.value('indices');
    const updates = call.value('updates');
    const shape = call.attribute<number[]>('shape');
    const zeros = call.host.fill(0, shape, updates.dtype);
    const target = call.host.toValue(zeros);
    call.host.disposeTensor(zeros);
    return call.emit('ScatterNd', [target, indices, updates], { reduction: 'add' }, shape, updates.dtype);
  },
};

const tensorScatterUpdate: KernelDefinition = {
  kernelName: 'TensorScatterUpdate',
  run(call) {
    const target = call.value('tensor');
    const inputs = [target, call.value('indices'), call.value('updates')];
    return call.emit('ScatterNd', inputs, { reduction: 'none' }, target.shape, target.dtype);
  },
};

const scatterNdOperator: OperatorDefinition = {
  op: 'ScatterNd',
  lower(node, context) {
    const onnx = context.onnx;
    const [target, indices, updates] = node.inputs;
    const output = node.outputs[0]!;
    const depth = indices!.shape[indices!.shape.length - 1] ?? 1;
    // indices of rank 1 are a column; updates may be one number for all
    const rank1 = indices!.shape.length < 2;
    const rows = rank1 ? [indices!.shape[0] ?? 1, 1] : indices!.shape;
    let positions = onnx.add('Cast', [context.get(indices!)], { to: ElementType.int64 });
    if (rank1) positions = onnx.reshape(positions, rows);
    const shape = [...rows.slice(0, -1), ...output.shape.slice(rank1 ? 1 : depth)];
    const spread = onnx.add('Expand', [context.get(updates!), onnx.integers(shape)]);
    const reduction = node.attributes.reduction as string;
    context.set(output, onnx.add('ScatterND', [context.get(target!), positions, spread], { reduction }));
  },
};

const unsortedSegmentSum: KernelDefinition = {
  kernelName: 'UnsortedSegmentSum',
  run(call) {
    const x = call.value('x');
    const segments = call.value('segmentIds');
    const count = call.attribute<number>('numSegments');
    const rank = segments.shape.length;
    const shape = [count, ...x.shape.slice(rank)];
    return call.emit('UnsortedSegmentSum', [x, segments], {}, shape, x.dtype);
  },
};

/** Negative segments belong nowhere: they are collected in a row past the last, which is cut off. */
const unsortedSegmentSumOperator: OperatorDefinition = {
  op: 'UnsortedSegmentSum',
  lower(node, context) {
    const onnx = context.onnx;
    const [x, segments] = node.inputs;
    const output = node.outputs[0]!;
    const [count, ...rest] = output.shape as readonly [number, ...number[]];
    const flat = onnx.reshape(onnx.add('Cast', [context.get(segments!)], { to: ElementType.int64 }), [-1, 1]);
    const negative = onnx.add('Less', [flat, onnx.scalar(0, 'int64')]);
    const positions = onnx.add('Where', [negative, onnx.scalar(count, 'int64'), flat]);
    const rows = onnx.reshape(context.get(x!), [-1, ...rest]);
    const zeros = onnx.add('Expand', [onnx.scalar(0, x!.dtype), onnx.integers([count + 1, ...rest])]);
    const sums = onnx.add('ScatterND', [zeros, positions, rows], { reduction: 'add' });
    const range = [onnx.integers([0]), onnx.integers([count]), onnx.integers([0])];
    context.set(output, onnx.add('Slice', [sums, ...range]));
  },
};

/** Elements and rows read and written by position. */
export const scatterModule: KernelModule = {
  kernels: [gatherNd, scatterNd, tensorScatterUpdate, unsortedSegmentSum],
  operators: [gatherNdOperator, scatterNdOperator, unsortedSegmentSumOperator],
};

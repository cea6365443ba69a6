import { backend_util, slice_util, util } from '@tensorflow/tfjs-core';
import type { Value } from '../graph/graph.js';
import { physicalAxis, physicalOrder } from '../graph/layout.js';
import type { OperatorDefinition } from '../graph/lowering.js';
import { commonLayout } from './broadcast.js';
import type { KernelDefinition, KernelModule } from './kernel.js';

const slice: KernelDefinition = {
  kernelName: 'Slice',
  run(call) {
    const x = call.value('x');
    const shape = [...x.shape];
    const [begin, size] = slice_util.parseSliceParams(
      call.tensor('x') as never,
      call.attribute<number | number[]>('begin'),
      call.attribute<number | number[]>('size'),
    );
    slice_util.assertParamsValid(call.tensor('x') as never, begin, size);
    if (shape.length === 0) return call.host.share(call.tensor('x'), shape);
    return call.emit('Slice', [x], { begin, size }, size, x.dtype);
  },
};

const sliceOperator: OperatorDefinition = {
  op: 'Slice',
  lower(node, context) {
    const output = node.outputs[0]!;
    const onnx = context.onnx;
    const layout = commonLayout(context, node.inputs, output);
    const begin = node.attributes.begin as readonly number[];
    const end = begin.map((start, axis) => start + output.shape[axis]!);
    const order = (values: readonly number[]) =>
      onnx.integers(output.shape.length === 4 ? physicalOrder(values, layout) : values);
    const x = context.getAs(node.inputs[0]!, layout);
    const axes = onnx.integers(begin.map((_start, axis) => axis));
    context.set(output, onnx.add('Slice', [x, order(begin), order(end), axes]), layout);
  },
};

const stridedSlice: KernelDefinition = {
  kernelName: 'StridedSlice',
  run(call) {
    const x = call.value('x');
    const info = slice_util.sliceInfo(
      [...x.shape],
      call.attribute<number[]>('begin'),
      call.attribute<number[]>('end'),
      call.attribute<number[]>('strides'),
      call.attribute<number>('beginMask'),
      call.attribute<number>('endMask'),
      call.attribute<number>('ellipsisMask'),
      call.attribute<number>('newAxisMask'),
      call.attribute<number>('shrinkAxisMask'),
    );
    if (info.isIdentity) return call.host.share(call.tensor('x'), info.finalShape);
    const { begin, end, strides } = info;
    const shape = slice_util.computeOutShape(begin, end, strides);
    const sliced = call.operation('StridedSlice', [x], { begin, strides }, shape, x.dtype);
    return { ...call.host.toTensor(sliced), shape: info.finalShape };
  },
};

const stridedSliceOperator: OperatorDefinition = {
  op: 'StridedSlice',
  lower(node, context) {
    const onnx = context.onnx;
    const output = node.outputs[0]!;
    const begin = node.attributes.begin as readonly number[];
    const strides = node.attributes.strides as readonly number[];
    const end = begin.map((start, axis) => {
      const last = start + output.shape[axis]! * strides[axis]!;
      // below 0 would count from the end
      return last < 0 ? -(2 ** 31) : last;
    });
    const axes = begin.map((_start, axis) => axis);
    const lists = [begin, end, axes, strides].map((list) => onnx.integers(list));
    context.set(output, onnx.add('Slice', [context.get(node.inputs[0]!), ...lists]));
  },
};

const concat: KernelDefinition = {
  kernelName: 'Concat',
  run(call) {
    const tensors = call.tensors();
    const [axis] = util.parseAxisParam(call.attribute<number>('axis'), tensors[0]!.shape);
    const shapes = tensors.map((tensor) => tensor.shape);
    backend_util.assertParamsConsistent(shapes, axis!);
    const shape = backend_util.computeOutShape(shapes, axis!);
    const filled = tensors.filter((tensor) => util.sizeFromShape(tensor.shape) > 0);
    if (filled.length === 1) return call.host.share(filled[0]!, filled[0]!.shape);
    const values = filled.map((tensor) => call.host.toValue(tensor));
    return call.emit('Concat', values, { axis: axis! }, shape, (values[0] ?? call.host.toValue(tensors[0]!)).dtype);
  },
};

const concatOperator: OperatorDefinition = {
  op: 'Concat',
  lower(node, context) {
    const output = node.outputs[0]!;
    const layout = commonLayout(context, node.inputs, output);
    const axis = node.attributes.axis as number;
    const names = node.inputs.map((input) => context.getAs(input, layout));
    const physical = output.shape.length === 4 ? physicalAxis(axis, layout) : axis;
    context.set(output, context.onnx.add('Concat', names, { axis: physical }), layout);
  },
};

const pack: KernelDefinition = {
  kernelName: 'Pack',
  run(call) {
    const values = call.tensors().map((tensor) => call.host.toValue(tensor));
    const first = values[0]!;
    for (const { shape, dtype } of values) {
      util.assertShapesMatch([...first.shape], [...shape], 'All tensors passed to stack must have matching shapes');
      util.assert(dtype === first.dtype, () => 'All tensors passed to stack must have matching dtypes');
    }
    const axis = call.attribute<number>('axis');
    const expanded = [...first.shape];
    expanded.splice(axis, 0, 1);
    const parts = values.map((value) => call.operation('Reshape', [value], { shape: expanded }, expanded, value.dtype));
    const shape = [...expanded];
    shape[axis] = values.length;
    return call.emit('Concat', parts, { axis }, shape, first.dtype);
  },
};

/** Parts of a value along an axis. */
function splitValue(
  call: Parameters<KernelDefinition['run']>[0],
  x: Value,
  axis: number,
  sizes: readonly number[],
): Value[] {
  let start = 0;
  return sizes.map((length) => {
    const begin = x.shape.map(() => 0);
    begin[axis] = start;
    const size = [...x.shape];
    size[axis] = length;
    start += length;
    return call.operation('Slice', [x], { begin, size }, size, x.dtype);
  });
}

const unpack: KernelDefinition = {
  kernelName: 'Unpack',
  run(call) {
    const x = call.value('value');
    const [axis] = util.parseAxisParam(call.attribute<number>('axis'), [...x.shape]);
    const shape = x.shape.filter((_dimension, index) => index !== axis);
    const sizes = Array<number>(x.shape[axis!]!).fill(1);
    return splitValue(call, x, axis!, sizes).map((part) => call.emit('Reshape', [part], { shape }, shape, x.dtype));
  },
};

const splitV: KernelDefinition = {
  kernelName: 'SplitV',
  run(call) {
    const x = call.value('x');
    const [axis] = util.parseAxisParam(call.attribute<number>('axis'), [...x.shape]);
    const sizes = backend_util.prepareSplitSize(
      call.tensor('x') as never,
      call.attribute<number[] | number>('numOrSizeSplits'),
      axis,
    );
    return splitValue(call, x, axis!, sizes).map((part) => call.host.toTensor(part));
  },
};

/** Parts of tensors, and tensors put together. */
export const sliceModule: KernelModule = {
  kernels: [slice, stridedSlice, concat, pack, unpack, splitV],
  operators: [sliceOperator, stridedSliceOperator, concatOperator],
};

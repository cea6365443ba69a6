import { backend_util, util } from '@tensorflow/tfjs-core';
import type { NumericDataType } from '../graph/graph.js';
import type { LoweringContext, OperatorDefinition } from '../graph/lowering.js';
import { ElementType } from '../onnx/model.js';
import { commonLayout } from './broadcast.js';
import type { KernelDefinition, KernelModule } from './kernel.js';

const select: KernelDefinition = {
  kernelName: 'Select',
  run(call) {
    const t = call.value('t');
    const e = call.value('e');
    let condition = call.value('condition');
    if (condition.shape.length === 1 && t.shape.length > 1) {
      // a vector condition chooses whole rows
      const shape = [condition.shape[0]!, ...t.shape.slice(1).map(() => 1)];
      condition = call.operation('Reshape', [condition], { shape }, shape, condition.dtype);
    }
    return call.emit('Select', [condition, t, e], {}, t.shape, t.dtype);
  },
};

/** Where has no kernel for bool. */
function where(context: LoweringContext, names: readonly [string, string, string], dtype: NumericDataType): string {
  const onnx = context.onnx;
  if (dtype !== 'bool') return onnx.add('Where', [...names]);
  const [condition, yes, no] = names;
  const asInteger = (name: string) => onnx.add('Cast', [name], { to: ElementType.int32 });
  return onnx.add('Cast', [onnx.add('Where', [condition, asInteger(yes), asInteger(no)])], { to: ElementType.bool });
}

const selectOperator: OperatorDefinition = {
  op: 'Select',
  lower(node, context) {
    const [condition, t, e] = node.inputs;
    const output = node.outputs[0]!;
    const layout = commonLayout(context, node.inputs, output);
    let chosen = condition!.shape.length === 4 ? context.getAs(condition!, layout) : context.get(condition!);
    if (condition!.dtype !== 'bool') chosen = context.onnx.add('Cast', [chosen], { to: ElementType.bool });
    const names = [chosen, context.getAs(t!, layout), context.getAs(e!, layout)] as const;
    context.set(output, where(context, names, output.dtype), layout);
  },
};

const gatherV2: KernelDefinition = {
  kernelName: 'GatherV2',
  run(call) {
    const x = call.value('x');
    const indices = call.value('indices');
    const [axis] = util.parseAxisParam(call.attribute<number>('axis'), [...x.shape]);
    const batchDims = call.attribute<number | undefined>('batchDims') ?? 0;
    const info = backend_util.segment_util.collectGatherOpShapeInfo(
      call.tensor('x') as never,
      call.tensor('indices') as never,
      axis!,
      batchDims,
    );
    if (batchDims === 0) return call.emit('Gather', [x, indices], { axis: axis! }, info.outputShape, x.dtype);
    const { batchSize, outerSize, dimSize, sliceSize } = info;
    const flatShape = [batchSize, outerSize, dimSize, sliceSize];
    const indexShape = [batchSize, util.sizeFromShape([...indices.shape]) / batchSize];
    const flat = call.operation('Reshape', [x], { shape: flatShape }, flatShape, x.dtype);
    const flatIndices = call.operation('Reshape', [indices], { shape: indexShape }, indexShape, indices.dtype);
    const shape = [batchSize, outerSize, indexShape[1]!, sliceSize];
    const gathered = call.operation('GatherBatched', [flat, flatIndices], {}, shape, x.dtype);
    return call.emit('Reshape', [gathered], { shape: info.outputShape }, info.outputShape, x.dtype);
  },
};

const gatherOperator: OperatorDefinition = {
  op: 'Gather',
  lower(node, context) {
    const [x, indices] = node.inputs;
    const axis = node.attributes.axis as number;
    context.set(node.outputs[0]!, context.onnx.add('Gather', [context.get(x!), context.get(indices!)], { axis }));
  },
};

/** x [batch, outer, size, slice], indices [batch, count]: the position is repeated over outer and slice. */
const gatherBatchedOperator: OperatorDefinition = {
  op: 'GatherBatched',
  lower(node, context) {
    const onnx = context.onnx;
    const [x, indices] = node.inputs;
    const output = node.outputs[0]!;
    const expanded = onnx.add('Unsqueeze', [context.get(indices!), onnx.integers([1, 3])]);
    const positions = onnx.add('Expand', [expanded, onnx.integers(output.shape)]);
    context.set(output, onnx.add('GatherElements', [context.get(x!), positions], { axis: 2 }));
  },
};

const oneHot: KernelDefinition = {
  kernelName: 'OneHot',
  run(call) {
    const indices = call.value('indices');
    const depth = call.attribute<number>('depth');
    const onValue = call.attribute<number>('onValue');
    const offValue = call.attribute<number>('offValue');
    const dtype = call.attribute<NumericDataType | undefined>('dtype') ?? 'int32';
    const shape = [...indices.shape, depth];
    return call.emit('OneHot', [indices], { depth, onValue, offValue, dtype }, shape, dtype);
  },
};

/** Compared with 0, 1, … depth - 1: an index outside gives a row without a hot element, as in TensorFlow. */
const oneHotOperator: OperatorDefinition = {
  op: 'OneHot',
  lower(node, context) {
    const onnx = context.onnx;
    const input = node.inputs[0]!;
    const output = node.outputs[0]!;
    const { depth, onValue, offValue } = node.attributes as { depth: number; onValue: number; offValue: number };
    const column = onnx.add('Unsqueeze', [context.get(input), onnx.integers([input.shape.length])]);
    const classes = onnx.constant('int32', [...Array(depth).keys()], [depth]);
    const hot = onnx.add('Equal', [column, classes]);
    const type = output.dtype === 'bool' ? 'int32' : output.dtype;
    const result = onnx.add('Where', [hot, onnx.scalar(onValue, type), onnx.scalar(offValue, type)]);
    context.set(output, output.dtype === 'bool' ? onnx.add('Cast', [result], { to: ElementType.bool }) : result);
  },
};

const topK: KernelDefinition = {
  kernelName: 'TopK',
  run(call) {
    const x = call.value('x');
    const k = call.attribute<number>('k');
    const sorted = call.attribute<boolean>('sorted');
    const shape = [...x.shape.slice(0, -1), k];
    const outputs = [
      { shape, dtype: x.dtype },
      { shape, dtype: 'int32' as const },
    ];
    return call.host.operation('TopK', [x], { k, sorted }, outputs).map((value) => call.host.toTensor(value));
  },
};

const topKOperator: OperatorDefinition = {
  op: 'TopK',
  lower(node, context) {
    const onnx = context.onnx;
    const count = onnx.integers([node.attributes.k as number]);
    const [values, positions] = onnx.addMany('TopK', [context.get(node.inputs[0]!), count], 2, { axis: -1 });
    context.set(node.outputs[0]!, values!);
    context.set(node.outputs[1]!, onnx.add('Cast', [positions!], { to: ElementType.int32 }));
  },
};

/** Elements chosen by a condition, by position or by rank. */
export const selectModule: KernelModule = {
  kernels: [select, gatherV2, oneHot, topK],
  operators: [selectOperator, gatherOperator, gatherBatchedOperator, oneHotOperator, topKOperator],
};

import { backend_util, util } from '@tensorflow/tfjs-core';
import type { GraphNode, NumericDataType } from '../graph/graph.js';
import { type AxisLayout, physicalAxis } from '../graph/layout.js';
import type { LoweringContext, OperatorDefinition } from '../graph/lowering.js';
import { ElementType } from '../onnx/model.js';
import type { KernelDefinition, KernelModule } from './kernel.js';

interface Reduction {
  readonly kernelName: string;
  readonly opType: string;
  /** Type of the result for an input of the given type. */
  readonly output: (input: NumericDataType) => NumericDataType;
  readonly axisAttribute: 'axis' | 'reductionIndices';
}

const asSum = (input: NumericDataType): NumericDataType => (input === 'bool' ? 'int32' : input);
const same = (input: NumericDataType): NumericDataType => input;

const REDUCTIONS: readonly Reduction[] = [
  { kernelName: 'Sum', opType: 'ReduceSum', output: asSum, axisAttribute: 'axis' },
  { kernelName: 'Mean', opType: 'ReduceMean', output: () => 'float32', axisAttribute: 'axis' },
  { kernelName: 'Prod', opType: 'ReduceProd', output: asSum, axisAttribute: 'axis' },
  { kernelName: 'Max', opType: 'ReduceMax', output: same, axisAttribute: 'reductionIndices' },
  { kernelName: 'Min', opType: 'ReduceMin', output: same, axisAttribute: 'axis' },
  { kernelName: 'All', opType: 'ReduceMin', output: () => 'bool', axisAttribute: 'axis' },
  { kernelName: 'Any', opType: 'ReduceMax', output: () => 'bool', axisAttribute: 'axis' },
];

function kernelOf(reduction: Reduction): KernelDefinition {
  return {
    kernelName: reduction.kernelName,
    run(call) {
      const x = call.value('x');
      const axes = util
        .parseAxisParam(call.attribute<number | number[]>(reduction.axisAttribute), [...x.shape])
        .sort((a, b) => a - b);
      const keepDims = call.attribute<boolean | undefined>('keepDims') ?? false;
      const [reduced] = backend_util.computeOutAndReduceShapes([...x.shape], axes);
      const shape = keepDims ? backend_util.expandShapeToKeepDim(reduced, axes) : reduced;
      return call.emit(reduction.kernelName, [x], { axes, keepDims }, shape, reduction.output(x.dtype));
    },
  };
}

/** A reduction of a channels-first value keeps the order of the other axes unless channels stay behind an image axis. */
function reductionLayout(context: LoweringContext, node: GraphNode): AxisLayout {
  const [input] = node.inputs;
  if (input!.shape.length !== 4 || !context.prefersChannelsFirst(input!)) return 'logical';
  if (node.attributes.keepDims === true) return 'channelsFirst';
  const axes = node.attributes.axes as readonly number[];
  const imageAxisStays = !axes.includes(1) || !axes.includes(2);
  return axes.includes(3) || !imageAxisStays ? 'channelsFirst' : 'logical';
}

const isExtreme = ({ kernelName }: Reduction) => kernelName === 'Max' || kernelName === 'Min';

/** ONNX Runtime's extremes step over NaN, which would hide that a computation has failed. */
function keepNaN(context: LoweringContext, x: string, extreme: string, axes: readonly number[], keepDims: boolean) {
  const onnx = context.onnx;
  const marks = onnx.add('Cast', [onnx.add('IsNaN', [x])], { to: ElementType.float32 });
  const some = onnx.add('ReduceMax', [marks, onnx.integers(axes)], { keepdims: keepDims ? 1 : 0 });
  const anyNaN = onnx.add('Cast', [some], { to: ElementType.bool });
  return onnx.add('Where', [anyNaN, onnx.scalar(Number.NaN, 'float32'), extreme]);
}

function operatorOf(reduction: Reduction): OperatorDefinition {
  return {
    op: reduction.kernelName,
    lower(node, context) {
      const [input] = node.inputs;
      const output = node.outputs[0]!;
      const keepDims = node.attributes.keepDims === true;
      const layout = reductionLayout(context, node);
      let x = context.getAs(input!, layout);
      const axes = node.attributes.axes as readonly number[];
      if (axes.length === 0 && input!.dtype === output.dtype) {
        context.set(output, context.onnx.add('Identity', [x]), layout);
        return;
      }
      const computed = output.dtype === 'bool' ? 'int32' : output.dtype;
      if (input!.dtype !== computed) x = context.onnx.add('Cast', [x], { to: ElementType[computed] });
      const physical = axes.map((axis) => physicalAxis(axis, layout)).sort((a, b) => a - b);
      let result =
        axes.length === 0
          ? x
          : context.onnx.add(reduction.opType, [x, context.onnx.integers(physical)], { keepdims: keepDims ? 1 : 0 });
      if (isExtreme(reduction) && computed === 'float32' && axes.length > 0) {
        result = keepNaN(context, x, result, physical, keepDims);
      }
      if (computed !== output.dtype) result = context.onnx.add('Cast', [result], { to: ElementType[output.dtype] });
      context.set(output, result, keepDims ? layout : 'logical');
    },
  };
}

function argKernel(kernelName: 'ArgMax' | 'ArgMin'): KernelDefinition {
  return {
    kernelName,
    run(call) {
      const x = call.value('x');
      const [axis] = util.parseAxisParam(call.attribute<number>('axis'), [...x.shape]);
      const shape = x.shape.filter((_dimension, index) => index !== axis);
      return call.emit(kernelName, [x], { axis: axis! }, shape, 'int32');
    },
  };
}

function argOperator(op: 'ArgMax' | 'ArgMin'): OperatorDefinition {
  return {
    op,
    lower(node, context) {
      const input = node.inputs[0]!;
      let x = context.get(input);
      if (input.dtype === 'bool') x = context.onnx.add('Cast', [x], { to: ElementType.int32 });
      if (input.dtype === 'float32') {
        // NaN is never the extreme, wherever it stands
        const last = context.onnx.scalar(op === 'ArgMax' ? -Infinity : Infinity, 'float32');
        x = context.onnx.add('Where', [context.onnx.add('IsNaN', [x]), last, x]);
      }
      const index = context.onnx.add(op, [x], { axis: node.attributes.axis as number, keepdims: 0 });
      context.set(node.outputs[0]!, context.onnx.add('Cast', [index], { to: ElementType.int32 }));
    },
  };
}

function cumulativeKernel(kernelName: 'Cumsum' | 'Cumprod'): KernelDefinition {
  return {
    kernelName,
    run(call) {
      const x = call.value('x');
      const [axis] = util.parseAxisParam(call.attribute<number>('axis'), [...x.shape]);
      const exclusive = call.attribute<boolean>('exclusive');
      const reverse = call.attribute<boolean>('reverse');
      return call.emit(kernelName, [x], { axis: axis!, exclusive, reverse }, x.shape, asSum(x.dtype));
    },
  };
}

const cumsumOperator: OperatorDefinition = {
  op: 'Cumsum',
  lower(node, context) {
    const input = node.inputs[0]!;
    let x = context.get(input);
    if (input.dtype === 'bool') x = context.onnx.add('Cast', [x], { to: ElementType.int32 });
    const axis = context.onnx.scalar(node.attributes.axis as number, 'int64');
    const result = context.onnx.add('CumSum', [x, axis], {
      exclusive: node.attributes.exclusive === true ? 1 : 0,
      reverse: node.attributes.reverse === true ? 1 : 0,
    });
    context.set(node.outputs[0]!, result);
  },
};

/** Reductions over axes, positions of extremes, running sums. */
export const reduceModule: KernelModule = {
  kernels: [...REDUCTIONS.map(kernelOf), argKernel('ArgMax'), argKernel('ArgMin'), cumulativeKernel('Cumsum')],
  operators: [...REDUCTIONS.map(operatorOf), argOperator('ArgMax'), argOperator('ArgMin'), cumsumOperator],
};

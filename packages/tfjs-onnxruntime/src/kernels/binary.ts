import { backend_util } from '@tensorflow/tfjs-core';
import { constantOf, type NumericDataType, sameShape } from '../graph/graph.js';
import type { OperatorDefinition } from '../graph/lowering.js';
import type { OnnxBuilder } from '../onnx/builder.js';
import { ElementType } from '../onnx/model.js';
import { elementWiseLayout, operandAs } from './broadcast.js';
import type { KernelDefinition, KernelModule } from './kernel.js';

type Formula = (onnx: OnnxBuilder, a: string, b: string, type: NumericDataType) => string;

interface BinaryOptions {
  /** Type of the result; the operands' type when absent. */
  readonly output?: NumericDataType;
  /** The operator takes bool operands as they are; otherwise they are computed as int32. */
  readonly takesBool?: boolean;
}

const direct =
  (opType: string): Formula =>
  (onnx, a, b) =>
    onnx.add(opType, [a, b]);

const floorDivide: Formula = (onnx, a, b, type) => {
  if (type === 'float32') return onnx.add('Floor', [onnx.add('Div', [a, b])]);
  // float64 holds every int32 quotient exactly enough for floor
  const wide = (name: string) => onnx.add('Cast', [name], { to: ElementType.float64 });
  const quotient = onnx.add('Floor', [onnx.add('Div', [wide(a), wide(b)])]);
  return onnx.add('Cast', [quotient], { to: ElementType.int32 });
};

const modulo: Formula = (onnx, a, b, type) => {
  if (type !== 'float32') return onnx.add('Mod', [a, b]);
  // the sign of the divisor, as in TensorFlow: fmod, then + b where the signs differ
  const remainder = onnx.add('Mod', [a, b], { fmod: 1 });
  const zero = onnx.scalar(0, 'float32');
  const differ = onnx.add('Xor', [onnx.add('Less', [remainder, zero]), onnx.add('Less', [b, zero])]);
  const nonZero = onnx.add('Not', [onnx.add('Equal', [remainder, zero])]);
  return onnx.add('Where', [onnx.add('And', [differ, nonZero]), onnx.add('Add', [remainder, b]), remainder]);
};

const squaredDifference: Formula = (onnx, a, b) => {
  const difference = onnx.add('Sub', [a, b]);
  return onnx.add('Mul', [difference, difference]);
};

const atan2: Formula = (onnx, a, b) => {
  const zero = onnx.scalar(0, 'float32');
  const pi = onnx.scalar(Math.PI, 'float32');
  const base = onnx.add('Atan', [onnx.add('Div', [a, b])]);
  const yNegative = onnx.add('Less', [a, zero]);
  const shift = onnx.add('Where', [yNegative, onnx.add('Neg', [pi]), pi]);
  const shifted = onnx.add('Where', [onnx.add('Less', [b, zero]), onnx.add('Add', [base, shift]), base]);
  const bothZero = onnx.add('And', [onnx.add('Equal', [a, zero]), onnx.add('Equal', [b, zero])]);
  return onnx.add('Where', [bothZero, zero, shifted]);
};

const prelu: Formula = (onnx, x, alpha) => {
  const negative = onnx.add('Min', [x, onnx.scalar(0, 'float32')]);
  return onnx.add('Add', [onnx.add('Relu', [x]), onnx.add('Mul', [alpha, negative])]);
};

const eluGradient: Formula = (onnx, dy, y) => {
  // y = exp(x) - 1 below 0, so dy/dx = y + 1 there and 1 above
  const slope = onnx.add('Min', [onnx.add('Add', [y, onnx.scalar(1, 'float32')]), onnx.scalar(1, 'float32')]);
  return onnx.add('Mul', [dy, slope]);
};

const divide: Formula = (onnx, a, b, type) => {
  if (type === 'float32') return onnx.add('Div', [a, b]);
  const asFloat = (name: string) => onnx.add('Cast', [name], { to: ElementType.float32 });
  return onnx.add('Cast', [onnx.add('Div', [asFloat(a), asFloat(b)])], { to: ElementType.int32 });
};

const not =
  (formula: Formula): Formula =>
  (onnx, a, b, type) =>
    onnx.add('Not', [formula(onnx, a, b, type)]);

const FORMULAS: Readonly<Record<string, readonly [Formula, BinaryOptions?]>> = {
  Add: [direct('Add')],
  Sub: [direct('Sub')],
  Multiply: [direct('Mul')],
  RealDiv: [divide],
  FloorDiv: [floorDivide],
  Mod: [modulo],
  Pow: [direct('Pow')],
  Maximum: [direct('Max')],
  Minimum: [direct('Min')],
  SquaredDifference: [squaredDifference],
  Atan2: [atan2],
  Prelu: [prelu, { output: 'float32' }],
  EluGrad: [eluGradient],
  BitwiseAnd: [direct('BitwiseAnd')],
  Equal: [direct('Equal'), { output: 'bool', takesBool: true }],
  NotEqual: [not(direct('Equal')), { output: 'bool', takesBool: true }],
  Greater: [direct('Greater'), { output: 'bool' }],
  GreaterEqual: [direct('GreaterOrEqual'), { output: 'bool' }],
  Less: [direct('Less'), { output: 'bool' }],
  LessEqual: [direct('LessOrEqual'), { output: 'bool' }],
  LogicalAnd: [direct('And'), { output: 'bool', takesBool: true }],
  LogicalOr: [direct('Or'), { output: 'bool', takesBool: true }],
  LogicalXor: [direct('Xor'), { output: 'bool', takesBool: true }],
};

/** Input names where they are not `a` and `b`. */
const INPUT_NAMES: Readonly<Record<string, readonly [string, string]>> = {
  Prelu: ['x', 'alpha'],
  EluGrad: ['dy', 'y'],
};

function kernelOf(kernelName: string, options: BinaryOptions): KernelDefinition {
  const [nameA, nameB] = INPUT_NAMES[kernelName] ?? ['a', 'b'];
  return {
    kernelName,
    run(call) {
      const a = call.value(nameA);
      const b = call.value(nameB);
      const shape = sameShape(a.shape, b.shape)
        ? a.shape
        : backend_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
      return call.emit(kernelName, [a, b], {}, shape, options.output ?? a.dtype);
    },
  };
}

function operatorOf(op: string, formula: Formula, options: BinaryOptions): OperatorDefinition {
  return {
    op,
    lower(node, context) {
      const [a, b] = node.inputs;
      const output = node.outputs[0]!;
      const layout = elementWiseLayout(context, node.inputs, output);
      const bothConstant = constantOf(a!) !== undefined && constantOf(b!) !== undefined;
      const name = (value: typeof a, other: typeof a) => {
        const operand = operandAs(context, value!, layout, !bothConstant && sameShape(other!.shape, output.shape));
        if (options.output === 'float32' && value!.dtype !== 'float32') {
          return context.onnx.add('Cast', [operand], { to: ElementType.float32 });
        }
        const asIntegers = value!.dtype === 'bool' && options.takesBool !== true;
        return asIntegers ? context.onnx.add('Cast', [operand], { to: ElementType.int32 }) : operand;
      };
      const type = a!.dtype === 'bool' ? 'int32' : a!.dtype;
      let result = formula(context.onnx, name(a, b), name(b, a), type);
      if (output.dtype === 'bool' && options.output === undefined) {
        result = context.onnx.add('Cast', [result], { to: ElementType.bool });
      }
      context.set(output, result, layout);
    },
  };
}

const addN: KernelDefinition = {
  kernelName: 'AddN',
  run(call) {
    const values = call.tensors().map((tensor) => call.host.toValue(tensor));
    return call.emit('AddN', values, {}, values[0]!.shape, values[0]!.dtype);
  },
};

const addNOperator: OperatorDefinition = {
  op: 'AddN',
  lower(node, context) {
    const output = node.outputs[0]!;
    const layout = elementWiseLayout(context, node.inputs, output);
    const names = node.inputs.map((input) => context.getAs(input, layout));
    const sum = names.reduce((total, name) => context.onnx.add('Add', [total, name]));
    context.set(output, names.length === 1 ? context.onnx.add('Identity', [sum]) : sum, layout);
  },
};

const entries = Object.entries(FORMULAS);

/** Element-wise functions of two tensors (which broadcast), and the sum of many. */
export const binaryModule: KernelModule = {
  kernels: [...entries.map(([name, [, options]]) => kernelOf(name, options ?? {})), addN],
  operators: [...entries.map(([name, [formula, options]]) => operatorOf(name, formula, options ?? {})), addNOperator],
};

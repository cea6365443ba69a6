import type { Attributes, GraphNode, NumericDataType } from '../graph/graph.js';
import type { LoweringContext, OperatorDefinition } from '../graph/lowering.js';
import type { OnnxBuilder } from '../onnx/builder.js';
import { ElementType } from '../onnx/model.js';
import { commonLayout, elementWiseLayout } from './broadcast.js';
import type { KernelDefinition, KernelModule } from './kernel.js';

type Formula = (onnx: OnnxBuilder, x: string, attributes: Attributes) => string;

interface UnaryOptions {
  /** The formula holds for int32 too; otherwise integers go through float32 and are truncated back. */
  readonly integers?: Formula;
  readonly output?: NumericDataType;
  readonly attributes?: readonly string[];
}

const float = (onnx: OnnxBuilder, value: number) => onnx.scalar(value, 'float32');
const same: Formula = (_onnx, x) => x;
const direct =
  (opType: string, attributes: Record<string, number> = {}): Formula =>
  (onnx, x) =>
    onnx.add(opType, [x], attributes);

const log1p: Formula = (onnx, x) => {
  // log(1 + x) loses x below 1e-7; log(u) * x / (u - 1) with u = 1 + x does not (W. Kahan, HP-15C manual, 1982).
  const u = onnx.add('Add', [x, float(onnx, 1)]);
  const difference = onnx.add('Sub', [u, float(onnx, 1)]);
  const quotient = onnx.add('Div', [onnx.add('Mul', [onnx.add('Log', [u]), x]), difference]);
  const finite = onnx.add('Where', [onnx.add('IsInf', [u]), onnx.add('Log', [u]), quotient]);
  return onnx.add('Where', [onnx.add('Equal', [difference, float(onnx, 0)]), x, finite]);
};

const expm1: Formula = (onnx, x) => {
  // exp(x) - 1 = tanh(x / 2) * (exp(x) + 1), exact near 0
  const tanh = onnx.add('Tanh', [onnx.add('Mul', [x, float(onnx, 0.5)])]);
  return onnx.add('Mul', [tanh, onnx.add('Add', [onnx.add('Exp', [x]), float(onnx, 1)])]);
};

const step: Formula = (onnx, x, attributes) => {
  const positive = onnx.add('Greater', [x, float(onnx, 0)]);
  const step = onnx.add('Where', [positive, float(onnx, 1), float(onnx, attributes.alpha as number)]);
  return onnx.add('Where', [onnx.add('IsNaN', [x]), x, step]);
};

const clip =
  (type: 'float32' | 'int32'): Formula =>
  (onnx, x, attributes) =>
    onnx.add('Clip', [
      x,
      onnx.scalar(attributes.clipValueMin as number, type),
      onnx.scalar(attributes.clipValueMax as number, type),
    ]);

const finite: Formula = (onnx, x) =>
  onnx.add('Not', [onnx.add('Or', [onnx.add('IsInf', [x]), onnx.add('IsNaN', [x])])]);

const rsqrt: Formula = (onnx, x) => onnx.add('Reciprocal', [onnx.add('Sqrt', [x])]);
/** ONNX's Sign keeps NaN, TensorFlow.js gives 0. */
const sign: Formula = (onnx, x) => {
  const zero = float(onnx, 0);
  const asFloat = (name: string) => onnx.add('Cast', [name], { to: 1 });
  const positive = asFloat(onnx.add('Greater', [x, zero]));
  return onnx.add('Sub', [positive, asFloat(onnx.add('Less', [x, zero]))]);
};
const square: Formula = (onnx, x) => onnx.add('Mul', [x, x]);

const FORMULAS: Readonly<Record<string, readonly [Formula, UnaryOptions?]>> = {
  Abs: [direct('Abs'), { integers: direct('Abs') }],
  Acos: [direct('Acos')],
  Acosh: [direct('Acosh')],
  Asin: [direct('Asin')],
  Asinh: [direct('Asinh')],
  Atan: [direct('Atan')],
  Atanh: [direct('Atanh')],
  Ceil: [direct('Ceil'), { integers: same }],
  ClipByValue: [clip('float32'), { integers: clip('int32'), attributes: ['clipValueMin', 'clipValueMax'] }],
  Cos: [direct('Cos')],
  Cosh: [direct('Cosh')],
  Elu: [direct('Elu', { alpha: 1 })],
  Erf: [direct('Erf')],
  Exp: [direct('Exp'), { output: 'float32' }],
  Expm1: [expm1],
  Floor: [direct('Floor'), { integers: same }],
  IsFinite: [finite, { output: 'bool' }],
  IsInf: [direct('IsInf'), { output: 'bool' }],
  IsNan: [direct('IsNaN'), { output: 'bool' }],
  LeakyRelu: [
    (onnx, x, attributes) => onnx.add('LeakyRelu', [x], { alpha: attributes.alpha as number }),
    { attributes: ['alpha'], output: 'float32' },
  ],
  Log: [direct('Log')],
  Log1p: [log1p],
  Neg: [direct('Neg'), { integers: direct('Neg') }],
  Reciprocal: [direct('Reciprocal')],
  Relu: [direct('Relu'), { integers: direct('Relu') }],
  Relu6: [(onnx, x) => onnx.add('Clip', [x, float(onnx, 0), float(onnx, 6)])],
  Round: [direct('Round'), { integers: same }],
  Rsqrt: [rsqrt],
  Selu: [direct('Selu')],
  Sigmoid: [direct('Sigmoid')],
  Sign: [sign, { integers: direct('Sign') }],
  Sin: [direct('Sin')],
  Sinh: [direct('Sinh')],
  Softplus: [direct('Softplus')],
  Sqrt: [direct('Sqrt')],
  Square: [square, { integers: square }],
  Step: [step, { attributes: ['alpha'] }],
  Tan: [direct('Tan')],
  Tanh: [direct('Tanh')],
};

function kernelOf(kernelName: string, options: UnaryOptions): KernelDefinition {
  const names = options.attributes ?? [];
  return {
    kernelName,
    run(call) {
      const x = call.value('x');
      const attributes: Record<string, number> = {};
      for (const name of names) attributes[name] = call.attribute<number | undefined>(name) ?? 0;
      return call.emit(kernelName, [x], attributes, x.shape, options.output ?? x.dtype);
    },
  };
}

function operatorOf(op: string, formula: Formula, options: UnaryOptions): OperatorDefinition {
  return {
    op,
    lower(node: GraphNode, context: LoweringContext) {
      const [input] = node.inputs;
      const [output] = node.outputs;
      const layout = elementWiseLayout(context, node.inputs, output!);
      const onnx = context.onnx;
      const x = context.getAs(input!, layout);
      if (input!.dtype === 'float32') {
        context.set(output!, formula(onnx, x, node.attributes), layout);
      } else if (input!.dtype === 'int32' && options.integers !== undefined) {
        context.set(output!, options.integers(onnx, x, node.attributes), layout);
      } else {
        const result = formula(onnx, onnx.add('Cast', [x], { to: 1 }), node.attributes);
        const converted = options.output ? result : onnx.add('Cast', [result], { to: ElementType[output!.dtype] });
        context.set(output!, converted, layout);
      }
    },
  };
}

const logicalNot: OperatorDefinition = {
  op: 'LogicalNot',
  lower(node, context) {
    const layout = commonLayout(context, node.inputs, node.outputs[0]!);
    context.set(node.outputs[0]!, context.onnx.add('Not', [context.getAs(node.inputs[0]!, layout)]), layout);
  },
};

const entries = Object.entries(FORMULAS);

/** Element-wise functions of one tensor. */
export const unaryModule: KernelModule = {
  kernels: [...entries.map(([name, [, options]]) => kernelOf(name, options ?? {})), kernelOf('LogicalNot', {})],
  operators: [...entries.map(([name, [formula, options]]) => operatorOf(name, formula, options ?? {})), logicalNot],
};

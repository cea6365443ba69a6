import { physicalOrder } from '../graph/layout.js';
import type { OperatorDefinition } from '../graph/lowering.js';
import { ElementType } from '../onnx/model.js';
import { commonLayout } from './broadcast.js';
import type { KernelDefinition, KernelModule } from './kernel.js';

const padV2: KernelDefinition = {
  kernelName: 'PadV2',
  run(call) {
    const x = call.value('x');
    const paddings = call.attribute<[number, number][]>('paddings');
    const value = call.attribute<number | undefined>('constantValue') ?? 0;
    const shape = x.shape.map((dimension, axis) => dimension + paddings[axis]![0] + paddings[axis]![1]);
    if (x.shape.length === 0 || paddings.every(([before, after]) => before + after === 0)) {
      return call.host.share(call.tensor('x'), x.shape);
    }
    if (x.shape.includes(0)) return call.host.fill(value, shape, x.dtype);
    return call.emit('PadV2', [x], { paddings, value, mode: 'constant' }, shape, x.dtype);
  },
};

const mirrorPad: KernelDefinition = {
  kernelName: 'MirrorPad',
  run(call) {
    const x = call.value('x');
    const paddings = call.attribute<[number, number][]>('paddings');
    const mode = call.attribute<'reflect' | 'symmetric'>('mode');
    const shape = x.shape.map((dimension, axis) => dimension + paddings[axis]![0] + paddings[axis]![1]);
    if (mode === 'reflect') return call.emit('PadV2', [x], { paddings, value: 0, mode: 'reflect' }, shape, x.dtype);
    return call.emit('SymmetricPad', [x], { paddings }, shape, x.dtype);
  },
};

const padOperator: OperatorDefinition = {
  op: 'PadV2',
  lower(node, context) {
    const onnx = context.onnx;
    const input = node.inputs[0]!;
    const output = node.outputs[0]!;
    const layout = commonLayout(context, node.inputs, output);
    const paddings = node.attributes.paddings as readonly (readonly [number, number])[];
    const order = output.shape.length === 4 ? physicalOrder(paddings, layout) : paddings;
    const pads = [...order.map(([before]) => before), ...order.map(([, after]) => after)];
    let x = context.getAs(input, layout);
    if (input.dtype === 'bool') x = onnx.add('Cast', [x], { to: ElementType.int32 });
    const type = input.dtype === 'bool' ? 'int32' : input.dtype;
    const fill = onnx.scalar(node.attributes.value as number, type);
    let result = onnx.add('Pad', [x, onnx.integers(pads), fill], { mode: node.attributes.mode as string });
    if (input.dtype === 'bool') result = onnx.add('Cast', [result], { to: ElementType.bool });
    context.set(output, result, layout);
  },
};

/** Mirrors including the edge, which ONNX's Pad has no mode for: positions are gathered axis by axis. */
const symmetricPadOperator: OperatorDefinition = {
  op: 'SymmetricPad',
  lower(node, context) {
    const input = node.inputs[0]!;
    const paddings = node.attributes.paddings as readonly (readonly [number, number])[];
    let result = context.get(input);
    paddings.forEach(([before, after], axis) => {
      if (before + after === 0) return;
      const length = input.shape[axis]!;
      const positions = Array.from({ length: before + length + after }, (_unused, index) => {
        const position = index - before;
        if (position < 0) return -position - 1;
        return position >= length ? 2 * length - 1 - position : position;
      });
      result = context.onnx.add('Gather', [result, context.onnx.integers(positions)], { axis });
    });
    context.set(node.outputs[0]!, result);
  },
};

/** Tensors with a border. */
export const padModule: KernelModule = { kernels: [padV2, mirrorPad], operators: [padOperator, symmetricPadOperator] };

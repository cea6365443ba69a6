import type { OperatorDefinition } from '../graph/lowering.js';
import { ElementType } from '../onnx/model.js';
import type { KernelCall, KernelDefinition, KernelModule } from './kernel.js';

type Method = 'bilinear' | 'nearest';

interface ResizeAttributes {
  readonly method: Method;
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/**
 * Weights of the old pixels (columns) in each new pixel (rows) along one axis, row by row; the sampling positions are
 * those of TensorFlow's resize operations.
 */
function resizeMatrix(oldSize: number, newSize: number, attributes: ResizeAttributes): number[] {
  const { method, alignCorners, halfPixelCenters } = attributes;
  const aligned = alignCorners && newSize > 1;
  const ratio = (aligned ? oldSize - 1 : oldSize) / (aligned ? newSize - 1 : newSize);
  const matrix = Array<number>(newSize * oldSize).fill(0);
  for (let index = 0; index < newSize; index += 1) {
    const add = (position: number, weight: number) => {
      matrix[index * oldSize + position]! += weight;
    };
    if (method === 'nearest') {
      const source = halfPixelCenters ? ratio * (index + 0.5) : ratio * index;
      add(Math.max(0, Math.min(oldSize - 1, alignCorners ? Math.round(source) : Math.floor(source))), 1);
    } else {
      const source = halfPixelCenters ? ratio * (index + 0.5) - 0.5 : ratio * index;
      const before = Math.max(0, Math.floor(source));
      add(before, 1 - (source - before));
      add(Math.max(0, Math.min(oldSize - 1, Math.ceil(source))), source - before);
    }
  }
  return matrix;
}

function attributesOf(call: KernelCall, method: Method) {
  return {
    method,
    alignCorners: call.attribute<boolean>('alignCorners'),
    halfPixelCenters: call.attribute<boolean | undefined>('halfPixelCenters') ?? false,
  };
}

function resizeKernel(kernelName: string, method: Method): KernelDefinition {
  return {
    kernelName,
    run(call) {
      const x = call.value('images');
      const [height, width] = call.attribute<[number, number]>('size');
      const shape = [x.shape[0]!, height, width, x.shape[3]!];
      const dtype = method === 'bilinear' ? 'float32' : x.dtype;
      return call.emit('Resize', [x], attributesOf(call, method), shape, dtype);
    },
  };
}

function resizeGradientKernel(kernelName: string, method: Method): KernelDefinition {
  return {
    kernelName,
    run(call) {
      const { shape } = call.value('images');
      return call.emit('ResizeGradient', [call.value('dy')], attributesOf(call, method), shape, 'float32');
    },
  };
}

/** Resizing is linear along each axis: rows · image · columnsᵀ; its gradient takes the transposed matrices. */
function resizeOperator(op: 'Resize' | 'ResizeGradient'): OperatorDefinition {
  return {
    op,
    lower(node, context) {
      const onnx = context.onnx;
      const input = node.inputs[0]!;
      const output = node.outputs[0]!;
      const attributes = node.attributes as unknown as ResizeAttributes;
      const backward = op === 'ResizeGradient';
      const [small, large] = backward ? [output, input] : [input, output];
      const matrix = (axis: number) => {
        const [before, after] = [small.shape[axis]!, large.shape[axis]!];
        return onnx.constant('float32', resizeMatrix(before, after, attributes), [after, before]);
      };
      let x = context.getAs(input, 'channelsFirst');
      if (input.dtype !== 'float32') x = onnx.add('Cast', [x], { to: ElementType.float32 });
      const wide = onnx.addMicrosoft('FusedMatMul', [x, matrix(2)], { transB: backward ? 0 : 1 });
      let result = onnx.addMicrosoft('FusedMatMul', [matrix(1), wide], { transA: backward ? 1 : 0 });
      if (output.dtype !== 'float32') result = onnx.add('Cast', [result], { to: ElementType[output.dtype] });
      context.set(output, result, 'channelsFirst');
    },
  };
}

/** Resizing of images, and its gradients. */
export const resizeModule: KernelModule = {
  kernels: [
    resizeKernel('ResizeBilinear', 'bilinear'),
    resizeKernel('ResizeNearestNeighbor', 'nearest'),
    resizeGradientKernel('ResizeBilinearGrad', 'bilinear'),
    resizeGradientKernel('ResizeNearestNeighborGrad', 'nearest'),
  ],
  operators: [resizeOperator('Resize'), resizeOperator('ResizeGradient')],
};

import { util } from '@tensorflow/tfjs-core';
import type { NumericDataType } from '../graph/graph.js';
import type { KernelDefinition, KernelModule } from './kernel.js';

const fill: KernelDefinition = {
  kernelName: 'Fill',
  run(call) {
    const value = call.attribute<number>('value');
    const dtype = call.attribute<NumericDataType | undefined>('dtype') ?? (util.inferDtype(value) as NumericDataType);
    return call.host.fill(value, call.attribute<number[]>('shape'), dtype);
  },
};

function likeKernel(kernelName: 'ZerosLike' | 'OnesLike', value: number): KernelDefinition {
  return {
    kernelName,
    run(call) {
      const x = call.tensor('x');
      return call.host.fill(value, x.shape, x.dtype as NumericDataType);
    },
  };
}

const range: KernelDefinition = {
  kernelName: 'Range',
  run(call) {
    const start = call.attribute<number>('start');
    const stop = call.attribute<number>('stop');
    const asked = call.attribute<number>('step');
    // a step of 1, which is what TensorFlow.js takes when none is given, also counts downwards
    const step = asked === 1 && stop < start ? -1 : asked;
    const dtype = call.attribute<'float32' | 'int32' | undefined>('dtype') ?? 'float32';
    const count = Math.max(0, Math.ceil((stop - start) / step));
    const length = Number.isFinite(count) ? count : 0;
    const values = util.makeZerosTypedArray(length, dtype);
    for (let index = 0; index < length; index += 1) values[index] = start + index * step;
    return call.host.upload(values, [length], dtype);
  },
};

const linSpace: KernelDefinition = {
  kernelName: 'LinSpace',
  run(call) {
    const start = call.attribute<number>('start');
    const stop = call.attribute<number>('stop');
    const count = call.attribute<number>('num');
    const values = Float32Array.from({ length: count }, (_unused, index) =>
      count === 1 ? start : start + (index * (stop - start)) / (count - 1),
    );
    return call.host.upload(values, [count], 'float32');
  },
};

/** Tensors made from numbers. */
export const fillModule: KernelModule = {
  kernels: [fill, likeKernel('ZerosLike', 0), likeKernel('OnesLike', 1), range, linSpace],
  operators: [],
};

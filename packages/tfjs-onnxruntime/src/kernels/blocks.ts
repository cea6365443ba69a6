import { backend_util } from '@tensorflow/tfjs-core';
import type { Value } from '../graph/graph.js';
import type { KernelCall, KernelDefinition, KernelModule } from './kernel.js';

function reshaped(call: KernelCall, x: Value, shape: readonly number[]): Value {
  return call.operation('Reshape', [x], { shape }, shape, x.dtype);
}

function transposed(call: KernelCall, x: Value, perm: readonly number[]): Value {
  const shape = perm.map((axis) => x.shape[axis]!);
  return call.operation('Transpose', [x], { perm }, shape, x.dtype);
}

const product = (sizes: readonly number[]) => sizes.reduce((total, size) => total * size, 1);

const spaceToBatch: KernelDefinition = {
  kernelName: 'SpaceToBatchND',
  run(call) {
    let x = call.value('x');
    const block = call.attribute<number[]>('blockShape');
    const given = call.attribute<[number, number][]>('paddings');
    const rest = x.shape.slice(1 + block.length).map((): [number, number] => [0, 0]);
    const paddings: [number, number][] = [[0, 0], ...given, ...rest];
    const padded = x.shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1]);
    x = call.operation('PadV2', [x], { paddings, value: 0, mode: 'constant' }, padded, x.dtype);
    const size = product(block);
    const split = reshaped(call, x, backend_util.getReshaped(padded, block, size, false));
    const moved = transposed(call, split, backend_util.getPermuted(split.shape.length, block.length, false));
    return call.host.toTensor(reshaped(call, moved, backend_util.getReshapedPermuted(padded, block, size, false)));
  },
};

const batchToSpace: KernelDefinition = {
  kernelName: 'BatchToSpaceND',
  run(call) {
    const x = call.value('x');
    const block = call.attribute<number[]>('blockShape');
    const crops = call.attribute<number[][]>('crops');
    const size = product(block);
    const shape = [...x.shape];
    const split = reshaped(call, x, backend_util.getReshaped(shape, block, size));
    const moved = transposed(call, split, backend_util.getPermuted(split.shape.length, block.length));
    const joined = reshaped(call, moved, backend_util.getReshapedPermuted(shape, block, size));
    const rest = joined.shape.slice(1 + block.length);
    const begin = [...backend_util.getSliceBeginCoords(crops, block.length), ...rest.map(() => 0)];
    const cropped = [...backend_util.getSliceSize([...joined.shape], crops, block.length), ...rest];
    return call.emit('Slice', [joined], { begin, size: cropped }, cropped, x.dtype);
  },
};

const depthToSpace: KernelDefinition = {
  kernelName: 'DepthToSpace',
  run(call) {
    const x = call.value('x');
    const block = call.attribute<number>('blockSize');
    const channelsFirst = call.attribute<'NHWC' | 'NCHW'>('dataFormat') === 'NCHW';
    const [batch, a, b, c] = x.shape as readonly [number, number, number, number];
    const [height, width, channels] = channelsFirst ? [b, c, a] : [a, b, c];
    const depth = channels / (block * block);
    if (channelsFirst) {
      const split = reshaped(call, x, [batch, block, block, depth, height, width]);
      const moved = transposed(call, split, [0, 3, 4, 1, 5, 2]);
      return call.host.toTensor(reshaped(call, moved, [batch, depth, height * block, width * block]));
    }
    const split = reshaped(call, x, [batch, height, width, block, block, depth]);
    const moved = transposed(call, split, [0, 1, 3, 2, 4, 5]);
    return call.host.toTensor(reshaped(call, moved, [batch, height * block, width * block, depth]));
  },
};

/** Blocks of pixels to batch or channels and back. */
export const blocksModule: KernelModule = { kernels: [spaceToBatch, batchToSpace, depthToSpace], operators: [] };

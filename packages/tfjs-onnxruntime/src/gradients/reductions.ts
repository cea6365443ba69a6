import { engine, mul, reshape, type Tensor, util } from '@tensorflow/tfjs-core';
import type { GradientOverride } from './gradient-override.js';

function axesOf(attributes: object, x: Tensor): number[] {
  return util.parseAxisParam((attributes as { axis: number | number[] }).axis, x.shape);
}

/** dy repeated over the reduced axes. `tf.broadcastTo` would tile; the kernel BroadcastTo says what is meant. */
function spread(dy: Tensor, x: Tensor, axes: readonly number[]): Tensor {
  const inputShape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const inputs = { x: reshape(dy, inputShape) };
  return engine().runKernel('BroadcastTo', inputs, { shape: x.shape, inputShape }) as Tensor;
}

/** TensorFlow.js fills a tensor of x's size with ones in JavaScript; the broadcast needs no data. */
export const sumGradient: GradientOverride = {
  kernelName: 'Sum',
  gradient: (dy, [x], attributes) => ({ x: () => spread(dy, x!, axesOf(attributes, x!)) }),
};

export const meanGradient: GradientOverride = {
  kernelName: 'Mean',
  gradient: (dy, [x], attributes) => ({
    x: () => {
      const axes = axesOf(attributes, x!);
      const count = axes.reduce((product, axis) => product * x!.shape[axis]!, 1);
      return spread(mul(dy, 1 / count), x!, axes);
    },
  }),
};

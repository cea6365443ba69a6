import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import type { Architecture } from './architecture.js';
import { NetworkBuilder } from './network-builder.js';

export const sequenceOptions = z.strictObject({
  /** How many frames of a sequence are taken; see `pickFrames`. */
  frames: z.number().int().positive().default(12),
  /** Dropout after each hidden dense layer: sequences are few. */
  dropout: z.number().min(0).lt(1).default(0.5),
});

/**
 * The deep temporal appearance network (Jung, Lee, Yim, Park & Kim 2015, ICCV, section 3.1): the frames of a sequence as channels of one picture, so that each has
 * filters of its own; two convolutions with pools, two dense layers of 500.
 */
export const dtan: Architecture<typeof sequenceOptions> = {
  id: 'dtan',
  source: 'Jung et al. 2015, ICCV',
  tags: ['study', 'sequence'],
  takes: 'frames',
  defaultInput: { height: 64, width: 64, channels: 1 },
  range: [-1, 1],
  classes: 7,
  options: sequenceOptions,
  build({ input, classes, seed, options }) {
    const net = new NetworkBuilder({ seed, kernels: 'he-uniform' });
    const frames = net.picture(input, options.frames);
    return net.model(this.id, frames, net.softmax(addAppearanceLogits(net, frames, classes, options.dropout)));
  },
};

/** All of DTAN up to its logits. */
export function addAppearanceLogits(net: NetworkBuilder, frames: SymbolicTensor, classes: number, dropout: number) {
  let x = frames;
  for (const [index, kernelSize] of [5, 3].entries()) {
    const name = `appearance_conv${index + 1}`;
    x = net.relu(net.convolution(x, name, { filters: 64, kernelSize, bias: true }), `${name}_relu`);
    x = net.maxPool(x, `appearance_pool${index + 1}`, { poolSize: 2 });
  }
  x = net.flatten(x, 'appearance_flatten');
  for (const name of ['appearance_dense1', 'appearance_dense2']) {
    x = net.dropout(net.relu(net.dense(x, name, 500), `${name}_relu`), `${name}_dropout`, dropout);
  }
  return net.dense(x, 'appearance_logits', classes);
}

import { z } from 'zod';
import type { Architecture } from './architecture.js';
import { NetworkBuilder } from './network-builder.js';

const optionsSchema = z.strictObject({
  /** Dropout after each block of convolutions. */
  blockDropout: z.number().min(0).lt(1).default(0.25),
  /** Dropout after each of the two hidden dense layers. */
  dropout: z.number().min(0).lt(1).default(0.5),
});

const BLOCKS = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [256, 256, 256],
] as const;

/** The VGG13 of FER+ (Barsoum, Zhang, Canton Ferrer & Zhang 2016, arXiv 1608.01041, figure 3): 8,757,704 parameters at 64×64×1 with 8 classes. */
export const vgg13FerPlus: Architecture<typeof optionsSchema> = {
  id: 'vgg13-ferplus',
  source: 'Barsoum et al. 2016, arXiv 1608.01041',
  tags: ['study', 'plain'],
  takes: 'picture',
  defaultInput: { height: 64, width: 64, channels: 1 },
  range: [-1, 1],
  classes: 8,
  options: optionsSchema,
  build({ input, classes, seed, options }) {
    // Dense layers as in CNTK, whose default is Glorot's.
    const net = new NetworkBuilder({ seed, kernels: 'he-uniform', denseKernels: 'glorot-uniform' });
    const picture = net.picture(input);
    let x = picture;
    for (const [block, convolutions] of BLOCKS.entries()) {
      for (const [index, filters] of convolutions.entries()) {
        const name = `block${block + 1}_conv${index + 1}`;
        x = net.relu(net.convolution(x, name, { filters, kernelSize: 3, bias: true }), `${name}_relu`);
      }
      x = net.maxPool(x, `block${block + 1}_pool`, { poolSize: 2 });
      x = net.dropout(x, `block${block + 1}_dropout`, options.blockDropout);
    }
    x = net.flatten(x);
    for (const name of ['dense1', 'dense2']) {
      x = net.relu(net.dense(x, name, 1024), `${name}_relu`);
      x = net.dropout(x, `${name}_dropout`, options.dropout);
    }
    return net.model(this.id, picture, net.softmax(net.dense(x, 'logits', classes)));
  },
};

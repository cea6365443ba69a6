import { z } from 'zod';
import type { Architecture } from './architecture.js';
import { NetworkBuilder } from './network-builder.js';

const optionsSchema = z.strictObject({
  /** Batch normalisation after each convolution (torchvision's `vgg…_bn`). */
  batchNorm: z.boolean().default(false),
  /** Dropout after the two hidden dense layers. */
  dropout: z.number().min(0).lt(1).default(0.5),
  /** Width of the two hidden dense layers. */
  units: z.number().int().positive().default(4096),
});

/** How many convolutions each of the five blocks has (table 1 of the paper: A, B, D, E). */
const BLOCKS = {
  vgg11: [1, 1, 2, 2, 2],
  vgg13: [2, 2, 2, 2, 2],
  vgg16: [2, 2, 3, 3, 3],
  vgg19: [2, 2, 4, 4, 4],
} as const;
const FILTERS = [64, 128, 256, 512, 512] as const;

/**
 * VGG (Simonyan & Zisserman 2015, arXiv 1409.1556): 3×3 convolutions in five blocks, each ending in a pool, and three dense layers. Parameters at
 * 224×224×3 with 1,000 classes as in torchvision. What the convolutions leave is flattened as it is, so that smaller pictures (from 32×32)
 * need fewer parameters; at 224×224 that is torchvision's 7×7.
 */
function vgg(id: keyof typeof BLOCKS): Architecture<typeof optionsSchema> {
  return {
    id,
    source: 'Simonyan & Zisserman 2015, arXiv 1409.1556',
    tags: ['study', 'plain', 'torchvision'],
    takes: 'picture',
    defaultInput: { height: 224, width: 224, channels: 3 },
    range: [-1, 1],
    classes: 1000,
    options: optionsSchema,
    build({ input, classes, seed, options }) {
      const net = new NetworkBuilder({
        seed,
        kernels: 'he-uniform',
        // As torchvision's: with He's, the first answers are so sure that the dense layers end in a constant at the usual rates.
        denseKernels: 'small-normal',
        batchNorm: { momentum: 0.9, epsilon: 1e-5 },
      });
      const picture = net.picture(input);
      let x = picture;
      // torchvision's number of the next layer.
      let number = 0;
      for (const [block, count] of BLOCKS[id].entries()) {
        for (let convolution = 0; convolution < count; convolution++) {
          x = net.convolution(x, `features_${number}`, { filters: FILTERS[block], kernelSize: 3, bias: true });
          number += 1;
          if (options.batchNorm) {
            x = net.batchNorm(x, `features_${number}`);
            number += 1;
          }
          x = net.relu(x, `features_${number}`);
          number += 1;
        }
        x = net.maxPool(x, `features_${number}`, { poolSize: 2 });
        number += 1;
      }
      x = net.flatten(x);
      for (const [index, name] of ['classifier_0', 'classifier_3'].entries()) {
        x = net.relu(net.dense(x, name, options.units), `${name}_relu`);
        x = net.dropout(x, `dropout${index + 1}`, options.dropout);
      }
      return net.model(id, picture, net.softmax(net.dense(x, 'classifier_6', classes)));
    },
  };
}

export const vgg11 = vgg('vgg11');
export const vgg13 = vgg('vgg13');
export const vgg16 = vgg('vgg16');
export const vgg19 = vgg('vgg19');

import { z } from 'zod';
import type { Architecture } from './architecture.js';
import { NetworkBuilder } from './network-builder.js';
import { addResNetTrunk, RESNET_BATCH_NORM, trunkOptionsSchema } from './resnet.js';

const optionsSchema = trunkOptionsSchema.extend({
  /** Dropout after each hidden dense layer. */
  dropout: z.number().min(0).lt(1).default(0.2),
});

/**
 * The study's ResNet-50 with a head of its own: the last feature maps flattened, then dense layers of 1024, 128 and 32 with ReLU and dropout .2
 * each, then the classes. The layers of ResNet-50 have the names they have in `resnet50`, so its weights can be carried over.
 */
export const resnet50Head: Architecture<typeof optionsSchema> = {
  id: 'resnet50-head',
  source: 'the study; He et al. 2016, arXiv 1512.03385',
  tags: ['study', 'residual'],
  takes: 'picture',
  defaultInput: { height: 224, width: 224, channels: 3 },
  range: [-1, 1],
  classes: 7,
  options: optionsSchema,
  build({ input, classes, seed, options }) {
    const net = new NetworkBuilder({ seed, kernels: 'he-uniform', batchNorm: RESNET_BATCH_NORM });
    const picture = net.picture(input);
    let x = net.flatten(addResNetTrunk(net, picture, 'resnet50', options));
    for (const [index, units] of [1024, 128, 32].entries()) {
      const name = `head${index + 1}`;
      x = net.relu(net.dense(x, name, units), `${name}_relu`);
      x = net.dropout(x, `${name}_dropout`, options.dropout);
    }
    return net.model(this.id, picture, net.softmax(net.dense(x, 'logits', classes)));
  },
};

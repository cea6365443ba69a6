import { z } from 'zod';
import type { Architecture } from './architecture.js';
import { NetworkBuilder } from './network-builder.js';

const optionsSchema = z.strictObject({
  /** Dropout before the output; the paper has none. */
  dropout: z.number().min(0).lt(1).default(0),
});

/**
 * The network of Lopes, de Aguiar, De Souza & Oliveira-Santos (2017, Pattern Recognition 61): 32×32 pixels, two convolutions with pools, a dense layer of
 * 256. Its results come from what is done before it: faces turned level, cropped by the distance of the eyes, and normalised locally by mean
 * and deviation in 7×7 windows.
 */
export const lopes: Architecture<typeof optionsSchema> = {
  id: 'lopes',
  source: 'Lopes et al. 2017, Pattern Recognition 61',
  tags: ['study', 'plain'],
  takes: 'picture',
  defaultInput: { height: 32, width: 32, channels: 1 },
  range: [-1, 1],
  classes: 7,
  options: optionsSchema,
  build({ input, classes, seed, options }) {
    const net = new NetworkBuilder({ seed, kernels: 'he-uniform' });
    const picture = net.picture(input);
    let x = net.convolution(picture, 'conv1', { filters: 32, kernelSize: 5, padding: 'valid', bias: true });
    x = net.maxPool(net.relu(x, 'conv1_relu'), 'pool1', { poolSize: 2 });
    x = net.convolution(x, 'conv2', { filters: 64, kernelSize: 7, padding: 'valid', bias: true });
    x = net.maxPool(net.relu(x, 'conv2_relu'), 'pool2', { poolSize: 2 });
    x = net.relu(net.dense(net.flatten(x), 'dense', 256), 'dense_relu');
    x = net.dropout(x, 'dropout', options.dropout);
    return net.model(this.id, picture, net.softmax(net.dense(x, 'logits', classes)));
  },
};

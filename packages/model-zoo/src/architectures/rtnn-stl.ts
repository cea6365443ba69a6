import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { PictureDerivatives } from '../layers/picture-derivatives.js';
import { SpatialTransformer } from '../layers/spatial-transformer.js';
import type { Architecture } from './architecture.js';
import { addMiniXception, miniXceptionOptions } from './mini-xception.js';
import { NetworkBuilder } from './network-builder.js';

const optionsSchema = miniXceptionOptions.extend({
  /** Let the network turn, scale and shift the face before it looks at it. */
  transformer: z.boolean().default(true),
  /** Give it the length of the picture's gradient as a further channel. */
  gradient: z.boolean().default(true),
  /** Give it the picture's Laplacian as a further channel. */
  laplacian: z.boolean().default(true),
});

/**
 * mini-Xception behind a spatial transformer, with the picture's gradient and Laplacian as further channels (arXiv 1902.05411). The study's
 * variants, with and without each, are combinations of the options. The localisation network is our own.
 */
export const rtnnStl: Architecture<typeof optionsSchema> = {
  id: 'rtnn-stl',
  source: 'arXiv 1902.05411; Jaderberg et al. 2015, arXiv 1506.02025',
  tags: ['study', 'residual', 'separable', 'spatial-transformer'],
  takes: 'picture',
  defaultInput: { height: 64, width: 64, channels: 1 },
  range: [-1, 1],
  classes: 7,
  options: optionsSchema,
  build({ input, classes, seed, options }) {
    const { transformer, gradient, laplacian, l2, batchNormMomentum: momentum } = options;
    const net = new NetworkBuilder({ seed, batchNorm: { momentum } });
    const picture = net.picture(input);
    let x = transformer ? addTransformer(net, picture) : picture;
    if (gradient || laplacian) x = net.apply(new PictureDerivatives({ name: 'derivatives', gradient, laplacian }), x);
    return net.model(this.id, picture, addMiniXception(net, x, classes, l2));
  },
};

/** A localisation network of two convolutions, whose last layer begins at 0 (the identity), and the resampling. */
function addTransformer(net: NetworkBuilder, picture: SymbolicTensor): SymbolicTensor {
  let x = picture;
  for (const [index, filters] of [8, 16].entries()) {
    const name = `localisation_conv${index + 1}`;
    x = net.maxPool(x, `${name}_pool`, { poolSize: 2 });
    x = net.relu(net.convolution(x, name, { filters, kernelSize: 5, strides: 2, bias: true }), `${name}_relu`);
  }
  x = net.relu(net.dense(net.flatten(x, 'localisation_flatten'), 'localisation_dense', 32), 'localisation_relu');
  const change = net.dense(x, 'localisation_change', 6, { zero: true });
  return net.apply(new SpatialTransformer({ name: 'transformer' }), [picture, change]);
}

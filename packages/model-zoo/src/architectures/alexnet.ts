import { z } from 'zod';
import type { Architecture } from './architecture.js';
import { NetworkBuilder } from './network-builder.js';

const optionsSchema = z.strictObject({
  /** Dropout before the two hidden dense layers. */
  dropout: z.number().min(0).lt(1).default(0.5),
  /** Width of the two hidden dense layers. */
  units: z.number().int().positive().default(4096),
});

/** Filters, kernel, stride, padding, and whether a pool follows; layer numbers are torchvision's. */
const CONVOLUTIONS = [
  { name: 'features_0', filters: 64, kernelSize: 11, strides: 4, padding: 2, pool: true },
  { name: 'features_3', filters: 192, kernelSize: 5, padding: 2, pool: true },
  { name: 'features_6', filters: 384, kernelSize: 3, padding: 1, pool: false },
  { name: 'features_8', filters: 256, kernelSize: 3, padding: 1, pool: false },
  { name: 'features_10', filters: 256, kernelSize: 3, padding: 1, pool: true },
] as const;

/**
 * AlexNet (Krizhevsky, Sutskever & Hinton 2012) in its one-column form (Krizhevsky 2014, arXiv 1404.5997) with torchvision's numbers: 61,100,840
 * parameters at 224×224×3 with 1,000 classes. What the convolutions leave is flattened as it is, so that smaller pictures (from 63×63)
 * need fewer parameters; at 224×224 that is torchvision's 6×6.
 */
export const alexnet: Architecture<typeof optionsSchema> = {
  id: 'alexnet',
  source: 'Krizhevsky et al. 2012; Krizhevsky 2014, arXiv 1404.5997',
  tags: ['study', 'plain', 'torchvision'],
  takes: 'picture',
  defaultInput: { height: 224, width: 224, channels: 3 },
  range: [-1, 1],
  classes: 1000,
  options: optionsSchema,
  build({ input, classes, seed, options }) {
    const net = new NetworkBuilder({ seed, kernels: 'he-uniform' });
    const picture = net.picture(input);
    let x = picture;
    for (const { name, pool, ...convolution } of CONVOLUTIONS) {
      x = net.relu(net.convolution(x, name, { ...convolution, bias: true }), `${name}_relu`);
      if (pool) x = net.maxPool(x, `${name}_pool`, { poolSize: 3, strides: 2 });
    }
    x = net.flatten(x);
    for (const [index, name] of ['classifier_1', 'classifier_4'].entries()) {
      x = net.dropout(x, `dropout${index + 1}`, options.dropout);
      x = net.relu(net.dense(x, name, options.units), `${name}_relu`);
    }
    return net.model(this.id, picture, net.softmax(net.dense(x, 'classifier_6', classes)));
  },
};

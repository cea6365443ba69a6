import { z } from 'zod';
import type { Architecture } from './architecture.js';
import { NetworkBuilder } from './network-builder.js';

const optionsSchema = z.strictObject({
  /** Dropout before the output. */
  dropout: z.number().min(0).lt(1).default(0.5),
});

/** Kernel sizes and paddings as in the author's configuration for cuda-convnet; with them 42×42 pixels become 5×5. */
const CONVOLUTIONS = [
  { filters: 32, kernelSize: 5, padding: 2 },
  { filters: 32, kernelSize: 4, padding: 1 },
  { filters: 64, kernelSize: 5, padding: 2 },
] as const;

/**
 * The network that won the FER-2013 challenge (Tang 2013, arXiv 1306.0239) and that Shin, Kim & Kwon (2016) found best of four: three convolutions, each
 * with a pool of 3×3 and stride 2, and a dense layer of 3,072. 5,008,295 parameters at 42×42×1 with 7 classes. Tang trains it with the
 * squared hinge loss of an SVM; here it ends in a softmax like the others.
 */
export const tang: Architecture<typeof optionsSchema> = {
  id: 'tang',
  source: 'Tang 2013, arXiv 1306.0239; Shin et al. 2016',
  tags: ['study', 'plain'],
  takes: 'picture',
  defaultInput: { height: 42, width: 42, channels: 1 },
  range: [-1, 1],
  classes: 7,
  options: optionsSchema,
  build({ input, classes, seed, options }) {
    const net = new NetworkBuilder({ seed, kernels: 'he-uniform' });
    const picture = net.picture(input);
    let x = picture;
    for (const [index, convolution] of CONVOLUTIONS.entries()) {
      const name = `conv${index + 1}`;
      x = net.relu(net.convolution(x, name, { ...convolution, bias: true }), `${name}_relu`);
      x = net.maxPool(x, `pool${index + 1}`, { poolSize: 3, strides: 2, padding: 'ceil' });
    }
    x = net.relu(net.dense(net.flatten(x), 'dense', 3072), 'dense_relu');
    x = net.dropout(x, 'dropout', options.dropout);
    return net.model(this.id, picture, net.softmax(net.dense(x, 'logits', classes)));
  },
};

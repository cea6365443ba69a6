import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import type { Architecture } from './architecture.js';
import { NetworkBuilder } from './network-builder.js';

const optionsSchema = z.strictObject({
  /** Channels of the first convolution, which sees the picture at its full size. */
  stem: z.number().int().positive().default(16),
  /** Channels of the stages; each halves the sides at its start. */
  widths: z.array(z.number().int().positive()).min(1).default([32, 64, 128, 256]),
  /** Residual blocks in each stage. */
  blocks: z.array(z.number().int().positive()).min(1).default([2, 2, 2, 2]),
  dropout: z.number().min(0).lt(1).default(0.4),
});

export const mienNet: Architecture<typeof optionsSchema> = {
  id: 'mien-net',
  source: 'Mien',
  tags: ['own', 'residual'],
  takes: 'picture',
  defaultInput: { height: 48, width: 48, channels: 1 },
  range: [-1, 1],
  classes: 7,
  options: optionsSchema,
  build({ input, classes, seed, options }) {
    const net = new NetworkBuilder({ seed, kernels: 'he-uniform', batchNorm: { momentum: 0.9, epsilon: 1e-5 } });
    const picture = net.picture(input);
    const unit = (x: SymbolicTensor, name: string, filters: number, strides = 1) => {
      const maps = net.convolution(x, name, { filters, kernelSize: 3, strides });
      return net.relu(net.batchNorm(maps, `${name}_batch_norm`), `${name}_relu`);
    };
    let x = unit(picture, 'stem', options.stem);
    for (const [stage, filters] of options.widths.entries()) {
      x = unit(x, `stage${stage + 1}`, filters, 2);
      for (let block = 1; block <= options.blocks[stage]; block++) {
        const name = `stage${stage + 1}_block${block}`;
        const first = unit(x, `${name}_conv1`, filters);
        const second = net.convolution(first, `${name}_conv2`, { filters, kernelSize: 3 });
        const sum = net.add([net.batchNorm(second, `${name}_conv2_batch_norm`), x], `${name}_add`);
        x = net.relu(sum, `${name}_relu`);
      }
    }
    const features = net.dropout(net.globalAverage(x, 'means'), 'dropout', options.dropout);
    return net.model(this.id, picture, net.softmax(net.dense(features, 'logits', classes)));
  },
};

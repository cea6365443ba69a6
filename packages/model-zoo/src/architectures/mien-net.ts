import { InvalidConfigurationError } from '@mien/core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import type { Architecture } from './architecture.js';
import { NetworkBuilder } from './network-builder.js';

const optionsSchema = z.strictObject({
  /** Channels of the first convolution, which sees the picture at its full size: few, because that is where a step's time goes. */
  stem: z.number().int().positive().default(16),
  /** Channels of the stages, each at half the sides of the one before. Multiples of 16 fill the vector units. */
  widths: z.array(z.number().int().positive()).min(1).default([32, 64, 128, 256]),
  /** Residual blocks in each stage, behind its convolution of stride 2. */
  blocks: z.array(z.number().int().nonnegative()).min(1).default([1, 1, 1, 1]),
  /** Dropout before the dense layer. */
  dropout: z.number().min(0).lt(1).default(0.4),
});

/**
 * A small residual network for faces of 48×48 (our own, after He et al. 2016 and their network for 32×32 pictures): a convolution at full size, then four stages
 * of a 3×3 convolution of stride 2 and a block of two 3×3 convolutions with a shortcut; global means, dropout, one dense layer.
 *
 * It spends its time where a processor is fast. Dense 3×3 convolutions with 32 channels and more run near a core's peak, while the
 * depthwise ones of mini-Xception are bound by memory: ten times the multiply-adds cost some three times the time. All convolutions are
 * followed by a batch normalisation that a compiled model folds into them.
 */
export const mienNet: Architecture<typeof optionsSchema> = {
  id: 'mien-net',
  source: 'our own, after He et al. 2016',
  tags: ['own', 'residual'],
  takes: 'picture',
  defaultInput: { height: 48, width: 48, channels: 1 },
  range: [-1, 1],
  classes: 7,
  options: optionsSchema,
  build({ input, classes, seed, options }) {
    requireEqualLengths(options);
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

function requireEqualLengths({ widths, blocks }: z.infer<typeof optionsSchema>): void {
  if (widths.length === blocks.length) return;
  throw new InvalidConfigurationError({
    expected: 'widths and blocks of equal length, one of each for a stage',
    found: `${widths.length} and ${blocks.length}`,
    fix: 'correct the options of the model',
  });
}

import { InvalidConfigurationError } from '@mien/core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { carryWeights } from '../weights.js';
import type { Architecture } from './architecture.js';
import { NetworkBuilder } from './network-builder.js';

const optionsSchema = z.strictObject({
  /** Side of the pictures of the first, smallest network; larger ones are this doubled, and doubled again. */
  baseSize: z.number().int().positive().default(64),
  /** Channels of the first layer at each size, from the base up. */
  widths: z.array(z.number().int().positive()).min(1).default([32, 16, 8]),
  /** Channels of the blocks behind the first layer; each begins by halving the sides. */
  blocks: z.array(z.number().int().positive()).min(1).default([64, 128, 256]),
  dropout: z.number().min(0).lt(1).default(0.4),
});

/**
 * A network for progressive resizing: trained on small pictures, then grown to twice and four times the side. A larger network contains all
 * layers of the smaller one, under the same names, and adds an entry for the detail that the smaller one does not see: the picture's convolution
 * at its full size, brought down by one of stride 2 and added to the smaller network's first convolution, which sees the picture's
 * 2×2 means. The added convolution begins at 0, so a network that has grown answers at first exactly what the smaller one says of the picture
 * at half its size (as with Net2Net, Chen et al. 2016, training goes on where it was).
 *
 * Our own network: the study says only that each larger model contains the smaller one's layers and weights.
 */
export const progressive: Architecture<typeof optionsSchema> = {
  id: 'progressive',
  source: "the study's idea, a network of our own",
  tags: ['study', 'plain', 'progressive-resizing'],
  takes: 'picture',
  defaultInput: { height: 64, width: 64, channels: 1 },
  range: [-1, 1],
  classes: 7,
  options: optionsSchema,
  build({ input, classes, seed, options }) {
    const steps = stepsAboveBase(input, options);
    const net = new NetworkBuilder({ seed, kernels: 'he-uniform', batchNorm: { momentum: 0.9 } });
    // The picture at each size, the base last.
    const picture = net.picture(input);
    const sizes: SymbolicTensor[] = [picture];
    for (let step = steps; step > 0; step--) {
      sizes.push(net.averagePool(sizes[sizes.length - 1], `half${options.baseSize * 2 ** step}`, 2));
    }
    let x: SymbolicTensor | undefined;
    for (const [index, level] of sizes.entries()) {
      const step = steps - index;
      const name = `entry${options.baseSize * 2 ** step}`;
      const filters = options.widths[step];
      let maps = net.convolution(level, name, { filters, kernelSize: 3 });
      if (x) {
        const detail = net.convolution(x, `${name}_detail`, { filters, kernelSize: 3, strides: 2, zero: true });
        maps = net.add([maps, detail], `${name}_add`);
      }
      x = net.relu(net.batchNorm(maps, `${name}_batch_norm`), `${name}_relu`);
    }
    let maps = x as SymbolicTensor;
    for (const [index, filters] of options.blocks.entries()) {
      maps = net.maxPool(maps, `block${index + 1}_pool`, { poolSize: 2 });
      for (const part of ['a', 'b']) {
        const name = `block${index + 1}${part}`;
        maps = net.convolution(maps, name, { filters, kernelSize: 3 });
        maps = net.relu(net.batchNorm(maps, `${name}_batch_norm`), `${name}_relu`);
      }
    }
    const features = net.dropout(net.globalAverage(maps, 'means'), 'dropout', options.dropout);
    return net.model(this.id, picture, net.softmax(net.dense(features, 'logits', classes)));
  },
};

/**
 * Carries what a smaller progressive network learned into one that was built for larger pictures with the same options and classes.
 * @throws {InvalidConfigurationError} when the larger network does not contain the smaller one.
 */
export function growFrom(smaller: LayersModel, larger: LayersModel): void {
  const { missing } = carryWeights(smaller, larger);
  if (missing.length === 0 && smaller.weights.length < larger.weights.length) return;
  throw new InvalidConfigurationError({
    expected: 'a progressive network that contains the smaller one and has more layers',
    found:
      missing.length === 0
        ? 'one with the same layers'
        : `one without ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ` and ${missing.length - 3} more` : ''}`,
    fix: 'build it for pictures of twice the side, with the same options and classes',
    details: { missing },
  });
}

function stepsAboveBase(
  { height, width }: { height: number; width: number },
  { baseSize, widths }: z.infer<typeof optionsSchema>,
): number {
  const step = Math.log2(height / baseSize);
  if (height === width && Number.isInteger(step) && step >= 0 && step < widths.length) return step;
  throw new InvalidConfigurationError({
    expected: `square pictures of ${widths.map((_, index) => baseSize * 2 ** index).join(', ')} pixels a side`,
    found: `${height}×${width}`,
    fix: 'resize to one of them, or change baseSize and widths',
    details: { height, width, baseSize },
  });
}

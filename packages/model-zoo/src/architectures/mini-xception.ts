import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import type { Architecture } from './architecture.js';
import { NetworkBuilder } from './network-builder.js';

export const miniXceptionOptions = z.strictObject({
  /** L2 penalty on the kernels of the two convolutions of the stem, as in the author's code; 0 leaves it to weight decay. */
  l2: z.number().nonnegative().default(0.01),
  /** Share of the old value in batch normalisation's moving averages. */
  batchNormMomentum: z.number().min(0).max(1).default(0.99),
});

/** Channels of the four residual modules. */
const MODULES = [16, 32, 64, 128] as const;

/**
 * mini-Xception (Arriaga, Valdenegro-Toro & Plöger 2017, arXiv 1710.07557, figure 1, and the author's code): two plain convolutions, four residual modules
 * of depthwise-separable convolutions, and a convolution with one map a class that is averaged instead of a dense layer.
 * 64×64×1 and 7 classes: 58,423 parameters; the count does not depend on the input's size.
 */
export const miniXception: Architecture<typeof miniXceptionOptions> = {
  id: 'mini-xception',
  source: 'Arriaga et al. 2017, arXiv 1710.07557',
  tags: ['study', 'residual', 'separable'],
  takes: 'picture',
  defaultInput: { height: 64, width: 64, channels: 1 },
  range: [-1, 1],
  classes: 7,
  options: miniXceptionOptions,
  build({ input, classes, seed, options }): LayersModel {
    const net = new NetworkBuilder({ seed, batchNorm: { momentum: options.batchNormMomentum } });
    const picture = net.picture(input);
    return net.model(this.id, picture, addMiniXception(net, picture, classes, options.l2));
  },
};

/** All of mini-Xception's layers. @returns probabilities. */
export function addMiniXception(net: NetworkBuilder, picture: SymbolicTensor, classes: number, l2: number) {
  let x = picture;
  for (const name of ['stem_conv1', 'stem_conv2']) {
    x = net.convolution(x, name, { filters: 8, kernelSize: 3, padding: 'valid', l2 });
    x = net.relu(net.batchNorm(x, `${name}_batch_norm`), `${name}_relu`);
  }
  for (const [index, filters] of MODULES.entries()) {
    const name = `module${index + 1}`;
    const shortcut = net.convolution(x, `${name}_shortcut`, { filters, kernelSize: 1, strides: 2 });
    const residual = net.batchNorm(shortcut, `${name}_shortcut_batch_norm`);
    const separable = (value: SymbolicTensor, part: string) =>
      net.batchNorm(net.separableConvolution(value, part, filters, 3), `${part}_batch_norm`);
    const first = net.relu(separable(x, `${name}_separable1`), `${name}_separable1_relu`);
    const second = separable(first, `${name}_separable2`);
    const pooled = net.maxPool(second, `${name}_pool`, { poolSize: 3, strides: 2, padding: 'same' });
    x = net.add([pooled, residual], `${name}_add`);
  }
  const maps = net.convolution(x, 'class_maps', { filters: classes, kernelSize: 3, bias: true });
  return net.softmax(net.globalAverage(maps, 'class_means'));
}

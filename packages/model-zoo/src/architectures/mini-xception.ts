import { layers, input as layersInput, model, regularizers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import type { Architecture } from './architecture.js';
import { createInitializers } from './initializers.js';

const optionsSchema = z.strictObject({
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
export const miniXception: Architecture<typeof optionsSchema> = {
  id: 'mini-xception',
  source: 'Arriaga et al. 2017, arXiv 1710.07557',
  defaultInput: { height: 64, width: 64, channels: 1 },
  options: optionsSchema,
  build({ input, classes, seed, options }) {
    const initializer = createInitializers(seed);
    const normalise = (name: string, x: SymbolicTensor) =>
      layers
        .batchNormalization({ name: `${name}_batch_norm`, momentum: options.batchNormMomentum })
        .apply(x) as SymbolicTensor;
    const rectify = (name: string, x: SymbolicTensor) =>
      layers.activation({ name: `${name}_relu`, activation: 'relu' }).apply(x) as SymbolicTensor;
    const separable = (name: string, filters: number, x: SymbolicTensor) =>
      normalise(
        name,
        layers
          .separableConv2d({
            name,
            filters,
            kernelSize: 3,
            padding: 'same',
            useBias: false,
            depthwiseInitializer: initializer(),
            pointwiseInitializer: initializer(),
          })
          .apply(x) as SymbolicTensor,
      );

    const picture = layersInput({ name: 'picture', shape: [input.height, input.width, input.channels] });
    let x = picture;
    for (const name of ['stem_conv1', 'stem_conv2']) {
      const convolution = layers.conv2d({
        name,
        filters: 8,
        kernelSize: 3,
        useBias: false,
        kernelInitializer: initializer(),
        kernelRegularizer: options.l2 > 0 ? regularizers.l2({ l2: options.l2 }) : undefined,
      });
      x = rectify(name, normalise(name, convolution.apply(x) as SymbolicTensor));
    }
    for (const [index, filters] of MODULES.entries()) {
      const name = `module${index + 1}`;
      const shortcut = layers.conv2d({
        name: `${name}_shortcut`,
        filters,
        kernelSize: 1,
        strides: 2,
        padding: 'same',
        useBias: false,
        kernelInitializer: initializer(),
      });
      const residual = normalise(`${name}_shortcut`, shortcut.apply(x) as SymbolicTensor);
      const first = rectify(`${name}_separable1`, separable(`${name}_separable1`, filters, x));
      const second = separable(`${name}_separable2`, filters, first);
      const pooled = layers
        .maxPooling2d({ name: `${name}_pool`, poolSize: 3, strides: 2, padding: 'same' })
        .apply(second) as SymbolicTensor;
      x = layers.add({ name: `${name}_add` }).apply([pooled, residual]) as SymbolicTensor;
    }
    const maps = layers
      .conv2d({
        name: 'class_maps',
        filters: classes,
        kernelSize: 3,
        padding: 'same',
        kernelInitializer: initializer(),
      })
      .apply(x) as SymbolicTensor;
    const logits = layers
      .globalAveragePooling2d({ name: 'class_means', dataFormat: 'channelsLast' })
      .apply(maps) as SymbolicTensor;
    const probabilities = layers
      .activation({ name: 'probabilities', activation: 'softmax' })
      .apply(logits) as SymbolicTensor;
    return model({ name: 'mini_xception', inputs: picture, outputs: probabilities });
  },
};

import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import type { Architecture } from './architecture.js';
import { NetworkBuilder } from './network-builder.js';

export const trunkOptionsSchema = z.strictObject({
  /** `small`: a 3×3 convolution of stride 1 and no pool, as the paper has it for 32×32 pictures (section 4.2). */
  stem: z.enum(['imagenet', 'small']).default('imagenet'),
  /**
   * The last batch normalisation of each block begins with a scale of 0, the block with its shortcut alone: deep networks learn sooner
   * (Goyal et al. 2017, arXiv 1706.02677, section 5.1; torchvision’s zero_init_residual).
   */
  zeroInitResidual: z.boolean().default(false),
});

const optionsSchema = trunkOptionsSchema.extend({
  /** Dropout before the dense layer; the paper has none. */
  dropout: z.number().min(0).lt(1).default(0),
});

/** Blocks in each of the four stages, and whether they are bottlenecks (table 1 of the paper). */
const VARIANTS = {
  resnet18: { blocks: [2, 2, 2, 2], bottleneck: false },
  resnet34: { blocks: [3, 4, 6, 3], bottleneck: false },
  resnet50: { blocks: [3, 4, 6, 3], bottleneck: true },
  resnet101: { blocks: [3, 4, 23, 3], bottleneck: true },
  resnet152: { blocks: [3, 8, 36, 3], bottleneck: true },
} as const;

export type ResNetVariant = keyof typeof VARIANTS;

/** PyTorch's constants of batch normalisation. */
export const RESNET_BATCH_NORM = { momentum: 0.9, epsilon: 1e-5 } as const;

/**
 * ResNet (He, Zhang, Ren & Sun 2016, arXiv 1512.03385). Layers, names and numbers are torchvision's, which has a bottleneck's stride on the 3×3
 * convolution.
 */
function resnet(id: ResNetVariant): Architecture<typeof optionsSchema> {
  return {
    id,
    source: 'He et al. 2016, arXiv 1512.03385',
    tags: ['study', 'residual', 'torchvision'],
    takes: 'picture',
    defaultInput: { height: 224, width: 224, channels: 3 },
    range: [-1, 1],
    classes: 1000,
    options: optionsSchema,
    build({ input, classes, seed, options }) {
      const net = new NetworkBuilder({ seed, kernels: 'he-uniform', batchNorm: RESNET_BATCH_NORM });
      const picture = net.picture(input);
      const maps = addResNetTrunk(net, picture, id, options);
      const features = net.dropout(net.globalAverage(maps, 'avgpool'), 'dropout', options.dropout);
      return net.model(id, picture, net.softmax(net.dense(features, 'fc', classes)));
    },
  };
}

/** ResNet up to its last feature maps. */
export function addResNetTrunk(
  net: NetworkBuilder,
  picture: SymbolicTensor,
  id: ResNetVariant,
  { stem, zeroInitResidual }: z.output<typeof trunkOptionsSchema>,
): SymbolicTensor {
  const { blocks, bottleneck } = VARIANTS[id];
  const shape = stem === 'imagenet' ? { kernelSize: 7, strides: 2, padding: 3 } : { kernelSize: 3, padding: 1 };
  let x = net.convolution(picture, 'conv1', { filters: 64, ...shape });
  x = net.relu(net.batchNorm(x, 'bn1'), 'relu');
  if (stem === 'imagenet') x = net.maxPool(x, 'maxpool', { poolSize: 3, strides: 2, padding: 1 });
  for (const [stage, count] of blocks.entries()) {
    const width = 64 * 2 ** stage;
    for (let index = 0; index < count; index++) {
      const name = `layer${stage + 1}_${index}`;
      const strides = stage > 0 && index === 0 ? 2 : 1;
      const main = bottleneck
        ? addBottleneck(net, x, name, width, strides)
        : addTwoConvolutions(net, x, name, width, strides);
      const last = net.batchNorm(main, `${name}_bn${bottleneck ? 3 : 2}`, { zero: zeroInitResidual });
      x = addShortcut(net, x, last, name, strides);
    }
  }
  return x;
}

function addTwoConvolutions(net: NetworkBuilder, x: SymbolicTensor, name: string, width: number, strides: number) {
  let main = net.convolution(x, `${name}_conv1`, { filters: width, kernelSize: 3, strides, padding: 1 });
  main = net.relu(net.batchNorm(main, `${name}_bn1`), `${name}_relu1`);
  return net.convolution(main, `${name}_conv2`, { filters: width, kernelSize: 3, padding: 1 });
}

function addBottleneck(net: NetworkBuilder, x: SymbolicTensor, name: string, width: number, strides: number) {
  let main = net.convolution(x, `${name}_conv1`, { filters: width, kernelSize: 1 });
  main = net.relu(net.batchNorm(main, `${name}_bn1`), `${name}_relu1`);
  main = net.convolution(main, `${name}_conv2`, { filters: width, kernelSize: 3, strides, padding: 1 });
  main = net.relu(net.batchNorm(main, `${name}_bn2`), `${name}_relu2`);
  return net.convolution(main, `${name}_conv3`, { filters: 4 * width, kernelSize: 1 });
}

function addShortcut(net: NetworkBuilder, x: SymbolicTensor, main: SymbolicTensor, name: string, strides: number) {
  const filters = main.shape[3] as number;
  let shortcut = x;
  if (strides !== 1 || x.shape[3] !== filters) {
    shortcut = net.convolution(x, `${name}_downsample_0`, { filters, kernelSize: 1, strides, padding: 0 });
    shortcut = net.batchNorm(shortcut, `${name}_downsample_1`);
  }
  return net.relu(net.add([main, shortcut], `${name}_add`), `${name}_relu`);
}

export const resnet18 = resnet('resnet18');
export const resnet34 = resnet('resnet34');
export const resnet50 = resnet('resnet50');
export const resnet101 = resnet('resnet101');
export const resnet152 = resnet('resnet152');

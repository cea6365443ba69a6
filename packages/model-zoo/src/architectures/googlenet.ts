import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { AdaptiveAveragePooling2D } from '../layers/adaptive-average-pooling.js';
import type { Architecture } from './architecture.js';
import { NetworkBuilder } from './network-builder.js';

const optionsSchema = z.strictObject({
  /** Two more classifiers half-way, for training alone: the model has three outputs then. */
  auxiliaryHeads: z.boolean().default(false),
  /** Dropout before the dense layer; torchvision has .2, the paper .4. */
  dropout: z.number().min(0).lt(1).default(0.2),
});

/** Filters of an inception module: 1×1; 1×1 → 3×3; 1×1 → the third branch; after the pool (table 1 of the paper). */
const STAGES = [
  { '3a': [64, 96, 128, 16, 32, 32], '3b': [128, 128, 192, 32, 96, 64] },
  {
    '4a': [192, 96, 208, 16, 48, 64],
    '4b': [160, 112, 224, 24, 64, 64],
    '4c': [128, 128, 256, 24, 64, 64],
    '4d': [112, 144, 288, 32, 64, 64],
    '4e': [256, 160, 320, 32, 128, 128],
  },
  { '5a': [256, 160, 320, 32, 128, 128], '5b': [384, 192, 384, 48, 128, 128] },
] as const;

/** The modules whose output the two auxiliary heads read. */
const AUXILIARY = { '4a': 'aux1', '4d': 'aux2' } as const;

/** Weight of each auxiliary loss (section 5 of the paper). */
const AUXILIARY_WEIGHT = 0.3;

/**
 * GoogLeNet (Szegedy et al. 2015, arXiv 1409.4842) as torchvision has it: batch normalisation instead of local response normalisation, and 3×3 instead
 * of 5×5 in the third branch. 6,624,904 parameters with 1,000 classes, 13,004,888 with the auxiliary heads.
 */
export const googlenet: Architecture<typeof optionsSchema> = {
  id: 'googlenet',
  source: 'Szegedy et al. 2015, arXiv 1409.4842',
  tags: ['study', 'inception', 'torchvision'],
  takes: 'picture',
  defaultInput: { height: 224, width: 224, channels: 3 },
  range: [-1, 1],
  classes: 1000,
  options: optionsSchema,
  build({ input, classes, seed, options }) {
    const net = new NetworkBuilder({ seed, kernels: 'he-uniform', batchNorm: { momentum: 0.9, epsilon: 1e-3 } });
    const picture = net.picture(input);
    let x = addUnit(net, picture, 'conv1', 64, 7, 2);
    x = net.maxPool(x, 'maxpool1', { poolSize: 3, strides: 2, padding: 'ceil' });
    x = addUnit(net, addUnit(net, x, 'conv2', 64, 1), 'conv3', 192, 3);
    x = net.maxPool(x, 'maxpool2', { poolSize: 3, strides: 2, padding: 'ceil' });
    const outputs: SymbolicTensor[] = [];
    for (const [index, modules] of STAGES.entries()) {
      if (index > 0) x = net.maxPool(x, `maxpool${index + 2}`, { poolSize: 4 - index, strides: 2, padding: 'ceil' });
      for (const [name, filters] of Object.entries(modules)) {
        x = addInception(net, x, `inception${name}`, filters);
        const head = AUXILIARY[name as keyof typeof AUXILIARY];
        if (options.auxiliaryHeads && head) outputs.push(addAuxiliaryHead(net, x, head, classes));
      }
    }
    x = net.dropout(net.globalAverage(x, 'avgpool'), 'dropout', options.dropout);
    return net.model(this.id, picture, [net.softmax(net.dense(x, 'fc', classes)), ...outputs]);
  },
  lossHeads: ({ auxiliaryHeads }) => [
    { layer: 'fc', weight: 1 },
    ...(auxiliaryHeads
      ? Object.values(AUXILIARY).map((head) => ({ layer: `${head}_fc2`, weight: AUXILIARY_WEIGHT }))
      : []),
  ],
};

/** Convolution, batch normalisation, ReLU; names as torchvision's. */
function addUnit(
  net: NetworkBuilder,
  x: SymbolicTensor,
  name: string,
  filters: number,
  kernelSize: number,
  strides = 1,
) {
  const padding = (kernelSize - 1) / 2;
  const maps = net.convolution(x, `${name}_conv`, { filters, kernelSize, strides, padding });
  return net.relu(net.batchNorm(maps, `${name}_bn`), `${name}_relu`);
}

function addInception(net: NetworkBuilder, x: SymbolicTensor, name: string, filters: readonly number[]) {
  const [single, reduce2, expand2, reduce3, expand3, pooled] = filters;
  const pool = net.maxPool(x, `${name}_branch4_0`, { poolSize: 3, strides: 1, padding: 'same' });
  const branches = [
    addUnit(net, x, `${name}_branch1`, single, 1),
    addUnit(net, addUnit(net, x, `${name}_branch2_0`, reduce2, 1), `${name}_branch2_1`, expand2, 3),
    addUnit(net, addUnit(net, x, `${name}_branch3_0`, reduce3, 1), `${name}_branch3_1`, expand3, 3),
    addUnit(net, pool, `${name}_branch4_1`, pooled, 1),
  ];
  return net.concatenate(branches, name);
}

function addAuxiliaryHead(net: NetworkBuilder, maps: SymbolicTensor, name: string, classes: number) {
  const pooled = net.apply(new AdaptiveAveragePooling2D({ name: `${name}_pool`, height: 4, width: 4 }), maps);
  let x = net.flatten(addUnit(net, pooled, `${name}_conv`, 128, 1), `${name}_flatten`);
  x = net.relu(net.dense(x, `${name}_fc1`, 1024), `${name}_fc1_relu`);
  x = net.dropout(x, `${name}_dropout`, 0.7);
  return net.softmax(net.dense(x, `${name}_fc2`, classes), `${name}_probabilities`);
}

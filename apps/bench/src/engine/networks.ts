import { buildModel } from '@mien/model-zoo';
import {
  type LayersModel,
  layers,
  input as layersInput,
  model,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';

/** A network of the engine benchmark; the PyTorch contestant has the same under the same name. */
export interface BenchmarkNetwork {
  readonly side: number;
  readonly channels: number;
  readonly classes: number;
  build(): LayersModel;
}

function apply(layer: layers.Layer, x: SymbolicTensor): SymbolicTensor {
  return layer.apply(x) as SymbolicTensor;
}

function convolution(x: SymbolicTensor, filters: number, kernelSize: number, strides = 1, relu = true): SymbolicTensor {
  const plain = apply(layers.conv2d({ filters, kernelSize, strides, padding: 'same', useBias: false }), x);
  const normal = apply(layers.batchNormalization({}), plain);
  return relu ? apply(layers.activation({ activation: 'relu' }), normal) : normal;
}

/** ResNet-50 (He et al. 2016, arXiv 1512.03385, table 1; the stride on the 3×3 convolution, as torchvision has it). */
function resNet50(side: number, classes: number): LayersModel {
  const picture = layersInput({ shape: [side, side, 3] });
  let x = convolution(picture, 64, 7, 2);
  x = apply(layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }), x);
  [3, 4, 6, 3].forEach((blocks, stage) => {
    const filters = 64 * 2 ** stage;
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const shortcut = block === 0 ? convolution(x, 4 * filters, 1, stride, false) : x;
      const main = convolution(convolution(convolution(x, filters, 1), filters, 3, stride), 4 * filters, 1, 1, false);
      const sum = layers.add().apply([main, shortcut]) as SymbolicTensor;
      x = apply(layers.activation({ activation: 'relu' }), sum);
    }
  });
  const pooled = apply(layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }), x);
  return model({ inputs: picture, outputs: apply(layers.dense({ units: classes, activation: 'softmax' }), pooled) });
}

/** VGG13 of FER+ (Barsoum et al. 2016, arXiv 1608.01041, figure 3): 8,757,704 parameters at 64×64×1 with 8 classes. */
function vgg13FerPlus(side: number, classes: number): LayersModel {
  const net = sequential();
  [
    [64, 64],
    [128, 128],
    [256, 256, 256],
    [256, 256, 256],
  ].forEach((block, index) => {
    block.forEach((filters, position) => {
      const inputShape = index + position === 0 ? [side, side, 1] : undefined;
      net.add(layers.conv2d({ inputShape, filters, kernelSize: 3, padding: 'same', activation: 'relu' }));
    });
    net.add(layers.maxPooling2d({ poolSize: 2 }));
    net.add(layers.dropout({ rate: 0.25 }));
  });
  net.add(layers.flatten());
  for (let layer = 0; layer < 2; layer++) {
    net.add(layers.dense({ units: 1024, activation: 'relu' }));
    net.add(layers.dropout({ rate: 0.5 }));
  }
  net.add(layers.dense({ units: classes, activation: 'softmax' }));
  return net;
}

export const NETWORKS = {
  'mini-xception': {
    side: 48,
    channels: 1,
    classes: 7,
    build: () =>
      buildModel({ id: 'mini-xception', classes: 7, seed: 1, input: { height: 48, width: 48, channels: 1 } }),
  },
  resnet50: { side: 64, channels: 3, classes: 7, build: () => resNet50(64, 7) },
  'vgg13-ferplus': { side: 64, channels: 1, classes: 8, build: () => vgg13FerPlus(64, 8) },
} as const satisfies Record<string, BenchmarkNetwork>;

export type NetworkName = keyof typeof NETWORKS;

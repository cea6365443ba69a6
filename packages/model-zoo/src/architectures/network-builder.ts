import { createRandom, InvalidConfigurationError } from '@mien/core';
import {
  initializers,
  type LayersModel,
  layers,
  input as layersInput,
  model,
  regularizers,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { SeededDropout } from '../layers/seeded-dropout.js';
import type { InputShape } from './architecture.js';
import { createInitializers, type KernelDistribution } from './initializers.js';

export interface BuilderOptions {
  readonly seed: number | undefined;
  /** How kernels begin; `denseKernels`: those of dense layers, where they begin otherwise. */
  readonly kernels?: KernelDistribution;
  readonly denseKernels?: KernelDistribution;
  /** `momentum`: share of the old value in the moving averages. The defaults are Keras's. */
  readonly batchNorm?: { readonly momentum?: number; readonly epsilon?: number };
}

/** Pixels of zeros on every side as PyTorch counts them, or TensorFlow's words. */
export type Padding = number | 'same' | 'valid';

export interface ConvolutionOptions {
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides?: number;
  readonly padding?: Padding;
  readonly bias?: boolean;
  readonly l2?: number;
  /** Begins at 0 instead of random: what is added to something else starts without effect. */
  readonly zero?: boolean;
}

export interface PoolOptions {
  readonly poolSize: number;
  readonly strides?: number;
  /** A number pads with zeros: only for inputs that are not negative. `ceil`: the last window may reach over the edge, as in Caffe. */
  readonly padding?: Padding | 'ceil';
}

/**
 * Puts layers together with names, seeded initial weights and seeded dropout. Each method applies one layer (or a fixed small group) to a
 * symbolic tensor `[batch, height, width, channels]` and gives the result.
 * @throws {InvalidConfigurationError} when the picture is too small for the layers.
 */
export class NetworkBuilder {
  readonly #initializer: ReturnType<typeof createInitializers>;
  readonly #kernels: KernelDistribution;
  readonly #options: BuilderOptions;

  constructor(options: BuilderOptions) {
    this.#options = options;
    this.#initializer = createInitializers(options.seed);
    this.#kernels = options.kernels ?? 'glorot-uniform';
  }

  picture({ height, width, channels }: InputShape, frames = 1): SymbolicTensor {
    return layersInput({ name: frames === 1 ? 'picture' : 'frames', shape: [height, width, channels * frames] });
  }

  vector(name: string, length: number): SymbolicTensor {
    return layersInput({ name, shape: [length] });
  }

  /** Applies any layer. */
  apply(layer: layers.Layer, x: SymbolicTensor | SymbolicTensor[]): SymbolicTensor {
    const output = layer.apply(x) as SymbolicTensor;
    if (output.shape.some((size) => size !== null && size < 1)) {
      throw new InvalidConfigurationError({
        expected: 'a picture that is large enough for the network',
        found: `nothing left of it after the layer ${layer.name}`,
        fix: 'use larger pictures, or a network for smaller ones',
        details: { layer: layer.name, shape: output.shape },
      });
    }
    return output;
  }

  convolution(x: SymbolicTensor, name: string, options: ConvolutionOptions): SymbolicTensor {
    const { filters, kernelSize, strides = 1, bias = false, l2 = 0, zero = false } = options;
    const { padded, padding } = this.#pad(x, name, options.padding ?? 'same', kernelSize, strides);
    const layer = layers.conv2d({
      name,
      filters,
      kernelSize,
      strides,
      padding,
      useBias: bias,
      kernelInitializer: zero ? initializers.zeros() : this.#initializer(this.#kernels),
      kernelRegularizer: l2 > 0 ? regularizers.l2({ l2 }) : undefined,
    });
    return this.apply(layer, padded);
  }

  /** A depthwise convolution and a pointwise one. */
  separableConvolution(x: SymbolicTensor, name: string, filters: number, kernelSize: number): SymbolicTensor {
    const layer = layers.separableConv2d({
      name,
      filters,
      kernelSize,
      padding: 'same',
      useBias: false,
      depthwiseInitializer: this.#initializer(this.#kernels),
      pointwiseInitializer: this.#initializer(this.#kernels),
    });
    return this.apply(layer, x);
  }

  /** @param options `zero`: its scale begins at 0 instead of 1, so that what is normalised counts for nothing at first. */
  batchNorm(x: SymbolicTensor, name: string, { zero = false } = {}): SymbolicTensor {
    const { momentum = 0.99, epsilon = 1e-3 } = this.#options.batchNorm ?? {};
    const gammaInitializer = zero ? initializers.zeros() : initializers.ones();
    return this.apply(layers.batchNormalization({ name, momentum, epsilon, gammaInitializer }), x);
  }

  relu(x: SymbolicTensor, name: string): SymbolicTensor {
    return this.apply(layers.activation({ name, activation: 'relu' }), x);
  }

  maxPool(x: SymbolicTensor, name: string, options: PoolOptions): SymbolicTensor {
    const { poolSize, strides = poolSize, padding: wanted = 'valid' } = options;
    if (wanted === 'ceil') {
      // TensorFlow's "same" pads at the end alone just when a window would be cut short; else the windows fit.
      const fits = (size: number | null) => size !== null && (size - poolSize) % strides === 0;
      const padding = fits(x.shape[1]) && fits(x.shape[2]) ? 'valid' : 'same';
      return this.apply(layers.maxPooling2d({ name, poolSize, strides, padding }), x);
    }
    const { padded, padding } = this.#pad(x, name, wanted, poolSize, strides);
    return this.apply(layers.maxPooling2d({ name, poolSize, strides, padding }), padded);
  }

  averagePool(x: SymbolicTensor, name: string, poolSize: number): SymbolicTensor {
    return this.apply(layers.averagePooling2d({ name, poolSize, strides: poolSize, padding: 'valid' }), x);
  }

  globalAverage(x: SymbolicTensor, name: string): SymbolicTensor {
    return this.apply(layers.globalAveragePooling2d({ name, dataFormat: 'channelsLast' }), x);
  }

  flatten(x: SymbolicTensor, name = 'flatten'): SymbolicTensor {
    return this.apply(layers.flatten({ name }), x);
  }

  /** Rate 0 gives no layer. */
  dropout(x: SymbolicTensor, name: string, rate: number): SymbolicTensor {
    if (rate === 0) return x;
    const seed = createRandom(this.#options.seed ?? 0, 'dropout', name).integer(0, 0x7fffffff);
    return this.apply(new SeededDropout({ name, rate, seed }), x);
  }

  /** @param options `zero`: begins at 0 instead of random. */
  dense(x: SymbolicTensor, name: string, units: number, { zero = false } = {}): SymbolicTensor {
    const { denseKernels = this.#kernels } = this.#options;
    const kernelInitializer = zero ? initializers.zeros() : this.#initializer(denseKernels);
    return this.apply(layers.dense({ name, units, kernelInitializer }), x);
  }

  add(parts: SymbolicTensor[], name: string): SymbolicTensor {
    return this.apply(layers.add({ name }), parts);
  }

  concatenate(parts: SymbolicTensor[], name: string): SymbolicTensor {
    return this.apply(layers.concatenate({ name, axis: -1 }), parts);
  }

  /** The end of a classifier: a layer of its own, because training computes its loss from what goes into it. */
  softmax(logits: SymbolicTensor, name = 'probabilities'): SymbolicTensor {
    return this.apply(layers.activation({ name, activation: 'softmax' }), logits);
  }

  model(
    id: string,
    inputs: SymbolicTensor | SymbolicTensor[],
    outputs: SymbolicTensor | SymbolicTensor[],
  ): LayersModel {
    return model({ name: id.replaceAll('-', '_'), inputs, outputs });
  }

  #pad(x: SymbolicTensor, name: string, wanted: Padding, size: number, strides: number) {
    if (typeof wanted === 'string') return { padded: x, padding: wanted };
    if (wanted === 0) return { padded: x, padding: 'valid' as const };
    if (strides === 1 && size === 2 * wanted + 1) return { padded: x, padding: 'same' as const };
    const layer = layers.zeroPadding2d({
      name: `${name}_padding`,
      padding: [
        [wanted, wanted],
        [wanted, wanted],
      ],
    });
    return { padded: this.apply(layer, x), padding: 'valid' as const };
  }
}

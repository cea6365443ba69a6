import type { LayersModel } from '@tensorflow/tfjs-layers';
import { buildModel, getArchitecture, type ModelDefinition } from './architectures/registry.js';
import { countParameters } from './weights.js';

/** Layers whose kernels are applied once at each place of their output. */
const MULTIPLYING = new Set(['Conv2D', 'DepthwiseConv2D', 'SeparableConv2D', 'Dense']);

/**
 * Multiply-adds for one input, from the shapes alone: those of convolutions and dense layers, without biases, normalisation, pools and
 * activations, as the field counts them.
 */
export function countMultiplyAdds(model: LayersModel): number {
  let total = 0;
  for (const layer of model.layers) {
    if (!MULTIPLYING.has(layer.getClassName())) continue;
    const shape = layer.outputShape as (number | null)[];
    // All axes between the batch and the channels.
    const places = shape.slice(1, -1).reduce<number>((product, size) => product * (size ?? 1), 1);
    for (const weight of layer.weights) {
      if (weight.shape.length >= 2)
        total += places * weight.shape.reduce<number>((product, size) => product * (size ?? 1), 1);
    }
  }
  return total;
}

/** What a network is, without running it. */
export interface ModelDescription {
  readonly id: string;
  /** The shapes of its inputs without the batch. */
  readonly inputs: readonly (readonly number[])[];
  readonly classes: number;
  readonly parameters: { readonly total: number; readonly trainable: number };
  readonly multiplyAdds: number;
}

/**
 * Inputs, parameters and multiply-adds of a network; by default of the published one. Needs a TensorFlow.js backend, but holds no weights.
 * @throws {InvalidConfigurationError} as `buildModel`.
 */
export function describeModel({
  id,
  classes = getArchitecture(id).classes,
  ...definition
}: Omit<ModelDefinition, 'classes' | 'seed'> & { readonly classes?: number }): ModelDescription {
  const model = buildModel({ ...definition, id, classes });
  try {
    return {
      id,
      inputs: model.inputs.map(({ shape }) => shape.slice(1).map((size) => size ?? 1)),
      classes,
      parameters: countParameters(model),
      multiplyAdds: countMultiplyAdds(model),
    };
  } finally {
    model.dispose();
  }
}

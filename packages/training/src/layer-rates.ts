import { InvalidConfigurationError } from '@mien/core';
import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { batchNormalizations } from './averaging/batch-statistics.js';

/** Layers that learn slower, faster or not at all. */
export const layerRatesSchema = z.array(
  z.strictObject({
    /** The beginning of the layers' names, or `*` for all; of several rules that fit, the last counts. */
    layers: z.string().min(1),
    /** Factor on the learning rate. 0: frozen, and batch normalisation there uses its statistics and does not change them. */
    rate: z.number().nonnegative(),
  }),
);

export type LayerRates = z.output<typeof layerRatesSchema>;

interface NamedVariable {
  /** Without the suffix that a second model of the same kind gets in one process. */
  readonly originalName: string;
  read(): unknown;
}

/** What is trained, and how fast. */
export interface TrainedVariables {
  readonly variables: readonly Variable[];
  /** A factor on the learning rate for each. */
  readonly rates: readonly number[];
}

/**
 * The variables that are trained under the rules.
 * @throws {InvalidConfigurationError} when a rule fits no layer, or nothing is left to train.
 */
export function selectTrained(model: LayersModel, rules: LayerRates): TrainedVariables {
  const weights = model.trainableWeights as unknown as readonly NamedVariable[];
  for (const { layers } of rules) {
    if (weights.some(({ originalName }) => fits(originalName, layers))) continue;
    throw new InvalidConfigurationError({
      expected: 'layers whose names begin as the rules of layerRates say',
      found: `none that begins with "${layers}" among ${layerNames(weights).join(', ')}`,
      fix: 'correct the rule',
      details: { layers },
    });
  }
  const trained = weights
    .map((weight) => ({ variable: weight.read() as Variable, rate: rateOf(weight.originalName, rules) }))
    .filter(({ rate }) => rate > 0);
  if (trained.length === 0) {
    throw new InvalidConfigurationError({
      expected: 'at least one layer to train',
      found: 'a rate of 0 for every layer',
      fix: 'leave some layers out of layerRates',
    });
  }
  return { variables: trained.map(({ variable }) => variable), rates: trained.map(({ rate }) => rate) };
}

/**
 * Makes the batch normalisation of frozen layers use its statistics in training too, and leave them as they are (as Keras does
 * with `trainable = False`). @returns what undoes it.
 */
export function freezeStatistics(model: LayersModel, rules: LayerRates): () => void {
  const frozen = batchNormalizations(model).filter(({ name }) => rateOf(name, rules) === 0);
  for (const layer of frozen) {
    const call = layer.call.bind(layer);
    layer.call = (inputs, options) => call(inputs, { ...options, training: false });
  }
  return () => {
    // What was put on the layer hides its class's method.
    for (const layer of frozen) delete (layer as { call?: unknown }).call;
  };
}

/** The factor of a layer or weight under the rules: 1 without one that fits. */
function rateOf(name: string, rules: LayerRates): number {
  return rules.findLast(({ layers }) => fits(name, layers))?.rate ?? 1;
}

function fits(name: string, layers: string): boolean {
  return layers === '*' || name.startsWith(layers);
}

function layerNames(weights: readonly NamedVariable[]): string[] {
  return [...new Set(weights.map(({ originalName }) => originalName.split('/')[0]))];
}

import { InvalidBundleError, type SafetensorsTensor } from '@mien/core';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { SeededDropout } from './layers/seeded-dropout.js';

/** A model's weights on the host, by their names (`stem_conv1/kernel`), row-major, as TensorFlow.js lays them out. */
export type NamedWeights = Readonly<Record<string, SafetensorsTensor>>;

interface NamedVariable {
  /** Without the suffix that a second model of the same kind gets in one process. */
  readonly originalName: string;
  read(): Tensor;
}

function namedVariables(model: LayersModel): readonly NamedVariable[] {
  return model.weights;
}

/** How many numbers a model's answers depend on, and how many of them training changes. Dropout's count of steps is none of them. */
export function countParameters(model: LayersModel): { total: number; trainable: number } {
  const size = (weights: LayersModel['weights']) =>
    weights.reduce(
      (sum, weight) => sum + weight.shape.reduce<number>((product, length) => product * (length ?? 1), 1),
      0,
    );
  const counters = model.layers.filter((layer) => layer instanceof SeededDropout).length;
  return { total: size(model.weights) - counters, trainable: size(model.trainableWeights) };
}

/** Copies all weights of a model to the host. */
export async function readWeights(model: LayersModel): Promise<NamedWeights> {
  const entries = namedVariables(model).map(async (variable) => {
    const value = variable.read();
    // A copy: some backends hand out their own memory.
    return [
      variable.originalName,
      { dtype: 'F32', shape: value.shape, data: Float32Array.from(await value.data()) },
    ] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/**
 * Gives a model the weights that it shares with another: same name, same shape. Nothing is copied; later changes of one do not reach the other.
 * @returns the names that were carried, those of `from` that `to` lacks, and those of `to` that stay as they were.
 */
export function carryWeights(
  from: LayersModel,
  to: LayersModel,
): { carried: string[]; missing: string[]; untouched: string[] } {
  const targets = new Map(to.weights.map((variable) => [variable.originalName, variable]));
  const carried: string[] = [];
  const missing: string[] = [];
  for (const variable of from.weights) {
    const target = targets.get(variable.originalName);
    if (target && `${target.shape}` === `${variable.shape}`) {
      target.write(variable.read());
      targets.delete(variable.originalName);
      carried.push(variable.originalName);
    } else {
      missing.push(variable.originalName);
    }
  }
  return { carried, missing, untouched: [...targets.keys()] };
}

/**
 * Puts weights into a model.
 * @throws {InvalidBundleError} when a name is missing, unknown, or has another shape.
 */
export function writeWeights(model: LayersModel, weights: NamedWeights): void {
  const variables = namedVariables(model);
  const wanted = new Map(variables.map((variable) => [variable.originalName, variable.read().shape]));
  const problems = [
    ...[...wanted].filter(([name]) => !Object.hasOwn(weights, name)).map(([name]) => `no "${name}"`),
    ...Object.keys(weights)
      .filter((name) => !wanted.has(name))
      .map((name) => `an unknown "${name}"`),
    ...[...wanted]
      .filter(([name, shape]) => Object.hasOwn(weights, name) && `${weights[name].shape}` !== `${shape}`)
      .map(([name, shape]) => `"${name}" of shape [${weights[name].shape}] instead of [${shape}]`),
  ];
  if (problems.length > 0) {
    throw new InvalidBundleError({
      expected: `the ${wanted.size} weights of the model`,
      found:
        problems.slice(0, 3).join(', ') + (problems.length > 3 ? ` and ${problems.length - 3} more differences` : ''),
      fix: 'use the weights with the architecture, options and labels they were trained with',
      details: { problems },
    });
  }
  const values = variables.map(({ originalName }) => {
    const { data, shape } = weights[originalName];
    return tensor(Float32Array.from(data), [...shape], 'float32');
  });
  model.setWeights(values);
  for (const value of values) value.dispose();
}

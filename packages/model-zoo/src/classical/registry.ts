import { InvalidBundleError, InvalidConfigurationError } from '@mien/core';
import { z } from 'zod';
import type { InputShape } from '../architectures/architecture.js';
import type { NamedWeights } from '../weights.js';
import type { ClassicalMethod, Classifier } from './classical-method.js';
import { dctOhl } from './dct-ohl.js';
import { lbpSvm } from './lbp-svm.js';

const METHODS: ReadonlyMap<string, ClassicalMethod> = new Map(
  [lbpSvm, dctOhl].map((method) => [method.id, method as ClassicalMethod]),
);

/** Every method that is no network. */
export function listClassicalMethods(): ClassicalMethod[] {
  return [...METHODS.values()];
}

/** Whether an architecture's id names a method that is no network: use `fitClassifier` and `buildClassifier` for it. */
export function isClassicalMethod(id: string): boolean {
  return METHODS.has(id);
}

export interface ClassifierDefinition {
  readonly id: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly input?: InputShape;
  readonly classes: number;
}

export interface LabelledPictures {
  /** `[n, height, width, 1]`, one after another. */
  readonly pictures: Float32Array;
  /** The class of each picture, 0..classes − 1. */
  readonly targets: ArrayLike<number>;
}

/**
 * Learns from pictures. Computes on the calling thread.
 * @returns what `buildClassifier` and `saveClassifierBundle` need.
 * @throws {InvalidConfigurationError} for an unknown method, options that it does not have, or pictures that do not fit.
 */
export function fitClassifier(
  { id, options = {}, input, classes, seed }: ClassifierDefinition & { readonly seed: number },
  { pictures, targets }: LabelledPictures,
): NamedWeights {
  const method = getMethod(id);
  return method.fit({
    input: input ?? method.defaultInput,
    classes,
    seed,
    options: parseOptions(method, options),
    pictures,
    targets,
  });
}

/**
 * Makes a classifier of what was learned.
 * @throws {InvalidConfigurationError} as `fitClassifier`.
 * @throws {InvalidBundleError} when the weights are not those of the method.
 */
export function buildClassifier(
  { id, options = {}, input, classes }: ClassifierDefinition,
  weights: NamedWeights,
): Classifier {
  const method = getMethod(id);
  const shape = input ?? method.defaultInput;
  const parsed = parseOptions(method, options);
  const expected = method.weightShapes({ input: shape, classes, options: parsed, weights });
  const found = Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, weight.shape]));
  if (describeShapes(expected) !== describeShapes(found)) {
    throw new InvalidBundleError({
      expected: `the weights of ${id}: ${describeShapes(expected)}`,
      found: describeShapes(found),
      fix: 'use the weights with the options, input and labels they were learned with',
    });
  }
  const predict = method.restore({ input: shape, classes, options: parsed, weights });
  return { predict: async (pictures, batch) => predict(pictures, batch), dispose: () => undefined };
}

function describeShapes(shapes: Readonly<Record<string, readonly number[]>>): string {
  return Object.entries(shapes)
    .map(([name, shape]) => `${name} [${shape}]`)
    .sort()
    .join(', ');
}

function getMethod(id: string): ClassicalMethod {
  const method = METHODS.get(id);
  if (method) return method;
  throw new InvalidConfigurationError({
    expected: `a classical method, one of ${[...METHODS.keys()].join(', ')}`,
    found: `"${id}"`,
    fix: 'correct the name; networks are made by buildModel',
    details: { id },
  });
}

function parseOptions(method: ClassicalMethod, options: Readonly<Record<string, unknown>>): unknown {
  const parsed = method.options.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new InvalidConfigurationError({
    expected: `options of ${method.id}`,
    found: z.prettifyError(parsed.error),
    fix: 'correct the options of the method',
    cause: parsed.error,
  });
}

import { InvalidConfigurationError } from '@mien/core';
import type { z } from 'zod';
import type { InputShape } from '../architectures/architecture.js';
import type { NamedWeights } from '../weights.js';

/** Pictures with their classes, to learn from. */
export interface FitArguments<Options> {
  readonly input: InputShape;
  readonly classes: number;
  readonly seed: number;
  readonly options: Options;
  /** `[n, height, width, 1]`, one after another. */
  readonly pictures: Float32Array;
  /** The class of each picture, 0..classes − 1. */
  readonly targets: ArrayLike<number>;
}

export interface RestoreArguments<Options> {
  readonly input: InputShape;
  readonly classes: number;
  readonly options: Options;
  readonly weights: NamedWeights;
}

/** Something that tells classes apart; the same as what `prepareForInference` of `@mien/compute` makes of a network. */
export interface Classifier {
  /**
   * @param input `batch` pictures, one after another, in the unit that it learned from.
   * @returns `batch` rows of probabilities, one for each class.
   */
  predict(input: Float32Array, batch: number): Promise<Float32Array>;
  dispose(): void;
}

/** A method of classification that is no network: features by hand and a machine that learns on the host. */
export interface ClassicalMethod<Schema extends z.ZodType = z.ZodType> {
  readonly id: string;
  readonly source: string;
  readonly tags: readonly string[];
  readonly defaultInput: InputShape;
  readonly range: readonly [number, number];
  readonly options: Schema;
  /** Learns; what it gives is all that `restore` needs. */
  fit(fit: FitArguments<z.infer<Schema>>): NamedWeights;
  /** The names and shapes of what was learned; sizes that data decided may be read off the weights. */
  weightShapes(restore: RestoreArguments<z.infer<Schema>>): Readonly<Record<string, readonly number[]>>;
  /** The probabilities `[batch, classes]` of pictures, from what was learned. */
  restore(restore: RestoreArguments<z.infer<Schema>>): (input: Float32Array, batch: number) => Float32Array;
}

/** @throws {InvalidConfigurationError} when pictures are not grey, or do not fit their number. */
export function requireGreyPictures(input: InputShape, pictures: Float32Array, count: number): void {
  const expected = count * input.height * input.width;
  if (input.channels === 1 && pictures.length === expected) return;
  throw new InvalidConfigurationError({
    expected: `${count} grey pictures of ${input.height}×${input.width}, ${expected} values`,
    found: `${pictures.length} values of pictures with ${input.channels} channels`,
    fix: 'convert the pictures to grey and to that size',
    details: { ...input, count },
  });
}

/** A tensor of numbers for `NamedWeights`. */
export function toWeight(values: ArrayLike<number>, shape: readonly number[]): NamedWeights[string] {
  return { dtype: 'F32', shape: [...shape], data: Float32Array.from(values) };
}

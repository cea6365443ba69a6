import { InvalidConfigurationError } from '@mien/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import type { Architecture, InputShape } from './architecture.js';
import { miniXception } from './mini-xception.js';

const ARCHITECTURES: ReadonlyMap<string, Architecture> = new Map(
  [miniXception].map((architecture) => [architecture.id, architecture]),
);

/** Every architecture that can be built, in the order of the documentation. */
export function listArchitectures(): Architecture[] {
  return [...ARCHITECTURES.values()];
}

/**
 * The architecture of that name.
 * @throws {InvalidConfigurationError} when there is none.
 */
export function getArchitecture(id: string): Architecture {
  const architecture = ARCHITECTURES.get(id);
  if (architecture) return architecture;
  throw new InvalidConfigurationError({
    expected: `an architecture, one of ${[...ARCHITECTURES.keys()].join(', ')}`,
    found: `"${id}"`,
    fix: 'correct the name',
    details: { id },
  });
}

export interface ModelDefinition {
  readonly id: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly input?: InputShape;
  readonly classes: number;
  readonly seed: number;
}

/**
 * Builds a network with fresh, seeded weights on the current TensorFlow.js backend.
 * Input `[batch, height, width, channels]`; output: probabilities `[batch, classes]`.
 * @throws {InvalidConfigurationError} for an unknown architecture or options that it does not have.
 */
export function buildModel({ id, options = {}, input, classes, seed }: ModelDefinition): LayersModel {
  const architecture = getArchitecture(id);
  const parsed = architecture.options.safeParse(options);
  if (!parsed.success) {
    throw new InvalidConfigurationError({
      expected: `options of ${id}`,
      found: z.prettifyError(parsed.error),
      fix: 'correct the options of the model',
      cause: parsed.error,
    });
  }
  return architecture.build({ input: input ?? architecture.defaultInput, classes, seed, options: parsed.data });
}

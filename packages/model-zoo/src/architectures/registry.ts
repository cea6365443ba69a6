import { InvalidConfigurationError } from '@mien/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { alexnet } from './alexnet.js';
import type { Architecture, InputShape, LossHead } from './architecture.js';
import { dtagn } from './dtagn.js';
import { dtan } from './dtan.js';
import { dtgn } from './dtgn.js';
import { googlenet } from './googlenet.js';
import { landmarkMlp } from './landmark-mlp.js';
import { lopes } from './lopes.js';
import { mienNet } from './mien-net.js';
import { miniXception } from './mini-xception.js';
import { progressive } from './progressive.js';
import { resnet18, resnet34, resnet50, resnet101, resnet152 } from './resnet.js';
import { resnet50Head } from './resnet50-head.js';
import { rtnnStl } from './rtnn-stl.js';
import { tang } from './tang.js';
import { vgg11, vgg13, vgg16, vgg19 } from './vgg.js';
import { vgg13FerPlus } from './vgg13-ferplus.js';

const ARCHITECTURES: ReadonlyMap<string, Architecture> = new Map(
  [
    mienNet,
    miniXception,
    rtnnStl,
    progressive,
    tang,
    lopes,
    vgg13FerPlus,
    alexnet,
    vgg11,
    vgg13,
    vgg16,
    vgg19,
    googlenet,
    resnet18,
    resnet34,
    resnet50,
    resnet101,
    resnet152,
    resnet50Head,
    dtan,
    dtgn,
    dtagn,
    landmarkMlp,
  ].map((architecture) => [architecture.id, architecture as Architecture]),
);

/** Every architecture that can be built, in the order of the documentation. @param tag only those with it. */
export function listArchitectures(tag?: string): Architecture[] {
  const all = [...ARCHITECTURES.values()];
  return tag === undefined ? all : all.filter(({ tags }) => tags.includes(tag));
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
  /** Default: the architecture's own. */
  readonly input?: InputShape;
  readonly classes: number;
  /** Without a seed, kernels are 0: for weights that are filled in afterwards, or for counting. */
  readonly seed?: number;
}

/**
 * Builds a network with fresh, seeded weights on the current TensorFlow.js backend.
 * Its inputs are what the architecture's `takes` says; the first output are probabilities `[batch, classes]`.
 * @throws {InvalidConfigurationError} for an unknown architecture, options that it does not have, or pictures that are too small for it.
 */
export function buildModel({ id, options = {}, input, classes, seed }: ModelDefinition): LayersModel {
  const architecture = getArchitecture(id);
  return architecture.build({
    input: input ?? architecture.defaultInput,
    classes,
    seed,
    options: parseOptions(architecture, options),
  });
}

/**
 * The logits that training compares with the labels. Most networks have one: those that go into the last softmax.
 * @throws {InvalidConfigurationError} for an unknown architecture or options that it does not have.
 */
export function getLossHeads({ id, options = {} }: Pick<ModelDefinition, 'id' | 'options'>): readonly LossHead[] {
  const architecture = getArchitecture(id);
  const parsed = parseOptions(architecture, options);
  return architecture.lossHeads?.(parsed) ?? [];
}

/**
 * How many frames of a sequence a model sees; `undefined` for one of single pictures (a classical method is one).
 * @throws {InvalidConfigurationError} for options that the architecture does not have.
 */
export function getFrameCount({ id, options = {} }: Pick<ModelDefinition, 'id' | 'options'>): number | undefined {
  const architecture = ARCHITECTURES.get(id);
  if (!architecture?.tags.includes('sequence')) return undefined;
  return (parseOptions(architecture, options) as { readonly frames: number }).frames;
}

function parseOptions(architecture: Architecture, options: Readonly<Record<string, unknown>>): unknown {
  const parsed = architecture.options.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new InvalidConfigurationError({
    expected: `options of ${architecture.id}`,
    found: z.prettifyError(parsed.error),
    fix: 'correct the options of the model',
    cause: parsed.error,
  });
}

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors, InvalidBundleError, type ModelCard, modelCardSchema } from '@mien/core';
import { describeSystemError, writeFileAtomically } from '@mien/core/node';
import { model as createModel, type LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { buildModel, listArchitectures } from '../architectures/registry.js';
import type { Classifier } from '../classical/classical-method.js';
import { buildClassifier, isClassicalMethod, listClassicalMethods } from '../classical/registry.js';
import { countParameters, type NamedWeights, readWeights, writeWeights } from '../weights.js';

const WEIGHTS = 'weights.safetensors';
const CARD = 'card.json';

/** What the writer of a bundle says; the rest of the card is read off the model. */
export type ModelCardDraft = Omit<ModelCard, 'format' | 'hashes' | 'parameters'>;

/** A bundle that was read: its card and its weights on the host. */
export interface ModelBundle {
  readonly directory: string;
  readonly card: ModelCard;
  readonly weights: NamedWeights;
}

/**
 * Writes a model bundle: `weights.safetensors`, then `card.json`, which carries the weights' hash and so makes the bundle valid.
 * @throws {WriteFailedError} when the disk refuses.
 */
export async function saveBundle(model: LayersModel, draft: ModelCardDraft, directory: string): Promise<ModelCard> {
  return writeBundle(await readWeights(model), countParameters(model), draft, directory);
}

/**
 * Writes the bundle of a classical method, from what `fitClassifier` gave; the card's architecture names the method.
 * @throws {WriteFailedError} when the disk refuses.
 */
export async function saveClassifierBundle(
  weights: NamedWeights,
  draft: ModelCardDraft,
  directory: string,
): Promise<ModelCard> {
  const total = Object.values(weights).reduce((sum, { data }) => sum + data.length, 0);
  return writeBundle(weights, { total, trainable: total }, draft, directory);
}

async function writeBundle(
  weights: NamedWeights,
  parameters: ModelCard['parameters'],
  draft: ModelCardDraft,
  directory: string,
): Promise<ModelCard> {
  const bytes = encodeSafetensors(weights, { labels: draft.labels.join(',') });
  const card = modelCardSchema.parse({
    format: 'mien-bundle-1',
    ...draft,
    parameters,
    hashes: { [WEIGHTS]: createHash('sha256').update(bytes).digest('hex') },
  });
  await writeFileAtomically(join(directory, WEIGHTS), bytes);
  await writeFileAtomically(join(directory, CARD), `${JSON.stringify(card, null, 2)}\n`);
  return card;
}

/**
 * Reads a bundle and checks it: the card's schema, the weights' hash, and that the weights were saved in the card's label order.
 * @throws {InvalidBundleError} when anything does not fit.
 */
export async function readBundle(directory: string): Promise<ModelBundle> {
  // In turn, so that a folder without either is always said to lack the card.
  const cardBytes = await readPart(directory, CARD);
  const weightBytes = await readPart(directory, WEIGHTS);
  const card = parseCard(directory, cardBytes);
  const hash = createHash('sha256').update(weightBytes).digest('hex');
  if (hash !== card.hashes[WEIGHTS]) {
    throw invalid(directory, `${WEIGHTS} with SHA-256 ${card.hashes[WEIGHTS]}, as the card says`, hash);
  }
  const { tensors, metadata } = decodeSafetensors(weightBytes, join(directory, WEIGHTS));
  if (metadata.labels !== card.labels.join(',')) {
    throw invalid(
      directory,
      `the label order that the weights were saved with, ${metadata.labels}`,
      `${card.labels} in ${CARD}`,
    );
  }
  return { directory, card, weights: tensors };
}

/**
 * Builds the network of a bundle on the current backend and fills in its weights. Heads that only training needs are left out: the model has
 * one output, probabilities `[batch, classes]`.
 * @throws {InvalidBundleError} when the architecture is unknown or no network, or the weights do not fit it.
 */
export function buildBundleModel({ card, weights }: Pick<ModelBundle, 'card' | 'weights'>): LayersModel {
  const { id, options } = card.architecture;
  if (isClassicalMethod(id)) {
    throw new InvalidBundleError({
      expected: 'the bundle of a network',
      found: `one of the classical method ${id}`,
      fix: 'make a classifier of it with buildBundleClassifier',
      details: { id },
    });
  }
  requireKnown(id, listArchitectures());
  const model = buildModel({ id, options, input: card.input, classes: card.labels.length });
  try {
    writeWeights(model, weights);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return model.outputs.length > 1 ? keepFirstOutput(model) : model;
}

/**
 * Makes a classifier of the bundle of a classical method.
 * @throws {InvalidBundleError} when the method is unknown or a network, or the weights do not fit it.
 */
export function buildBundleClassifier({ card, weights }: Pick<ModelBundle, 'card' | 'weights'>): Classifier {
  const { id, options } = card.architecture;
  requireKnown(id, listClassicalMethods());
  return buildClassifier({ id, options, input: card.input, classes: card.labels.length }, weights);
}

function requireKnown(id: string, known: readonly { readonly id: string }[]): void {
  if (known.some((each) => each.id === id)) return;
  throw new InvalidBundleError({
    expected: `a bundle of one of ${known.map((each) => each.id).join(', ')}`,
    found: `one of "${id}"`,
    fix: 'use a version of Mien that knows it',
    details: { id },
  });
}

/** The part of a model that its first output needs; gives the other layers' weights back. */
function keepFirstOutput(model: LayersModel): LayersModel {
  const kept = createModel({ name: model.name, inputs: model.inputs, outputs: model.outputs[0] });
  for (const layer of model.layers) {
    if (!kept.layers.includes(layer)) layer.dispose();
  }
  return kept;
}

async function readPart(directory: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(join(directory, name));
  } catch (error) {
    throw invalid(
      directory,
      `a model bundle with ${CARD} and ${WEIGHTS}`,
      `${name}: ${describeSystemError(error)}`,
      error,
    );
  }
}

function parseCard(directory: string, bytes: Uint8Array): ModelCard {
  try {
    return modelCardSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    const found = error instanceof z.ZodError ? z.prettifyError(error) : 'text that is not JSON';
    throw invalid(directory, `a valid ${CARD}`, found, error);
  }
}

function invalid(directory: string, expected: string, found: string, cause?: unknown): InvalidBundleError {
  const fix = 'use a bundle as it was written; copy or train it again';
  return new InvalidBundleError({
    expected: `${expected}, in ${directory}`,
    found,
    fix,
    details: { directory },
    cause,
  });
}

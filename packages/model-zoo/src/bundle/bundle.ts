import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors, InvalidBundleError, type ModelCard, modelCardSchema } from '@mien/core';
import { describeSystemError, writeFileAtomically } from '@mien/core/node';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { buildModel } from '../architectures/registry.js';
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
  const bytes = encodeSafetensors(await readWeights(model), { labels: draft.labels.join(',') });
  const card = modelCardSchema.parse({
    format: 'mien-bundle-1',
    ...draft,
    parameters: countParameters(model),
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
  const [cardBytes, weightBytes] = await Promise.all([readPart(directory, CARD), readPart(directory, WEIGHTS)]);
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
 * Builds the network of a bundle on the current backend and fills in its weights.
 * @throws {InvalidBundleError} when the weights do not fit the architecture.
 */
export function buildBundleModel({ card, weights }: Pick<ModelBundle, 'card' | 'weights'>): LayersModel {
  const { id, options } = card.architecture;
  const model = buildModel({ id, options, input: card.input, classes: card.labels.length, seed: card.training.seed });
  try {
    writeWeights(model, weights);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return model;
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

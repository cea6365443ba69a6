import type { ModelCard } from '@mien/core';
import { readBundle, resolveBundle } from '@mien/model-zoo';
import type { Experiment } from '../configuration/experiment.js';

/** What a model learned from before and beside its own training. */
export interface Lineage extends Pick<ModelCard['training'], 'startedFrom' | 'teachers'> {
  /** What the weights that it begins with were trained on. */
  readonly datasets: readonly string[];
  /** The bundle that it begins with and its teachers. */
  readonly cards: readonly ModelCard[];
}

/**
 * The bundles that a model learned from, each as its name and the first twelve digits of its weights' SHA-256: the same name, or folder, may
 * hold other weights later.
 */
export async function readLineage({ model: { startFrom }, teachers }: Experiment): Promise<Lineage> {
  const start = startFrom === undefined ? undefined : await readCard(startFrom);
  const cards = await Promise.all(teachers.map(readCard));
  return {
    datasets: start?.training.datasets ?? [],
    cards: [...(start ? [start] : []), ...cards],
    ...(start && { startedFrom: identify(start) }),
    ...(cards.length > 0 && { teachers: cards.map(identify) }),
  };
}

async function readCard(bundle: string): Promise<ModelCard> {
  return (await readBundle(await resolveBundle(bundle))).card;
}

function identify({ name, hashes }: ModelCard): string {
  return `${name}@${hashes['weights.safetensors'].slice(0, 12)}`;
}

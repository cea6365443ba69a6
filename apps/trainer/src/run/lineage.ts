import type { ModelCard } from '@mien/core';
import { readBundle, resolveBundle } from '@mien/model-zoo';
import type { Experiment } from '../configuration/experiment.js';

/**
 * The bundles that a model learned from, each as its name and the first twelve digits of its weights' SHA-256: the same name, or folder, may
 * hold other weights later.
 */
export async function readLineage({
  model: { startFrom },
  teachers,
}: Experiment): Promise<Pick<ModelCard['training'], 'startedFrom' | 'teachers'>> {
  return {
    ...(startFrom !== undefined && { startedFrom: await identify(startFrom) }),
    ...(teachers.length > 0 && { teachers: await Promise.all(teachers.map(identify)) }),
  };
}

async function identify(bundle: string): Promise<string> {
  const { card } = await readBundle(await resolveBundle(bundle));
  return `${card.name}@${card.hashes['weights.safetensors'].slice(0, 12)}`;
}

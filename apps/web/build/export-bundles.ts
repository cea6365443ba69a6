import { readdir } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { startEngine } from '@mien/compute';
import { InvalidConfigurationError, type ModelCard } from '@mien/core';
import { exportOnnx } from '@mien/inference';
import { buildBundleModel, isClassicalMethod, pretrainedDirectory, readBundle } from '@mien/model-zoo';

export interface PageBundle {
  readonly name: string;
  readonly card: ModelCard;
  readonly network: Uint8Array;
}

/**
 * The bundles that the page offers, the default first: those that ship, then those named. Classical methods, which are no networks, are
 * left out.
 * @param named folders of bundles, separated as in `PATH`. @throws {InvalidBundleError} when one is damaged.
 * @throws {InvalidConfigurationError} when two have one name.
 */
export async function exportBundles(named = '', say: (text: string) => void = () => undefined): Promise<PageBundle[]> {
  const shipped = dirname(pretrainedDirectory());
  const others = (await readdir(shipped)).map((name) => join(shipped, name)).sort();
  const folders = new Set(
    [pretrainedDirectory(), ...others, ...named.split(delimiter).filter(Boolean)].map((path) => resolve(path)),
  );
  await startEngine({ engine: 'onnxruntime-cpu' });
  const bundles: PageBundle[] = [];
  for (const folder of folders) {
    const bundle = await readBundle(folder);
    const { card } = bundle;
    if (isClassicalMethod(card.architecture.id)) {
      say(`${card.name}: left out, ${card.architecture.id} is no network`);
      continue;
    }
    if (bundles.some(({ name }) => name === card.name)) {
      throw new InvalidConfigurationError({
        expected: 'bundles of different names',
        found: `two of ${card.name}, one in ${folder}`,
        fix: 'leave one out of MIEN_PAGE_BUNDLES',
      });
    }
    const model = buildBundleModel(bundle);
    const [file] = exportOnnx(model, card);
    model.dispose();
    bundles.push({ name: card.name, card, network: file.bytes as Uint8Array });
  }
  return bundles;
}

import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readDatasetFolder } from './dataset-definition.js';
import { readExperiment } from './experiment.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

test('every experiment that ships can be read, is named as its file, and its data set is defined', async () => {
  const names = await readdir(path('../../experiments'));
  expect(names).toContain('sample.yaml');
  for (const name of names) {
    const experiment = await readExperiment(path(`../../experiments/${name}`));
    expect(`${experiment.name}.yaml`).toBe(name);
    const { definition } = await readDatasetFolder(path(`../../../../datasets/${experiment.dataset}`));
    expect(definition.name).toBe(experiment.dataset);
  }
});

test('overrides replace values, and a wrong one is named', async () => {
  const sample = path('../../experiments/sample.yaml');
  const experiment = await readExperiment(sample, ['training.epochs=3', 'model.options={l2: 0.5}', 'engine=wasm']);
  expect(experiment).toMatchObject({ training: { epochs: 3 }, model: { options: { l2: 0.5 } }, engine: 'wasm' });
  await expect(readExperiment(sample, ['training.epochs=many'])).rejects.toThrow(/training\.epochs/);
  await expect(readExperiment(sample, ['summary.text=1'])).rejects.toThrow(/no group of keys/);
});

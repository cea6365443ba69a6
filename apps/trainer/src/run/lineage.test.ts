import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listPretrained, pretrainedDirectory } from '@mien/model-zoo';
import { expect, test } from 'vitest';
import { experimentSchema } from '../configuration/experiment.js';
import { readLineage } from './lineage.js';

const experiment = experimentSchema.parse({
  name: 'lineage',
  summary: 'a student',
  dataset: 'fer2013',
  split: { protocol: 'official' },
  model: { architecture: 'mini-xception' },
  training: { epochs: 1, learningRate: { schedule: 'constant', initial: 0.1 } },
  bundle: { intendedUse: 'a test', limits: 'a test', licence: { weights: 'MIT', data: 'none' } },
});

test('a bundle is told by its name and by its weights', async () => {
  const [first, second] = await listPretrained();
  const names = await Promise.all(
    [first, second].map(async (name) => {
      const weights = await readFile(join(pretrainedDirectory(name), 'weights.safetensors'));
      return `${name}@${createHash('sha256').update(weights).digest('hex').slice(0, 12)}`;
    }),
  );
  const model = { ...experiment.model, startFrom: pretrainedDirectory(first) };
  const { cards, ...lineage } = await readLineage({ ...experiment, model, teachers: [first, second] });
  expect(lineage).toEqual({ datasets: ['fer2013'], startedFrom: names[0], teachers: names });
  expect(cards.map(({ name }) => name)).toEqual([first, first, second]);
  expect(await readLineage(experiment)).toEqual({ datasets: [], cards: [] });
});

import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startEngine } from '@mien/compute';
import { describeModel, isClassicalMethod, pretrainedDirectory, readBundle } from '@mien/model-zoo';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkModel } from '../run/check-model.js';
import { withExperimentPipeline } from '../run/input-size.js';
import { readDatasetFolder } from './dataset-definition.js';
import { type Experiment, readExperiment } from './experiment.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const names = await readdir(path('../../experiments'));
const folderOf = (dataset: string) => readDatasetFolder(path(`../../../../datasets/${dataset}`));

beforeAll(() => startEngine({ engine: 'onnxruntime-cpu' }));

/** What the pipeline of an experiment's data set ends in. */
async function inputOf(experiment: Experiment) {
  const { pipeline } = withExperimentPipeline(await folderOf(experiment.dataset), experiment).definition;
  const resize = pipeline.findLast(({ step }) => step === 'resize') as { width: number; height: number };
  expect(pipeline.some(({ step }) => step === 'grey')).toBe(true);
  const isColour = pipeline.some(({ step }) => step === 'mapped-local-binary-patterns');
  return { width: resize.width, height: resize.height, channels: isColour ? (3 as const) : (1 as const) };
}

test('there is one for what is shipped and for the study’s rows', () => {
  for (const name of [
    'sample',
    'fer2013',
    'fer2013-kdef',
    'kdef-two-stage',
    'kdef-progressive',
    'kdef-resnet50-head',
  ]) {
    expect(names).toContain(`${name}.yaml`);
  }
});

describe.each(names)('%s', (name) => {
  test('can be read, is named as its file, and its data sets, bundles and network are there', async () => {
    const experiment = await readExperiment(path(`../../experiments/${name}`));
    const { dataset, model, recipe, teachers } = experiment;
    expect(`${experiment.name}.yaml`).toBe(name);
    for (const own of [dataset, ...(recipe?.type === 'two-stage' ? [recipe.first.dataset] : [])]) {
      expect((await folderOf(own)).definition.name).toBe(own);
    }
    for (const bundle of [...teachers, ...(model.startFrom ? [model.startFrom] : [])]) {
      expect((await readBundle(pretrainedDirectory(bundle))).card.name).toBe(bundle);
    }
    const input = await inputOf(experiment);
    checkModel(experiment);
    if (isClassicalMethod(model.architecture)) return;
    const network = describeModel({ id: model.architecture, options: model.options, input, classes: 7 });
    expect(network.parameters.trainable).toBeGreaterThan(10_000);
    if (recipe?.type !== 'progressive') return;
    const halved = { ...input, width: input.width / 2 ** recipe.halvings, height: input.height / 2 ** recipe.halvings };
    const smaller = describeModel({ id: model.architecture, options: model.options, input: halved, classes: 7 });
    expect(smaller.parameters.total).toBeLessThan(network.parameters.total);
  });

  test('its head says what it reproduces, the command, an override, and time and result', async () => {
    const text = await readFile(path(`../../experiments/${name}`), 'utf8');
    const head = text.slice(0, text.search(/^[^#]/m));
    expect(head).toContain(`mien-train run ${name}`);
    expect(head).toMatch(/--set /);
    expect(head).toMatch(/^# (Time and result|Measured):/m);
  });
});

test('overrides replace values, and a wrong one is named', async () => {
  const sample = path('../../experiments/sample.yaml');
  const experiment = await readExperiment(sample, ['training.epochs=3', 'model.options={l2: 0.5}', 'engine=wasm']);
  expect(experiment).toMatchObject({ training: { epochs: 3 }, model: { options: { l2: 0.5 } }, engine: 'wasm' });
  // Taught by others, or alone.
  const taught = path('../../experiments/mien-net-sfew.yaml');
  const alone = await readExperiment(taught, ['recipe=null', 'training.distillation=null']);
  expect(alone).not.toHaveProperty('recipe');
  await expect(readExperiment(taught, ['recipe=null'])).rejects.toThrow(/teachers/);
  const training = '{epochs: 1, learningRate: {schedule: constant, initial: 0.01}, distillation: {}}';
  const earlier = [`recipe.training=${training}`];
  await expect(readExperiment(taught, earlier)).rejects.toThrow(/recipe.*teachers teach the last training/);
  await expect(readExperiment(taught, ['training.epochs=null'])).rejects.toThrow(/epochs/);
  await expect(readExperiment(sample, ['training.epochs=many'])).rejects.toThrow(/training\.epochs/);
  await expect(readExperiment(sample, ['summary.text=1'])).rejects.toThrow(/no group of keys/);
});

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { InvalidConfigurationError, type PipelineStepData } from '@mien/core';
import {
  asFaces,
  combineDatasets,
  generateSyntheticDataset,
  mapClasses,
  type OpenedDataset,
  openDataset,
} from '@mien/datasets';
import { isFindingStep, type PipelineData, type PipelineInput, parsePipeline } from '@mien/preprocessing';
import {
  type AugmentedCopies,
  loadTensorSet,
  type PreprocessOptions,
  type PreprocessResult,
  preprocessDataset,
  type TensorSet,
  tensorSetKey,
} from '@mien/preprocessing/node';
import {
  type DatasetDefinition,
  type DatasetFolder,
  findDatasetFolder,
  readSourceLock,
} from './configuration/dataset-definition.js';
import { Progress } from './progress.js';

/**
 * Opens the data of a data set, with its classes mapped; the sample set is drawn first where it is not there yet.
 * @param path instead of the place that `dataset add` was told.
 * @throws {InvalidConfigurationError} when a path is given for a combined set, or its parts do not go together.
 */
export async function openData(folder: DatasetFolder, path?: string): Promise<OpenedDataset> {
  const { classes } = folder.definition;
  const dataset = await openSource(folder, path);
  return classes ? mapClasses(dataset, classes) : dataset;
}

async function openSource(folder: DatasetFolder, path: string | undefined): Promise<OpenedDataset> {
  const { name, source } = folder.definition;
  if (source.type === 'combined') return openCombined(folder, source.parts, path);
  if (source.type === 'synthetic') {
    const directory = path ?? join(folder.directory, 'images');
    if (!path) await drawSamples(directory, source.generator);
    return openDataset({ type: 'synthetic', path: directory, name });
  }
  return openDataset({ ...source, path: path ?? (await readSourceLock(folder)), name });
}

async function openCombined(
  { definition, directory }: DatasetFolder,
  parts: Extract<DatasetDefinition['source'], { type: 'combined' }>['parts'],
  path: string | undefined,
): Promise<OpenedDataset> {
  const { name, pictures } = definition;
  const folders = await Promise.all(parts.map(({ dataset }) => findDatasetFolder(dataset, directory)));
  const unlike = pictures === 'cropped' && folders.find((part) => part.definition.pictures === 'photos');
  const nested = folders.find((part) => part.definition.source.type === 'combined');
  const problem =
    path !== undefined
      ? `--data ${path}`
      : nested
        ? `${nested.definition.name}, which is combined itself`
        : unlike && `photos of ${unlike.definition.name} in a set of cropped pictures`;
  if (problem) {
    throw new InvalidConfigurationError({
      expected: `"${name}" to be combined of data sets that are not, each added on its own, and none of photos where its pictures are cropped`,
      found: problem,
      fix: 'correct the parts in its dataset.yaml, and add each of them',
      details: { name },
    });
  }
  return combineDatasets(
    name,
    await Promise.all(
      folders.map(async (part, index) => {
        const own = await openData(part);
        const dataset = pictures === 'photos' && part.definition.pictures === 'cropped' ? asFaces(own) : own;
        const { classes } = parts[index];
        return classes ? mapClasses(dataset, classes) : dataset;
      }),
    ),
  );
}

async function drawSamples(directory: string, options: object): Promise<void> {
  const progress = new Progress('drawing the sample faces');
  try {
    await generateSyntheticDataset({
      ...options,
      directory,
      onProgress: ({ done, total }) => progress.update(done, total),
    });
  } finally {
    progress.end();
  }
}

/**
 * Pre-processes a data set into `tensors/` of its folder, unless that is done already.
 * @param options other copies than its definition's; another folder.
 */
export async function preprocessFolder(
  folder: DatasetFolder,
  options: { readonly strict?: boolean; readonly augment?: AugmentedCopies; readonly directory?: string } = {},
): Promise<PreprocessResult> {
  const { pipeline, augment } = folder.definition;
  const directory = join(folder.directory, 'tensors');
  return preprocess({ dataset: await openData(folder), pipeline, augment, directory, ...options });
}

/** The tensors of a data set as its own pipeline makes them. */
export async function loadFolderTensors(folder: DatasetFolder): Promise<TensorSet> {
  return loadTensorSet((await preprocessFolder(folder)).directory);
}

/** The tensors of a data set under any pipeline, kept in `cache/` of its folder by what they are made of. */
export async function loadTensorsOf(
  dataset: OpenedDataset,
  folder: DatasetFolder,
  pipeline: PipelineData,
): Promise<{ readonly set: TensorSet; readonly directory: string }> {
  const key = tensorSetKey(await dataset.fingerprint(), dataset.labels, pipeline);
  const directory = join(folder.directory, 'cache', key.slice(0, 16));
  await preprocess({ dataset, pipeline, directory });
  return { set: await loadTensorSet(directory), directory };
}

async function preprocess(options: PreprocessOptions & { pipeline: PipelineInput }): Promise<PreprocessResult> {
  const progress = new Progress(`pre-processing ${options.dataset.name}`);
  try {
    return await preprocessDataset({
      ...options,
      // A thread takes half a second to start and 150 MiB with a detector: worth it where a picture takes long.
      threads: isQuick(options.pipeline) ? 0 : Math.min(4, availableParallelism()),
      onProgress: ({ done, total }) => progress.update(done, total),
    });
  } finally {
    progress.end();
  }
}

/** Whether no step looks for anything or works on the whole picture for long: then reading the file is most of it. */
function isQuick(pipeline: PipelineInput): boolean {
  const quick: readonly PipelineInput[number]['step'][] = ['grey', 'crop-centre', 'resize', 'equalise-histogram'];
  return pipeline.every(({ step }) => quick.includes(step));
}

/** The pipeline that a bundle trained on this set carries: from a photo to the network's input. */
export function photoPipeline({ definition }: DatasetFolder): PipelineData {
  const { framing, pipeline } = definition;
  // An experiment's pipeline may look for the face itself.
  return parsePipeline(framing && !pipeline.some(isFindingStep) ? [framing, ...pipeline] : pipeline);
}

/**
 * The pipeline that brings a set's pictures to a bundle: the bundle's own, without looking for a face where every picture is one.
 * @throws {InvalidConfigurationError} when the bundle's pipeline is not one this version knows.
 */
export function pipelineForBundle(
  { definition }: DatasetFolder,
  bundlePipeline: readonly PipelineStepData[],
): PipelineData {
  const steps =
    definition.pictures === 'cropped' ? bundlePipeline.filter(({ step }) => step !== 'crop-face') : bundlePipeline;
  if (steps.length > 0) return parsePipeline(steps);
  throw new InvalidConfigurationError({
    expected: 'a bundle whose pipeline brings pictures to its input size',
    found: 'no step but the crop',
    fix: 'use a bundle as it was written',
  });
}

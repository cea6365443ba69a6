import type { Landmarks, Sample } from '@mien/core';
import {
  getArchitecture,
  getFrameCount,
  type InputKind,
  isClassicalMethod,
  landmarkVector,
  trajectoryVector,
} from '@mien/model-zoo';
import { type PipelineData, parsePipeline } from '@mien/preprocessing';
import type { TensorSet } from '@mien/preprocessing/node';
import type { TrainingSource } from '@mien/training';
import type { DatasetFolder } from '../configuration/dataset-definition.js';
import { loadFolderTensors, loadTensorsOf, openData } from '../data.js';
import { findLandmarks } from './find-landmarks.js';
import { framesAsDataset, pickSequences, stackFrames } from './sequence-tensors.js';

/** What a model sees of a data set: a row a picture or a sequence, and landmarks for networks that take them. */
export type ModelInputs = Pick<TrainingSource, 'set' | 'landmarks'>;

export interface ModelInputOptions {
  readonly id: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Instead of the data set's own. */
  readonly pipeline?: PipelineData;
  /** The data, instead of the place that `dataset add` was told. */
  readonly path?: string;
}

/**
 * Loads a data set as a model takes it: pictures, the frames of sequences stacked as channels, landmarks.
 * @throws {InvalidDataError} when it has no sequences, or no landmarks are found.
 */
export async function loadModelInputs(folder: DatasetFolder, model: ModelInputOptions): Promise<ModelInputs> {
  const { id, options, path } = model;
  const takes = inputKindOf(id);
  const frames = getFrameCount({ id, options });
  if (frames === undefined && takes === 'picture') {
    return {
      set: model.pipeline
        ? (await loadTensorsOf(await openData(folder, path), folder, model.pipeline)).set
        : await loadFolderTensors(folder),
    };
  }
  const pipeline = model.pipeline ?? parsePipeline(folder.definition.pipeline);
  return frames === undefined
    ? loadLandmarks(folder, pipeline, path)
    : loadSequences(folder, pipeline, { frames, hasLandmarks: takes !== 'frames', path });
}

/** A classical method takes pictures. */
export function inputKindOf(id: string): InputKind {
  return isClassicalMethod(id) ? 'picture' : getArchitecture(id).takes;
}

async function loadLandmarks(folder: DatasetFolder, pipeline: PipelineData, path?: string): Promise<ModelInputs> {
  const dataset = await openData(folder, path);
  const { set, directory } = await loadTensorsOf(dataset, folder, pipeline);
  const rows = new Set(set.samples.map(({ id }) => id));
  const samples: Sample[] = [];
  for await (const sample of dataset.samples()) if (rows.has(sample.id)) samples.push(sample);
  const found = await findLandmarks(samples, pipeline, directory);
  const kept = selectRows(set, (id) => found.has(id));
  sayLeftOut(set.samples.length - kept.samples.length, 'pictures', dataset.name);
  const vectors = kept.samples.map(({ id }) => landmarkVector(found.get(id) as Landmarks));
  return { set: kept, landmarks: toRows(vectors) };
}

async function loadSequences(
  folder: DatasetFolder,
  pipeline: PipelineData,
  { frames, hasLandmarks, path }: { frames: number; hasLandmarks: boolean; path?: string },
): Promise<ModelInputs> {
  const dataset = await openData(folder, path);
  const picked = await pickSequences(dataset, frames);
  const asPictures = framesAsDataset(dataset, picked, frames);
  const { set: pictures, directory } = await loadTensorsOf(asPictures, folder, pipeline);
  const rows = new Set(pictures.samples.map(({ id }) => id));
  let found: ReadonlyMap<string, Landmarks> | undefined;
  if (hasLandmarks) {
    const samples: Sample[] = [];
    for await (const sample of asPictures.samples()) if (rows.has(sample.id)) samples.push(sample);
    found = await findLandmarks(samples, pipeline, directory);
  }
  const { set, sequences, leftOut } = stackFrames(pictures, picked, found && ((id) => found.has(id)));
  sayLeftOut(leftOut, 'sequences', dataset.name);
  if (!found) return { set };
  const vectors = sequences.map((sequence) =>
    trajectoryVector(sequence.frames.map(({ id }) => found.get(id) as Landmarks)),
  );
  return { set, landmarks: toRows(vectors) };
}

function toRows(vectors: readonly Float32Array[]): NonNullable<ModelInputs['landmarks']> {
  const length = vectors[0].length;
  const values = new Float32Array(vectors.length * length);
  for (const [row, vector] of vectors.entries()) values.set(vector, row * length);
  return { values, length };
}

/** The rows of a set whose sample is kept. */
function selectRows(set: TensorSet, isKept: (id: string) => boolean): TensorSet {
  const rows = [...set.samples.keys()].filter((row) => isKept(set.samples[row].id));
  if (rows.length === set.samples.length) return set;
  const size = set.height * set.width * set.channels;
  const images = new Uint8Array(new SharedArrayBuffer(rows.length * size));
  rows.forEach((row, place) => {
    images.set(set.images.subarray(row * size, (row + 1) * size), place * size);
  });
  const labels = Uint8Array.from(rows, (row) => set.labels[row]);
  return { ...set, images, labels, labelDistributions: undefined, samples: rows.map((row) => set.samples[row]) };
}

function sayLeftOut(count: number, what: string, name: string): void {
  if (count > 0)
    process.stderr.write(`${name}: ${count} ${what} without landmarks, or with a frame missing, are left out\n`);
}

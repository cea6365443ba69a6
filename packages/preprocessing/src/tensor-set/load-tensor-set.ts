import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  decodeSafetensors,
  type Emotion,
  InvalidDataError,
  MissingInputError,
  type SampleGroups,
  type Split,
} from '@mien/core';
import { describeSystemError } from '@mien/core/node';
import { INDEX_FILE, type TensorSetIndex, tensorSetIndexSchema } from './tensor-set-index.js';

/** What is known of one row of a tensor set. */
export interface TensorSample {
  readonly id: string;
  readonly emotion: Emotion;
  readonly subject?: string;
  readonly split?: Split;
  readonly groups: SampleGroups;
  /** The row that this one is an augmented copy of: for training only, on the side of its original. */
  readonly copyOf?: number;
}

/** A pre-processed data set in memory. */
export interface TensorSet {
  readonly index: TensorSetIndex;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** N × height × width × channels, 0..255; from `loadTensorSet` in memory that threads may share. */
  readonly images: Uint8Array;
  /** N class numbers; class k is `index.labels[k]`. */
  readonly labels: Uint8Array;
  /** N × classes probabilities in the order of `index.labels`; absent where the data set states one label a picture. */
  readonly labelDistributions?: Float32Array;
  /** N entries, in the rows' order. */
  readonly samples: readonly TensorSample[];
}

/**
 * Reads `index.json` of a tensor set.
 * @throws {MissingInputError} when it is not there; @throws {InvalidDataError} when it does not fit its schema or itself.
 */
export async function readTensorSetIndex(directory: string): Promise<TensorSetIndex> {
  const file = join(directory, INDEX_FILE);
  const text = await read(file, `the index of a tensor set at ${file}`);
  let parsed: ReturnType<typeof tensorSetIndexSchema.safeParse>;
  try {
    parsed = tensorSetIndexSchema.safeParse(JSON.parse(text.toString('utf8')));
  } catch (error) {
    throw invalid(file, 'text that is not JSON', error);
  }
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw invalid(file, `${path.join('.') || 'the index'}: ${message}`, parsed.error);
  }
  const { count, samples, shards } = parsed.data;
  const rows = shards.reduce((sum, shard) => sum + shard.count, 0);
  for (const length of [rows, ...Object.values(samples).map((column) => column?.length ?? count)]) {
    if (length !== count) throw invalid(file, `${count} samples in all but ${length} in one of its lists`);
  }
  return parsed.data;
}

/**
 * Loads a tensor set whole into memory and checks every shard's digest.
 * @throws {MissingInputError} when a file is not there; @throws {InvalidDataError} naming the shard whose bytes are not the index's.
 */
export async function loadTensorSet(directory: string): Promise<TensorSet> {
  const index = await readTensorSetIndex(directory);
  const { height, width, channels } = index.image;
  const size = height * width * channels;
  // Shared, so that threads that augment read the same memory.
  const images = new Uint8Array(new SharedArrayBuffer(index.count * size));
  const labels = new Uint8Array(index.count);
  const classes = index.labels.length;
  let labelDistributions: Float32Array | undefined;
  let row = 0;
  for (const { file, count, sha256 } of index.shards) {
    const path = join(directory, file);
    const bytes = await read(path, `the shard ${path} that the index names`);
    const digest = createHash('sha256').update(bytes).digest('hex');
    if (digest !== sha256) throw invalid(path, `bytes with the SHA-256 digest ${digest}, not the index's ${sha256}`);
    const shard = decodeShard(path, bytes, [count, height, width, channels], classes);
    images.set(shard.images, row * size);
    labels.set(shard.labels, row);
    if (shard.distributions) {
      labelDistributions ??= new Float32Array(index.count * classes);
      labelDistributions.set(shard.distributions, row * classes);
    }
    row += count;
  }
  if (labelDistributions) fillWithLabels(labelDistributions, labels, classes);
  const samples = Array.from(labels, (label, at) => sampleAt(index, label, at));
  return { index, height, width, channels, images, labels, ...(labelDistributions && { labelDistributions }), samples };
}

interface Shard {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly distributions?: Float32Array;
}

function decodeShard(path: string, bytes: Buffer, shape: readonly number[], classes: number): Shard {
  const { tensors } = decodeSafetensors(bytes, path);
  const { images, labels, label_distributions: distributions } = tensors;
  const [count] = shape;
  if (
    images?.dtype !== 'U8' ||
    labels?.dtype !== 'U8' ||
    `${images.shape}` !== `${shape}` ||
    (distributions && (distributions.dtype !== 'F32' || `${distributions.shape}` !== `${[count, classes]}`))
  ) {
    throw invalid(path, `tensors ${Object.entries(tensors).map(([name, t]) => `${name} ${t.dtype}[${t.shape}]`)}`);
  }
  const wrong = labels.data.findIndex((label) => label >= classes);
  if (wrong >= 0 || labels.data.length !== count) throw invalid(path, `labels that are not ${count} of the index's`);
  return {
    images: images.data as Uint8Array,
    labels: labels.data as Uint8Array,
    ...(distributions && { distributions: distributions.data as Float32Array }),
  };
}

/** Rows of shards without distributions, or of samples without one, are all on their label. */
function fillWithLabels(distributions: Float32Array, labels: Uint8Array, classes: number): void {
  for (const [row, label] of labels.entries()) {
    const from = row * classes;
    if (distributions.subarray(from, from + classes).every((share) => share === 0)) distributions[from + label] = 1;
  }
}

function sampleAt({ labels, samples }: TensorSetIndex, label: number, at: number): TensorSample {
  const subject = samples.subjects[at];
  const split = samples.splits[at];
  const original = samples.copyOf?.[at];
  return {
    id: samples.ids[at],
    emotion: labels[label],
    ...(subject !== null && { subject }),
    ...(split !== null && { split }),
    groups: samples.groups[at],
    ...(typeof original === 'number' && { copyOf: original }),
  };
}

async function read(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new MissingInputError({
      expected: what,
      found: describeSystemError(error),
      fix: 'pre-process the data set (again) into that folder',
      details: { file: path },
      cause: error,
    });
  }
}

function invalid(file: string, found: string, cause?: unknown): InvalidDataError {
  return new InvalidDataError({
    expected: `${file} as pre-processing wrote it`,
    found,
    fix: 'delete the folder and pre-process the data set again',
    details: { file },
    cause,
  });
}

import { rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Dataset, InvalidDataError, MienError, type PixelImage, type Sample } from '@mien/core';
import { createHaarDetectorPool, type HaarOptions } from '@mien/faces';
import { createPipeline, type Pipeline } from '../pipeline.js';
import type { PipelineInput } from '../pipeline-schema.js';
import { openBuildDirectory, publish } from './build-directory.js';
import { inOrder } from './in-order.js';
import { readTensorSetIndex } from './load-tensor-set.js';
import { type PreprocessProblem, RowLog, type SampleResult } from './row-log.js';
import { defaultShardSize, ShardWriter } from './shard-writer.js';
import { TENSOR_SET_FORMAT, type TensorSetIndex, tensorSetKey } from './tensor-set-index.js';

export interface PreprocessProgress {
  /** Samples done, bad ones and those without a face included. */
  readonly done: number;
  /** Samples in the data set. */
  readonly total: number;
}

export interface PreprocessOptions {
  readonly dataset: Dataset;
  readonly pipeline: PipelineInput | readonly { readonly step: string }[];
  /** Where the shards and `index.json` go. */
  readonly directory: string;
  /** Pictures in work at once; default: twice the processors. */
  readonly concurrency?: number;
  /** Threads that look for faces; default: none, this thread does. Worth it from some hundred photographs on. */
  readonly detectionThreads?: number;
  /** Samples a shard; default: 4096, fewer for pictures so large that a shard would pass 64 MiB. */
  readonly shardSize?: number;
  /** Makes a bad picture, or one without a face, end the run. */
  readonly strict?: boolean;
  /** Called after each sample. The data set is listed once beforehand to know the total. */
  readonly onProgress?: (progress: PreprocessProgress) => void;
  readonly signal?: AbortSignal;
}

export interface PreprocessResult {
  /** Whether the set was there already, so that no picture was read. */
  readonly cached: boolean;
  readonly directory: string;
  readonly index: TensorSetIndex;
}

/**
 * Runs a data set through a pipeline and writes a tensor set: shards, `report.json` with the pictures that failed, `index.json` last.
 * Rows stand in the data set's order. The set grows in a folder of its own and is moved into place when it is whole. When the folder
 * holds a set of the same data, labels and pipeline already, no picture is read.
 * @throws {InvalidConfigurationError} for a pipeline that cannot work; @throws {InvalidDataError} when no picture is left or, with
 * `strict`, at the first problem; @throws {UnknownLabelError} for a sample outside the data set's labels; @throws {WriteFailedError}.
 */
export async function preprocessDataset(options: PreprocessOptions): Promise<PreprocessResult> {
  const { dataset, directory, strict = false } = options;
  const { detectionThreads: threads = 0 } = options;
  const pipeline = await createPipeline(options.pipeline, {
    ...(threads > 0 && { createDetector: (detector: HaarOptions) => createHaarDetectorPool(detector, threads) }),
  });
  try {
    const fingerprint = await dataset.fingerprint();
    const key = tensorSetKey(fingerprint, dataset.labels, pipeline.data);
    const present = await findTensorSet(directory, key);
    if (present && !(strict && hasProblems(present))) return { cached: true, directory, index: present };
    const building = await openBuildDirectory(directory, key);
    try {
      const shape = pipeline.output;
      const writer = new ShardWriter(building, shape, options.shardSize ?? defaultShardSize(shape));
      const log = await fillShards(options, pipeline, writer);
      const index: TensorSetIndex = {
        format: TENSOR_SET_FORMAT,
        name: dataset.name,
        licence: dataset.licence,
        key,
        fingerprint,
        pipeline: pipeline.data,
        labels: [...dataset.labels],
        image: shape,
        ...log.summary(),
        shards: writer.shards,
      };
      await publish(directory, building, index, log.report(key));
      return { cached: false, directory, index };
    } catch (error) {
      await rm(building, { recursive: true, force: true });
      throw error;
    }
  } finally {
    pipeline.dispose();
  }
}

async function fillShards(options: PreprocessOptions, pipeline: Pipeline, writer: ShardWriter): Promise<RowLog> {
  const { dataset, strict, onProgress, signal } = options;
  const concurrency = options.concurrency ?? 2 * availableParallelism();
  const total = onProgress ? await countSamples(dataset) : 0;
  const log = new RowLog(dataset);
  const work = async (sample: Sample) => ({ sample, result: await runSample(sample, pipeline) });
  let done = 0;
  for await (const { sample, result } of inOrder(dataset.samples(), concurrency, work)) {
    signal?.throwIfAborted();
    const label = log.labelOf(sample);
    const problem = log.record(sample, result);
    if (problem && strict) throw strictError(problem);
    if (result.kind === 'image') await writer.add(result.image.data, label);
    onProgress?.({ done: ++done, total });
  }
  await writer.flush();
  if (log.rows > 0) return log;
  throw new InvalidDataError({
    expected: `pictures of ${dataset.name} to pre-process`,
    found:
      log.problems.length === 0 ? 'none' : `${log.problems.length} bad ones; the first, ${describe(log.problems[0])}`,
    fix: 'check the path of the data set, and the detector’s options if no face was found',
    details: { dataset: dataset.name, problems: log.problems },
  });
}

/** A picture's own failure is its result; anything that is not a Mien error is a defect and ends the run. */
async function runSample(sample: Sample, pipeline: Pipeline): Promise<SampleResult> {
  let image: PixelImage;
  try {
    image = await sample.load();
  } catch (error) {
    if (!MienError.isInstance(error)) throw error;
    return { kind: 'bad', code: error.code, message: error.message };
  }
  return pipeline.apply(image);
}

async function countSamples(dataset: Dataset): Promise<number> {
  let count = 0;
  for await (const _ of dataset.samples()) count++;
  return count;
}

/** The index of a set with this key whose shards are all there with their size; `loadTensorSet` checks their bytes. */
async function findTensorSet(directory: string, key: string): Promise<TensorSetIndex | undefined> {
  try {
    const index = await readTensorSetIndex(directory);
    if (index.key !== key) return undefined;
    const sizes = await Promise.all(index.shards.map(async ({ file }) => (await stat(join(directory, file))).size));
    return index.shards.every(({ bytes }, at) => bytes === sizes[at]) ? index : undefined;
  } catch {
    // Not there, of an older format or damaged: all mean that it has to be made.
    return undefined;
  }
}

function hasProblems({ skipped, wholeImages }: TensorSetIndex): boolean {
  return skipped.bad + skipped.noFace + wholeImages > 0;
}

function strictError(problem: PreprocessProblem): InvalidDataError {
  return new InvalidDataError({
    expected: 'every picture to pass pre-processing (strict)',
    found: describe(problem),
    fix: 'mend or remove the picture, or run without strict',
    details: { ...problem },
  });
}

function describe({ id, code, message }: PreprocessProblem): string {
  return `${id}: ${message.replace(/\.$/, '')} [${code}]`;
}

import { readFile, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Dataset, InvalidDataError, type Sample } from '@mien/core';
import { createPipeline } from '../pipeline.js';
import type { PipelineInput } from '../pipeline-schema.js';
import { type AugmentedCopies, type AugmentedCopiesInput, makeCopy, parseAugmentedCopies } from './augmented-copies.js';
import { openBuildDirectory, publish } from './build-directory.js';
import { inOrder } from './in-order.js';
import { readTensorSetIndex } from './load-tensor-set.js';
import { createPictureRunner, type PictureRunner } from './picture-runner.js';
import { type PreprocessProblem, type PreprocessReport, preprocessReportSchema } from './report.js';
import { type DatasetNote, RowLog } from './row-log.js';
import { defaultShardSize, ShardWriter } from './shard-writer.js';
import { REPORT_FILE, TENSOR_SET_FORMAT, type TensorSetIndex, tensorSetKey } from './tensor-set-index.js';

export interface PreprocessProgress {
  /** Samples done, bad ones and those without a face included. */
  readonly done: number;
  /** Samples in the data set. */
  readonly total: number;
}

export interface PreprocessOptions {
  /** With `issues`, as `openDataset` gives them, these are lines of the report too. */
  readonly dataset: Dataset & { readonly issues?: readonly DatasetNote[] };
  readonly pipeline: PipelineInput | readonly { readonly step: string }[];
  /** Where the shards and `index.json` go. */
  readonly directory: string;
  /** Pictures in work at once; default: twice the processors. */
  readonly concurrency?: number;
  /**
   * Threads that decode pictures and run the pipeline on them, each with a detector of its own (150 MiB, half a second to start);
   * default: none, this thread does. Worth it from some hundred photographs on. Samples that name their `file` are decoded there.
   */
  readonly threads?: number;
  /** Samples a shard; default: 4096, fewer for pictures so large that a shard would pass 64 MiB. */
  readonly shardSize?: number;
  /** Writes changed copies of each picture beside it. */
  readonly augment?: AugmentedCopiesInput;
  /** Makes whatever would be a line of the report end the run. */
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
  /** What was not as it should be. */
  readonly report: PreprocessReport;
}

/**
 * Runs a data set through a pipeline and writes a tensor set: shards, `report.json` with what was not as it should be, `index.json`
 * last. Rows stand in the data set's order, copies after their picture. The set grows in a folder of its own and is moved into place
 * when it is whole. When the folder holds a set of the same data, labels, pipeline and copies already, no picture is read.
 * @throws {InvalidConfigurationError} for a pipeline that cannot work; @throws {InvalidDataError} when no picture is left or, with
 * `strict`, at the first problem; @throws {UnknownLabelError} for a sample outside the data set's labels; @throws {WriteFailedError}.
 */
export async function preprocessDataset(options: PreprocessOptions): Promise<PreprocessResult> {
  const { dataset, directory, strict = false } = options;
  const copies = options.augment && parseAugmentedCopies(options.augment);
  const pipeline = await createPipeline(options.pipeline);
  let runner: PictureRunner | undefined;
  try {
    const fingerprint = await dataset.fingerprint();
    const key = tensorSetKey(fingerprint, dataset.labels, pipeline.data, copies);
    const present = await findTensorSet(directory, key);
    if (present) {
      if (strict) refuseProblems(present.report.problems);
      return { cached: true, directory, ...present };
    }
    const building = await openBuildDirectory(directory, key);
    try {
      const shape = pipeline.output;
      runner = createPictureRunner(pipeline, options.threads ?? 0);
      const writer = new ShardWriter(
        building,
        shape,
        dataset.labels.length,
        options.shardSize ?? defaultShardSize(shape),
      );
      const log = await fillShards({ ...options, strict }, runner, copies, writer);
      const index: TensorSetIndex = {
        format: TENSOR_SET_FORMAT,
        name: dataset.name,
        licence: dataset.licence,
        key,
        fingerprint,
        pipeline: pipeline.data,
        ...(copies && { augment: copies }),
        labels: [...dataset.labels],
        image: shape,
        ...log.summary(),
        shards: writer.shards,
      };
      const report = log.report(key);
      await publish(directory, building, index, report);
      return { cached: false, directory, index, report };
    } catch (error) {
      await rm(building, { recursive: true, force: true });
      throw error;
    }
  } finally {
    await runner?.close();
    pipeline.dispose();
  }
}

async function fillShards(
  options: PreprocessOptions & { readonly strict: boolean },
  runner: PictureRunner,
  copies: AugmentedCopies | undefined,
  writer: ShardWriter,
): Promise<RowLog> {
  const { dataset, strict, onProgress, signal } = options;
  const concurrency = options.concurrency ?? 2 * availableParallelism();
  const total = onProgress ? await countSamples(dataset) : 0;
  const log = new RowLog(dataset, copies !== undefined);
  const refuse = (...problems: PreprocessProblem[]) => {
    if (strict) refuseProblems(problems);
  };
  for (const issue of dataset.issues ?? []) refuse(log.noteIssue(issue));
  const work = async (sample: Sample) =>
    log.isDuplicate(sample) ? { sample } : { sample, result: await runner.run(sample) };
  let done = 0;
  for await (const { sample, result } of inOrder(dataset.samples(), concurrency, work)) {
    signal?.throwIfAborted();
    const label = log.labelOf(sample);
    if (result) refuse(...log.record(sample, result));
    else refuse(log.noteDuplicate(sample));
    if (result?.kind === 'image') {
      await writer.add(result.image.data, label, sample.labelDistribution);
      // A copy in a part that is measured on would be measured on twice.
      const wanted = sample.split === undefined || sample.split === 'train' ? (copies?.copies ?? 0) : 0;
      for (let copy = 1; copies && copy <= wanted; copy++) {
        log.addCopy(sample, copy);
        await writer.add(makeCopy(result.image, sample.id, copy, copies).data, label, sample.labelDistribution);
      }
    }
    onProgress?.({ done: ++done, total });
  }
  await writer.flush();
  if (log.rows === 0) {
    throw new InvalidDataError({
      expected: `pictures of ${dataset.name} to pre-process`,
      found:
        log.problems.length === 0 ? 'none' : `${log.problems.length} bad ones; the first, ${describe(log.problems[0])}`,
      fix: 'check the path of the data set, and the detector’s options if no face was found',
      details: { dataset: dataset.name, problems: log.problems },
    });
  }
  refuse(...log.noteEmptyClasses());
  return log;
}

async function countSamples(dataset: Dataset): Promise<number> {
  let count = 0;
  for await (const _ of dataset.samples()) count++;
  return count;
}

/** A set with this key whose shards are all there with their size; `loadTensorSet` checks their bytes. */
async function findTensorSet(
  directory: string,
  key: string,
): Promise<{ index: TensorSetIndex; report: PreprocessReport } | undefined> {
  try {
    const index = await readTensorSetIndex(directory);
    if (index.key !== key) return undefined;
    const sizes = await Promise.all(index.shards.map(async ({ file }) => (await stat(join(directory, file))).size));
    if (!index.shards.every(({ bytes }, at) => bytes === sizes[at])) return undefined;
    const report = preprocessReportSchema.parse(JSON.parse(await readFile(join(directory, REPORT_FILE), 'utf8')));
    return report.key === key ? { index, report } : undefined;
  } catch {
    // Not there, of an older format or damaged: all mean that it has to be made.
    return undefined;
  }
}

/** @throws {InvalidDataError} for the first problem that is one. */
function refuseProblems(problems: readonly PreprocessProblem[]): void {
  const problem = problems.find(({ intended }) => !intended);
  if (!problem) return;
  throw new InvalidDataError({
    expected: 'nothing to report of the data set and its pictures (strict)',
    found: describe(problem),
    fix: 'mend or remove it, or run without strict',
    details: { ...problem },
  });
}

function describe({ id, what, code, message }: PreprocessProblem): string {
  return `${id}: ${message.replace(/\.$/, '')} [${code ?? what}]`;
}

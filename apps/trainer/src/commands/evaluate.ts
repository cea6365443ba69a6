import { join } from 'node:path';
import { startEngine } from '@mien/compute';
import { InvalidConfigurationError, type Split } from '@mien/core';
import { formatReport, type ReportEvaluation } from '@mien/metrics';
import { readBundle, resolveBundle } from '@mien/model-zoo';
import { parsePipeline } from '@mien/preprocessing';
import type { TensorSet } from '@mien/preprocessing/node';
import type { Views } from '@mien/training';
import { Command, Option } from 'commander';
import { findDatasetFolder, pictureSetsOf } from '../configuration/dataset-definition.js';
import { pipelineForBundle } from '../data.js';
import { inputKindOf, loadModelInputs } from '../inputs/model-inputs.js';
import { type EvaluationRecord, writeEvaluationResult } from '../results/evaluation-result.js';
import { describeViews } from '../run/describe-protocol.js';
import { describeEnvironment } from '../run/environment.js';
import { type EvaluatedPart, evaluatePart } from '../run/evaluate-part.js';
import { howObtained } from '../run/how-obtained.js';
import { keepKnownLabels, mapLabels } from '../run/label-order.js';
import { writePredictions } from '../run/predictions.js';
import { bundlePredictor } from '../run/predictor.js';
import { writeReport } from '../run/report-folder.js';
import { shellCommand } from './shell-command.js';

interface EvaluateOptions {
  readonly dataset: string;
  readonly data?: string;
  readonly split: string;
  readonly ignoreUnknownLabels?: boolean;
  readonly json?: boolean;
  readonly views: Views;
  readonly cropShare?: number;
  readonly report?: string;
}

/** FER-2013's own names beside ours. */
const SPLIT_NAMES: Readonly<Record<string, Split | 'all'>> = {
  all: 'all',
  train: 'train',
  validation: 'validation',
  test: 'test',
  training: 'train',
  publictest: 'validation',
  privatetest: 'test',
};

/** `mien-train evaluate <bundle> --dataset <name>`. */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('measure a model bundle on a data set')
    .argument('<bundle>', 'a bundle folder, or the name of a shipped one')
    .requiredOption('--dataset <name>', 'a folder below datasets/')
    .option('--data <path>', 'the data, instead of the place that "dataset add" was told')
    .option('--split <split>', 'train, validation, test (or Training, PublicTest, PrivateTest), or all', 'all')
    .option('--ignore-unknown-labels', 'leave out samples of classes that the model does not have')
    .addOption(
      new Option('--views <views>', 'mean over views of each picture')
        .choices(['one', 'flip', 'ten-crop'])
        .default('one'),
    )
    .option('--crop-share <share>', 'side of each of ten crops in sides of the picture (default: 0.875)', parseShare)
    .option('--report <folder>', 'write a page with charts and mistakes, and predictions for "compare"')
    .option('--json', 'print JSON')
    .action(evaluate);
}

async function evaluate(bundlePath: string, options: EvaluateOptions): Promise<void> {
  const split = parseSplit(options.split);
  const { views, cropShare } = options;
  if (cropShare !== undefined && views !== 'ten-crop') {
    throw new InvalidConfigurationError({
      expected: '--crop-share beside --views ten-crop',
      found: `--views ${views}, which crops nothing`,
      fix: 'leave --crop-share out, or add --views ten-crop',
    });
  }
  const bundle = await readBundle(await resolveBundle(bundlePath));
  const { card } = bundle;
  const folder = await findDatasetFolder(options.dataset);
  const { id, options: own } = card.architecture;
  // Landmarks are found by the face; only without them can a picture that is a face already go uncut.
  const hasLandmarks = inputKindOf(id).includes('landmarks');
  const pipeline = hasLandmarks ? parsePipeline(card.pipeline) : pipelineForBundle(folder, card.pipeline);
  const inputs = await loadModelInputs(folder, { id, options: own, pipeline, path: options.data });
  const { set } = inputs;
  const selected = selectSplit(set, split);
  const { indices, ignored, classOf } = options.ignoreUnknownLabels
    ? keepKnownLabels(card.labels, set, selected)
    : { indices: selected, ignored: {}, classOf: mapLabels(card.labels, set) };
  const engine = await startEngine();
  process.stderr.write(`engine: ${engine.name}, on ${engine.runtime}; ${engine.reason}\n`);
  const predictor = bundlePredictor(bundle);
  const source = { ...inputs, indices, classOf, range: card.input.range };
  const [remark] = describeViews(views, cropShare);
  const part = {
    dataset: set.index.name,
    split,
    obtained: howObtained(card, await pictureSetsOf(folder), split),
    remark,
  };
  const evaluated = await evaluatePart(predictor, card.labels, source, part, {
    views,
    ...(cropShare !== undefined && { cropShare }),
    heatMaps: options.report !== undefined,
  });
  predictor.dispose();
  if (options.report !== undefined) {
    const { ignoreUnknownLabels } = options;
    const command = shellCommand([
      ...['mien-train', 'evaluate', bundlePath, '--dataset', options.dataset],
      ...(split === 'all' ? [] : ['--split', options.split]),
      ...(views === 'one' ? [] : ['--views', views]),
      ...(cropShare === undefined ? [] : ['--crop-share', `${cropShare}`]),
      ...(ignoreUnknownLabels ? ['--ignore-unknown-labels'] : []),
    ]);
    const environment = await describeEnvironment(engine);
    const page = await writePage(options.report, evaluated, { card, views, cropShare, environment, command });
    process.stderr.write(`report: ${page}\n`);
  }
  const { report, groups, topK, calibration, ranking } = evaluated.evaluation;
  const { accuracy, macroF1, n, perClass, confusion, labels } = report;
  const { skipped, wholeImages } = set.index;
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ obtained: part.obtained, accuracy, macroF1, n, perClass, confusion, labels, topK, calibration, areas: areasOf(ranking), groups, skipped, wholeImages, ignored }, null, 2)}\n`,
    );
    return;
  }
  process.stdout.write(`${card.name} on ${set.index.name}, ${split} (${part.obtained})\n\n${formatReport(report)}\n`);
  if (skipped.bad + skipped.noFace > 0) {
    process.stdout.write(`left out: ${skipped.bad} pictures that cannot be read, ${skipped.noFace} without a face\n`);
  }
  if (wholeImages > 0) {
    process.stdout.write(`no face found in ${wholeImages} pictures of the set: they were taken whole\n`);
  }
  const counts = Object.entries(ignored);
  if (counts.length > 0) {
    const total = counts.reduce((sum, [, count]) => sum + count, 0);
    const each = counts.map(([emotion, count]) => `${emotion} ${count}`).join(', ');
    process.stdout.write(`left out: ${total} pictures of classes that the model does not have (${each})\n`);
  }
}

/** A report folder as a run has one, so that it can be compared and its page made again. */
async function writePage(
  directory: string,
  { evaluation, predictions }: EvaluatedPart,
  measured: Omit<EvaluationRecord, 'evaluation'>,
): Promise<string> {
  const { card, environment, command } = measured;
  const folder = join(directory, 'report');
  await writePredictions(folder, [predictions]);
  await writeEvaluationResult(directory, { ...measured, evaluation });
  const { dataset, split } = evaluation;
  return writeReport(folder, {
    title: `${card.name} on ${dataset}, ${split}`,
    summary: `Trained on ${card.training.datasets.join(', ')}: ${card.training.protocol}.`,
    evaluations: [evaluation],
    environment: { ...environment },
    commands: [{ command, explanation: 'measure again' }],
  });
}

/** The areas under the curves, without the curves. */
function areasOf(ranking: ReportEvaluation['ranking']) {
  return ranking?.perClass.map(({ label, rocAuc, averagePrecision }) => ({ label, rocAuc, averagePrecision }));
}

function parseSplit(text: string): Split | 'all' {
  const name = text.toLowerCase();
  if (Object.hasOwn(SPLIT_NAMES, name)) return SPLIT_NAMES[name];
  throw new InvalidConfigurationError({
    expected: `--split to be one of ${Object.keys(SPLIT_NAMES).join(', ')}`,
    found: `"${text}"`,
    fix: 'correct it',
  });
}

function parseShare(text: string): number {
  const share = Number(text);
  if (share > 0 && share <= 1) return share;
  throw new InvalidConfigurationError({
    expected: '--crop-share to be above 0 and at most 1',
    found: `"${text}"`,
    fix: 'name the side of a crop in sides of the picture, such as 0.9',
  });
}

function selectSplit(set: TensorSet, split: Split | 'all'): number[] {
  const indices = [...set.samples.keys()].filter((index) => split === 'all' || set.samples[index].split === split);
  if (indices.length > 0) return indices;
  const present = new Set(set.samples.map((sample) => sample.split ?? 'no split'));
  throw new InvalidConfigurationError({
    expected: `samples in the ${split} part of ${set.index.name}`,
    found: `only ${[...present].join(', ')}`,
    fix: 'choose another --split, such as all',
    details: { split },
  });
}

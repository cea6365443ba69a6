import { join } from 'node:path';
import type { Emotion } from '@mien/core';
import { writeFileAtomically } from '@mien/core/node';
import { fitTemperature, type ReportEvaluation, type ReportInput, renderConfusion, renderCurve } from '@mien/metrics';
import { saveBundle } from '@mien/model-zoo';
import type { PipelineData } from '@mien/preprocessing';
import type { RecipeResult, TrainedStage, TrainResult } from '@mien/training';
import { stringify } from 'yaml';
import type { Experiment } from '../configuration/experiment.js';
import { formatDuration } from '../progress.js';
import { type EvaluatedPart, evaluatePart, toCardMetric } from './evaluate-part.js';
import { exportRun, type HistoryExports } from './export-history.js';
import { mapLabels } from './label-order.js';
import { type PartPredictions, writePredictions } from './predictions.js';
import { writeReport } from './report-folder.js';
import type { RunRecord } from './run-folder.js';
import type { RunSet } from './run-set.js';
import { trainRecipe } from './train-recipe.js';

export interface FoldArguments {
  /** Where checkpoints, history, model and report go. */
  readonly directory: string;
  /** Where the first of two stages is kept, which folds of one seed share. */
  readonly shared: string;
  readonly record: RunRecord;
  readonly data: RunSet;
  /** For `two-stage`: what the first stage is trained on. */
  readonly first?: RunSet;
  /** What the bundle carries: from a photo to the network's input. */
  readonly pipeline: PipelineData;
  readonly resume: boolean;
  /** `fold 2 of 5`; empty for a single run. */
  readonly title: string;
  readonly command: string;
  readonly exports?: HistoryExports;
}

export interface FoldResult {
  readonly evaluations: readonly ReportEvaluation[];
  /** What the model said of each sample of them. */
  readonly predictions: readonly PartPredictions[];
  readonly model: string;
  readonly report: string;
  readonly training: TrainResult;
}

/** Trains one model on one split, evaluates it, and writes its bundle and report. */
export async function trainFold(fold: FoldArguments): Promise<FoldResult> {
  const { directory, record, data } = fold;
  const { experiment, runKey } = record;
  const labels = data.set.index.labels;
  const { model, stages } = await trainRecipe({ ...fold, experiment, runKey, startedAt: record.startedAt });
  try {
    const parts = await evaluateParts(fold, model, labels);
    const evaluations = parts.map(({ evaluation }) => evaluation);
    const modelDirectory = join(directory, 'model');
    await saveBundle(model, createCard(fold, labels, evaluations, stages), modelDirectory);
    const report = await writeFoldReport(fold, parts, stages);
    await exportRun(fold, evaluations, stages[stages.length - 1].history);
    const predictions = parts.map((part) => part.predictions);
    return { evaluations, predictions, model: modelDirectory, report, training: stages[stages.length - 1] };
  } finally {
    model.dispose();
  }
}

/** Test first, where there is one: it is what counts. */
async function evaluateParts(
  { data: { set, parts }, record: { experiment } }: FoldArguments,
  model: RecipeResult['model'],
  labels: readonly Emotion[],
): Promise<EvaluatedPart[]> {
  const source = (indices: readonly number[]) => ({
    set,
    indices,
    classOf: mapLabels(labels, set),
    range: experiment.model.range,
  });
  const options = experiment.evaluation;
  const common = { dataset: set.index.name, remark: describeProtocol(experiment) };
  const selectedOn = { ...common, split: 'validation', obtained: 'selected-on' } as const;
  const validation = await evaluatePart(model, labels, source(parts.validation), selectedOn, options);
  if (parts.test.length === 0) return [validation];
  const { truth, probabilities } = validation.predictions;
  const temperature = fitTemperature({ labels, truth, probabilities });
  const heldOut = { ...common, split: 'test', obtained: 'held-out' } as const;
  const test = await evaluatePart(model, labels, source(parts.test), heldOut, { ...options, temperature });
  return [test, validation];
}

function createCard(
  { record, pipeline, data: { set }, first }: FoldArguments,
  labels: readonly Emotion[],
  evaluations: readonly ReportEvaluation[],
  stages: readonly TrainedStage[],
): Parameters<typeof saveBundle>[1] {
  const { experiment } = record;
  const { height, width, channels } = set;
  const { history, best } = stages[stages.length - 1];
  return {
    // As timm names weights: architecture.tag.
    name: `${experiment.model.architecture}.${experiment.name}`,
    architecture: { id: experiment.model.architecture, options: experiment.model.options },
    input: { height, width, channels, range: experiment.model.range },
    labels: [...labels],
    pipeline,
    training: {
      datasets: [...(first ? [first.set.index.name] : []), set.index.name],
      protocol: `${describeProtocol(experiment)}; kept epoch ${best.epoch} of ${history.length}, ${describeChoice(experiment)}`,
      seed: experiment.seed,
      epochs: stages.reduce((sum, stage) => sum + stage.history.length, 0),
      // Through JSON, so that absent options are absent.
      recipe: JSON.parse(JSON.stringify({ ...experiment.training, recipe: experiment.recipe })),
      ...(experiment.model.startFrom ? { startedFrom: experiment.model.startFrom } : {}),
    },
    metrics: evaluations.map(toCardMetric),
    ...experiment.bundle,
  };
}

async function writeFoldReport(
  { directory, record, title, command }: FoldArguments,
  parts: readonly EvaluatedPart[],
  stages: readonly TrainedStage[],
): Promise<string> {
  const { experiment, environment, startedAt, seed } = record;
  const { history, best } = stages[stages.length - 1];
  const seconds = stages.reduce((sum, stage) => sum + stage.history.reduce((own, entry) => own + entry.seconds, 0), 0);
  const evaluations = parts.map(({ evaluation }) => evaluation);
  const input: ReportInput = {
    title: title ? `${experiment.name}, ${title}` : experiment.name,
    summary: experiment.summary,
    facts: {
      started: startedAt,
      seed,
      'training time': formatDuration(seconds),
      ...(stages.length > 1 && { stages: stages.map(describeStage).join(' → ') }),
    },
    evaluations,
    training: { history, keptEpoch: best.epoch },
    configuration: stringify(experiment),
    environment: { ...environment },
    commands: [{ command, explanation: 'train again' }],
  };
  const folder = join(directory, 'report');
  const charts = {
    'loss.svg': renderCurve(history, { quantity: 'loss', keptEpoch: best.epoch }),
    'accuracy.svg': renderCurve(history, { quantity: 'accuracy', keptEpoch: best.epoch }),
    'confusion.svg': renderConfusion(evaluations[0].report),
  };
  for (const [name, text] of Object.entries(charts)) await writeFileAtomically(join(folder, name), text);
  await writePredictions(
    folder,
    parts.map(({ predictions }) => predictions),
  );
  return writeReport(folder, input);
}

function describeStage({ name, best, history }: TrainedStage): string {
  return `${name}: ${(100 * best.validationAccuracy).toFixed(1)} % on validation after ${history.length} epochs`;
}

function describeChoice({ training: { keepBest } }: Experiment): string {
  if (keepBest === 'none') return 'the last';
  return keepBest === 'validationLoss' ? 'the lowest loss on validation' : 'the best on validation';
}

/** A split protocol as a card says it. */
function describeProtocol({ split, leaks, evaluation }: Experiment): string {
  const { protocol, ...options } = split;
  const text = Object.entries(options).map(([key, value]) => `${key} ${value}`);
  if (leaks === 'drop') text.push('without leaks');
  if (leaks === 'allow') text.push('leaks allowed');
  if (evaluation.views !== 'one') text.push(`mean over ${evaluation.views === 'flip' ? 'two views' : 'ten crops'}`);
  return text.length > 0 ? `${protocol} (${text.join(', ')})` : protocol;
}

import { join } from 'node:path';
import type { Emotion } from '@mien/core';
import { writeFileAtomically } from '@mien/core/node';
import { fitTemperature, type ReportEvaluation, type ReportInput, renderConfusion, renderCurve } from '@mien/metrics';
import type { ModelCardDraft } from '@mien/model-zoo';
import type { PipelineData } from '@mien/preprocessing';
import type { TrainedStage } from '@mien/training';
import { stringify } from 'yaml';
import type { Experiment } from '../configuration/experiment.js';
import { formatDuration } from '../progress.js';
import { toCardMetric } from './card-metric.js';
import { choosesByValidation } from './chooses-by-validation.js';
import { describeProtocol } from './describe-protocol.js';
import { type EvaluatedPart, evaluatePart } from './evaluate-part.js';
import { exportRun, type HistoryExports } from './export-history.js';
import { inputShapeOf } from './input-shape.js';
import type { Lineage } from './lineage.js';
import { type PartPredictions, writePredictions } from './predictions.js';
import type { Predictor } from './predictor.js';
import { writeReport } from './report-folder.js';
import type { RunRecord } from './run-record.js';
import { type RunSet, sourceOf } from './run-set.js';
import { type EarlierTraining, obtainedAfter } from './seen-before.js';
import { trainModel } from './trained-model.js';

/** What the curves of a distilled training need to be read. */
const DISTILLED = 'The training’s loss is that of distillation, towards the teachers’ answers as well';
const VALIDATED = '; the validation’s is the cross-entropy alone, so compare each with itself';

export interface FoldArguments {
  /** Where checkpoints, history, model and report go. */
  readonly directory: string;
  /** Where the first of two stages is kept, which folds of one seed share. */
  readonly shared: string;
  readonly record: RunRecord;
  readonly data: RunSet;
  /** For `two-stage`: what the first stage is trained on. */
  readonly first?: RunSet;
  readonly lineage: Lineage;
  /** The trainings before this one that count when it is said how a figure was obtained. */
  readonly earlier: readonly EarlierTraining[];
  /** What the bundle carries: from a photo to the network's input. */
  readonly pipeline: PipelineData;
  readonly resume: boolean;
  /** `fold 2 of 5`; empty for a single run. */
  readonly title: string;
  /** Of a final model: the figures of the folds. */
  readonly crossValidated?: ReportEvaluation;
  readonly command: string;
  readonly exports?: HistoryExports;
}

export interface FoldResult {
  readonly evaluations: readonly ReportEvaluation[];
  /** What the model said of each sample of them. */
  readonly predictions: readonly PartPredictions[];
  readonly model: string;
  readonly report: string;
}

/** Trains one model on one split, evaluates it, and writes its bundle and report. */
export async function trainFold(fold: FoldArguments): Promise<FoldResult> {
  const { directory, record, data } = fold;
  const { experiment, runKey } = record;
  const labels = data.set.index.labels;
  const { predictor, save, stages } = await trainModel({ ...fold, experiment, runKey, startedAt: record.startedAt });
  try {
    const parts = await evaluateParts(fold, predictor, labels);
    const evaluations = allEvaluations(fold, parts);
    const modelDirectory = join(directory, 'model');
    await save(createCard(fold, labels, evaluations, stages), modelDirectory);
    const report = await writeFoldReport(fold, parts, stages);
    await exportRun(fold, evaluations, stages.at(-1)?.history ?? []);
    const predictions = parts.map((part) => part.predictions);
    return { evaluations, predictions, model: modelDirectory, report };
  } finally {
    predictor.dispose();
  }
}

/** Test first, where there is one: it is what counts. */
async function evaluateParts(
  { data, earlier, record: { experiment } }: FoldArguments,
  predictor: Predictor,
  labels: readonly Emotion[],
): Promise<EvaluatedPart[]> {
  const { set, parts } = data;
  const source = (indices: readonly number[]) => sourceOf(data, indices, { labels, range: experiment.model.range });
  const options = experiment.evaluation;
  const common = { dataset: set.index.name, remark: describeProtocol(experiment) };
  const own = choosesByValidation(experiment) ? 'selected-on' : 'held-out';
  const evaluated: EvaluatedPart[] = [];
  let temperature: number | undefined;
  if (parts.validation.length > 0) {
    const obtained = obtainedAfter(earlier, data, experiment.split, 'validation', own);
    const about = { ...common, split: 'validation', obtained } as const;
    const validation = await evaluatePart(predictor, labels, source(parts.validation), about, options);
    const { truth, probabilities } = validation.predictions;
    temperature = fitTemperature({ labels, truth, probabilities });
    evaluated.unshift(validation);
  }
  if (parts.test.length > 0) {
    const obtained = obtainedAfter(earlier, data, experiment.split, 'test', 'held-out');
    const about = { ...common, split: 'test', obtained } as const;
    evaluated.unshift(await evaluatePart(predictor, labels, source(parts.test), about, { ...options, temperature }));
  }
  return evaluated;
}

/** What counts most comes first. */
function allEvaluations({ crossValidated }: FoldArguments, parts: readonly EvaluatedPart[]): ReportEvaluation[] {
  const own = parts.map(({ evaluation }) => evaluation);
  if (!crossValidated) return own;
  const { obtained } = crossValidated;
  return [{ ...crossValidated, obtained: obtained === 'held-out' ? 'cross-validated' : obtained }, ...own];
}

function createCard(
  { record, pipeline, data, first, lineage }: FoldArguments,
  labels: readonly Emotion[],
  evaluations: readonly ReportEvaluation[],
  stages: readonly TrainedStage[],
): ModelCardDraft {
  const { experiment } = record;
  const { tag = experiment.name, ...about } = experiment.bundle;
  const last = stages.at(-1);
  // Its own set last, even if it learned from it before: the protocol is that set's.
  const { train } = data.pictureSets;
  const { datasets: earlier, cards: _, ...named } = lineage;
  const own = train.at(-1) as string;
  const before = [...earlier, ...(first?.pictureSets.train ?? []), ...train].filter((name) => name !== own);
  const kept = last ? `; kept epoch ${last.best.epoch} of ${last.history.length}, ${describeChoice(experiment)}` : '';
  return {
    name: `${experiment.model.architecture}.${tag}`,
    architecture: { id: experiment.model.architecture, options: experiment.model.options },
    input: { ...inputShapeOf(experiment.model, data), range: experiment.model.range },
    labels: [...labels],
    pipeline,
    training: {
      datasets: [...new Set(before), own],
      protocol: `${describeProtocol(experiment)}${kept}`,
      split: experiment.split,
      seed: experiment.seed,
      epochs: stages.reduce((sum, stage) => sum + stage.history.length, 0),
      // Through JSON, so that absent options are absent.
      recipe: JSON.parse(JSON.stringify({ ...experiment.training, recipe: experiment.recipe })),
      ...named,
    },
    metrics: evaluations.map(toCardMetric),
    ...about,
  };
}

async function writeFoldReport(
  fold: FoldArguments,
  parts: readonly EvaluatedPart[],
  stages: readonly TrainedStage[],
): Promise<string> {
  const { directory, record, data, title, command } = fold;
  const { experiment, environment, startedAt, seed } = record;
  const last = stages.at(-1);
  const seconds = stages.reduce((sum, stage) => sum + stage.history.reduce((own, entry) => own + entry.seconds, 0), 0);
  const evaluations = allEvaluations(fold, parts);
  const input: ReportInput = {
    title: title ? `${experiment.name}, ${title}` : experiment.name,
    summary: experiment.summary,
    facts: {
      started: startedAt,
      seed,
      ...(last && { 'training time': formatDuration(seconds) }),
      ...(stages.length > 1 && { stages: stages.map(describeStage).join(' → ') }),
    },
    evaluations,
    ...(last && {
      training: {
        history: last.history,
        keptEpoch: last.best.epoch,
        ...(experiment.training?.distillation && {
          remark: `${DISTILLED}${data.parts.validation.length > 0 ? VALIDATED : ''}.`,
        }),
      },
    }),
    configuration: stringify(experiment),
    environment: { ...environment },
    commands: [{ command, explanation: 'train again' }],
  };
  const folder = join(directory, 'report');
  const charts = {
    ...(last && {
      'loss.svg': renderCurve(last.history, { quantity: 'loss', keptEpoch: last.best.epoch }),
      'accuracy.svg': renderCurve(last.history, { quantity: 'accuracy', keptEpoch: last.best.epoch }),
    }),
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
  const { validationAccuracy } = best;
  const figure =
    validationAccuracy === undefined ? '' : `${(100 * validationAccuracy).toFixed(1)} % on validation after `;
  return `${name}: ${figure}${history.length} epochs`;
}

function describeChoice({ training }: Experiment): string {
  const keepBest = training?.keepBest;
  if (keepBest === 'none') return 'the last';
  return keepBest === 'validationLoss' ? 'the lowest loss on validation' : 'the best on validation';
}

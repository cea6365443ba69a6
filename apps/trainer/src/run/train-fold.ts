import { join } from 'node:path';
import { type Emotion, InvalidBundleError } from '@mien/core';
import { writeFileAtomically } from '@mien/core/node';
import type { SplitIndices } from '@mien/datasets';
import { type ReportEvaluation, renderConfusion, renderCurve, renderReport } from '@mien/metrics';
import { buildModel, readBundle, saveBundle, writeWeights } from '@mien/model-zoo';
import type { PipelineData } from '@mien/preprocessing';
import type { TensorSet } from '@mien/preprocessing/node';
import { type TrainResult, train } from '@mien/training';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { stringify } from 'yaml';
import { resolveBundle } from '../bundle-path.js';
import type { Experiment } from '../configuration/experiment.js';
import { formatDuration, Progress } from '../progress.js';
import { evaluatePart, toCardMetric } from './evaluate-part.js';
import { mapLabels } from './label-order.js';
import { type RunRecord, writeHistory } from './run-folder.js';

export interface FoldArguments {
  /** Where checkpoints, history, model and report go. */
  readonly directory: string;
  readonly record: RunRecord;
  readonly set: TensorSet;
  readonly parts: SplitIndices;
  /** What the bundle carries: from a photo to the network's input. */
  readonly pipeline: PipelineData;
  readonly resume: boolean;
  /** `fold 2 of 5`; empty for a single run. */
  readonly title: string;
  readonly command: string;
}

export interface FoldResult {
  readonly evaluations: readonly ReportEvaluation[];
  readonly model: string;
  readonly report: string;
  readonly training: TrainResult;
}

/** Trains one model on one split, evaluates it, and writes its bundle and report. */
export async function trainFold(fold: FoldArguments): Promise<FoldResult> {
  const { directory, record, set, parts } = fold;
  const { experiment } = record;
  const labels = set.index.labels;
  const { height, width, channels } = set;
  const model = buildModel({
    id: experiment.model.architecture,
    options: experiment.model.options,
    input: { height, width, channels },
    classes: labels.length,
    seed: experiment.seed,
  });
  try {
    if (experiment.model.startFrom) await startFrom(model, experiment.model.startFrom, labels);
    const classOf = mapLabels(labels, set);
    const source = (indices: readonly number[]) => ({ set, indices, classOf, range: experiment.model.range });
    const training = await trainWithProgress(fold, model, source);
    const evaluations: ReportEvaluation[] = [];
    for (const [split, obtained] of [
      ['test', 'held-out'],
      ['validation', 'selected-on'],
    ] as const) {
      if (parts[split].length === 0) continue;
      const part = { dataset: set.index.name, split, obtained, remark: describeProtocol(experiment) };
      evaluations.push(await evaluatePart(model, labels, source(parts[split]), part));
    }
    const modelDirectory = join(directory, 'model');
    await saveBundle(model, createCard(fold, labels, evaluations, training), modelDirectory);
    const report = await writeReport(fold, evaluations, training);
    return { evaluations, model: modelDirectory, report, training };
  } finally {
    model.dispose();
  }
}

async function startFrom(model: LayersModel, name: string, labels: readonly Emotion[]): Promise<void> {
  const { card, weights, directory } = await readBundle(await resolveBundle(name));
  if (card.labels.join() !== labels.join()) {
    throw new InvalidBundleError({
      expected: `a bundle whose labels are the data set's: ${labels.join(', ')}`,
      found: `${card.labels.join(', ')} in ${directory}`,
      fix: 'start from a bundle with the same labels in the same order',
      details: { directory },
    });
  }
  writeWeights(model, weights);
}

async function trainWithProgress(
  { directory, record, parts, resume, title }: FoldArguments,
  model: LayersModel,
  source: (indices: readonly number[]) => Parameters<typeof train>[0]['train'],
): Promise<TrainResult> {
  const { experiment, runKey } = record;
  const { epochs } = experiment.training;
  let progress: Progress | undefined;
  try {
    return await train({
      model,
      train: source(parts.train),
      validation: source(parts.validation),
      configuration: experiment.training,
      seed: experiment.seed,
      checkpointDirectory: join(directory, 'checkpoints'),
      runKey,
      resume,
      onStep: ({ epoch, step, steps, loss, accuracy }) => {
        progress ??= new Progress(title ? `training, ${title}` : 'training', (epoch - 1) * steps);
        const note = `epoch ${epoch}/${epochs}, loss ${loss.toFixed(3)}, accuracy ${(100 * accuracy).toFixed(1)} %`;
        progress.update((epoch - 1) * steps + step, epochs * steps, note);
      },
      onEpoch: async (result, history) => {
        await writeHistory(directory, history);
        progress?.log(
          `${title && `${title}, `}epoch ${result.epoch}/${epochs}: loss ${result.trainLoss.toFixed(4)}, ` +
            `accuracy ${percent(result.trainAccuracy)}; validation loss ${result.validationLoss.toFixed(4)}, ` +
            `accuracy ${percent(result.validationAccuracy)}; ${formatDuration(result.seconds)}, ` +
            `waited for data ${percent(result.waited ?? 0)}`,
        );
      },
    });
  } finally {
    progress?.end();
  }
}

function createCard(
  { record, pipeline, set }: FoldArguments,
  labels: readonly Emotion[],
  evaluations: readonly ReportEvaluation[],
  { history, best }: TrainResult,
): Parameters<typeof saveBundle>[1] {
  const { experiment } = record;
  const { height, width, channels } = set;
  return {
    // As timm names weights: architecture.tag.
    name: `${experiment.model.architecture}.${experiment.name}`,
    architecture: { id: experiment.model.architecture, options: experiment.model.options },
    input: { height, width, channels, range: experiment.model.range },
    labels: [...labels],
    pipeline,
    training: {
      datasets: [set.index.name],
      protocol: `${describeProtocol(experiment)}; kept epoch ${best.epoch} of ${history.length}, the best on validation`,
      seed: experiment.seed,
      epochs: history.length,
      // Through JSON, so that absent options are absent.
      recipe: JSON.parse(JSON.stringify(experiment.training)),
      ...(experiment.model.startFrom ? { startedFrom: experiment.model.startFrom } : {}),
    },
    metrics: evaluations.map(toCardMetric),
    ...experiment.bundle,
  };
}

async function writeReport(
  { directory, record, title, command }: FoldArguments,
  evaluations: readonly ReportEvaluation[],
  { history, best }: TrainResult,
): Promise<string> {
  const { experiment, environment, startedAt, seed } = record;
  const folder = join(directory, 'report');
  const html = renderReport({
    title: title ? `${experiment.name}, ${title}` : experiment.name,
    summary: experiment.summary,
    facts: {
      started: startedAt,
      seed,
      'training time': formatDuration(history.reduce((sum, { seconds }) => sum + seconds, 0)),
    },
    evaluations,
    training: { history, keptEpoch: best.epoch },
    configuration: stringify(experiment),
    environment: { ...environment },
    commands: [{ command, explanation: 'train again' }],
  });
  const [headline] = evaluations;
  const files: Record<string, string> = {
    'index.html': html,
    'loss.svg': renderCurve(history, { quantity: 'loss', keptEpoch: best.epoch }),
    'accuracy.svg': renderCurve(history, { quantity: 'accuracy', keptEpoch: best.epoch }),
    'confusion.svg': renderConfusion(headline.report),
    'report.json': `${JSON.stringify(
      evaluations.map(({ mistakes: _, ...evaluation }) => evaluation),
      null,
      2,
    )}\n`,
  };
  for (const [name, text] of Object.entries(files)) await writeFileAtomically(join(folder, name), text);
  return join(folder, 'index.html');
}

/** A split protocol as a card says it. */
function describeProtocol({ split, dropLeaks }: Experiment): string {
  const { protocol, ...options } = split;
  const text = Object.entries(options).map(([key, value]) => `${key} ${value}`);
  if (dropLeaks) text.push('without leaks');
  return text.length > 0 ? `${protocol} (${text.join(', ')})` : protocol;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

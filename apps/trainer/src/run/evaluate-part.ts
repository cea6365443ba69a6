import type { Emotion, Split } from '@mien/core';
import {
  accuracyInterval,
  applyTemperature,
  type ClassificationReport,
  evaluateByGroup,
  evaluateCalibration,
  evaluateClassification,
  evaluateRanking,
  type ReportEvaluation,
  topKAccuracy,
} from '@mien/metrics';
import type { TensorSample } from '@mien/preprocessing/node';
import { type BatchSource, gradCam, type PredictOptions, predictSet, type SetPredictions } from '@mien/training';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { toDataUri, toHeatMapUri } from './pictures.js';
import { type PartPredictions, toPartPredictions } from './predictions.js';

/** How many of the surest mistakes the report shows. */
const MISTAKES = 24;

export interface PartEvaluation {
  readonly dataset: string;
  readonly split: Split | 'all';
  readonly obtained: ReportEvaluation['obtained'];
  readonly remark?: string;
}

export interface EvaluateOptions extends PredictOptions {
  /** Pictures of where the model looked, beside the mistakes. */
  readonly heatMaps?: boolean;
  /** Fitted on validation; the evaluation says what it would make of the calibration. */
  readonly temperature?: number;
}

export interface EvaluatedPart {
  readonly evaluation: ReportEvaluation;
  readonly predictions: PartPredictions;
}

/** Evaluates a model on samples of a tensor set: figures, groups and the mistakes it was surest of. */
export async function evaluatePart(
  model: LayersModel,
  labels: readonly Emotion[],
  source: BatchSource,
  part: PartEvaluation,
  options: EvaluateOptions = {},
): Promise<EvaluatedPart> {
  const said = await predictSet(model, source, options);
  const { probabilities, predicted, truth } = said;
  const input = { labels, truth, predicted };
  const ranked = { labels, truth, probabilities };
  const samples = source.indices.map((index) => source.set.samples[index]);
  const { temperature } = options;
  const evaluation = {
    ...part,
    report: evaluateClassification(input),
    accuracyInterval: accuracyInterval(input),
    topK: labels.length > 2 ? [{ k: 2, accuracy: topKAccuracy(ranked, 2) }] : [],
    ranking: evaluateRanking(ranked),
    calibration: evaluateCalibration(ranked),
    ...(temperature !== undefined && {
      temperature: {
        value: temperature,
        expectedError: evaluateCalibration({
          ...ranked,
          probabilities: applyTemperature(probabilities, labels.length, temperature),
        }).expectedError,
      },
    }),
    groups: Object.fromEntries(
      Object.entries(GROUPINGS).map(([name, groupOf]) => [
        name,
        evaluateByGroup({ ...input, groups: samples.map(groupOf) }),
      ]),
    ),
    mistakes: await drawMistakes(model, labels, source, said, options.heatMaps ?? false),
  };
  const ids = samples.map(({ id }) => id);
  return { evaluation, predictions: toPartPredictions(part, labels, ids, said) };
}

/** What results are compared by; a sample that says nothing of it is in no group. */
const GROUPINGS: Readonly<Record<string, (sample: TensorSample) => string | undefined>> = {
  gender: ({ groups }) => groups.gender,
  angle: ({ groups }) => groups.angle,
  'gender and angle': ({ groups }) => groups.gender && groups.angle && `${groups.gender}, ${groups.angle}`,
  'data set': ({ groups }) => groups.database,
  person: ({ subject }) => subject,
};

async function drawMistakes(
  model: LayersModel,
  labels: readonly Emotion[],
  source: BatchSource,
  { probabilities, predicted, truth }: SetPredictions,
  heatMaps: boolean,
): Promise<NonNullable<ReportEvaluation['mistakes']>> {
  const confidence = (row: number) => probabilities[row * labels.length + predicted[row]];
  const wrong = [...truth.keys()]
    .filter((row) => predicted[row] !== truth[row])
    .sort((a, b) => confidence(b) - confidence(a))
    .slice(0, MISTAKES);
  const indices = wrong.map((row) => source.indices[row]);
  const heat =
    heatMaps && wrong.length > 0
      ? await gradCam(model, { ...source, indices }, { classes: wrong.map((row) => predicted[row]) })
      : undefined;
  return Promise.all(
    wrong.map(async (row, place) => {
      const size = heat ? heat.height * heat.width : 0;
      const own = heat && { ...heat, values: heat.values.subarray(place * size, (place + 1) * size) };
      return {
        image: await toDataUri(source.set, source.indices[row]),
        ...(own && { heatMap: await toHeatMapUri(source.set, source.indices[row], own) }),
        truth: labels[truth[row]],
        predicted: labels[predicted[row]],
        confidence: confidence(row),
        id: source.set.samples[source.indices[row]].id,
      };
    }),
  );
}

/** The figure that a model card carries. */
export function toCardMetric({ dataset, split, obtained, report }: ReportEvaluation) {
  return { dataset, split, obtained, n: report.n, accuracy: report.accuracy, macroF1: report.macroF1 };
}

/** The share of right answers, in words: `61.2 % of 3,589`. */
export function describeAccuracy({ accuracy, n }: ClassificationReport): string {
  return `${(100 * accuracy).toFixed(1)} % of ${n.toLocaleString('en')}`;
}

import type { Emotion, Split } from '@mien/core';
import {
  accuracyInterval,
  applyTemperature,
  type ClassificationReport,
  evaluateByGroup,
  evaluateCalibration,
  evaluateClassification,
  evaluateRanking,
  predictedClasses,
  type ReportEvaluation,
  topKAccuracy,
} from '@mien/metrics';
import type { PredictOptions, SetPredictions, TrainingSource } from '@mien/training';
import { toDataUri, toHeatMapUri } from './pictures.js';
import { type PartPredictions, toPartPredictions } from './predictions.js';
import type { Predictor } from './predictor.js';

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
  predictor: Predictor,
  labels: readonly Emotion[],
  source: TrainingSource,
  part: PartEvaluation,
  options: EvaluateOptions = {},
): Promise<EvaluatedPart> {
  const said = await predictor.predict(source, options);
  const samples = source.indices.map((index) => source.set.samples[index]);
  const predictions = toPartPredictions(part, labels, samples, said);
  const mistakes = await drawMistakes(predictor, labels, source, said, options.heatMaps ?? false);
  const figures = evaluatePredictions(predictions, part, options.temperature);
  return { evaluation: { ...figures, mistakes }, predictions };
}

/** All figures that follow from predictions. @param temperature fitted on validation; what it would make of the calibration is said too. */
export function evaluatePredictions(
  predictions: PartPredictions,
  part: Omit<PartEvaluation, 'split'> & { readonly split: string },
  temperature?: number,
): ReportEvaluation {
  const { labels, truth, probabilities, groups, ids } = predictions;
  const ranked = { labels, truth, probabilities };
  const seeds = ids.length / new Set(ids).size;
  // One picture that several seeds answered is no more evidence than one.
  const units = seeds > 1 ? { units: ids } : {};
  const input = { labels, truth, predicted: predictedClasses(ranked), ...units };
  const softened = () => applyTemperature(probabilities, labels.length, temperature as number);
  return {
    ...part,
    ...(seeds > 1 && { seeds }),
    report: evaluateClassification(input),
    accuracyInterval: accuracyInterval(input),
    topK: labels.length > 2 ? [{ k: 2, accuracy: topKAccuracy(ranked, 2) }] : [],
    ranking: evaluateRanking(ranked),
    calibration: evaluateCalibration(ranked),
    ...(temperature !== undefined && {
      temperature: {
        value: temperature,
        expectedError: evaluateCalibration({ ...ranked, probabilities: softened() }).expectedError,
      },
    }),
    groups: Object.fromEntries(
      Object.entries(groups).map(([name, own]) => [
        name,
        evaluateByGroup({ ...input, groups: own.map((group) => group ?? undefined) }),
      ]),
    ),
  };
}

async function drawMistakes(
  predictor: Predictor,
  labels: readonly Emotion[],
  source: TrainingSource,
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
      ? await predictor.look?.(
          { ...source, indices },
          wrong.map((row) => predicted[row]),
        )
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

/** The share of right answers, in words: `61.2 % of 3,589`. */
export function describeAccuracy({ accuracy, n }: ClassificationReport): string {
  return `${(100 * accuracy).toFixed(1)} % of ${n.toLocaleString('en')}`;
}

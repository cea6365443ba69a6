import type { Emotion, Split } from '@mien/core';
import {
  accuracyInterval,
  type ClassificationReport,
  evaluateByGroup,
  evaluateClassification,
  type ReportEvaluation,
} from '@mien/metrics';
import type { TensorSet } from '@mien/preprocessing/node';
import { type BatchSource, predictSet } from '@mien/training';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import sharp from 'sharp';

/** How many of the surest mistakes the report shows. */
const MISTAKES = 24;

export interface PartEvaluation {
  readonly dataset: string;
  readonly split: Split | 'all';
  readonly obtained: ReportEvaluation['obtained'];
  readonly remark?: string;
}

/** Evaluates a model on samples of a tensor set: figures, groups and the mistakes it was surest of. */
export async function evaluatePart(
  model: LayersModel,
  labels: readonly Emotion[],
  source: BatchSource,
  part: PartEvaluation,
): Promise<ReportEvaluation> {
  const { probabilities, predicted, truth } = await predictSet(model, source);
  const input = { labels, truth, predicted };
  const samples = source.indices.map((index) => source.set.samples[index]);
  const confidence = (row: number) => probabilities[row * labels.length + predicted[row]];
  const wrong = [...truth.keys()]
    .filter((row) => predicted[row] !== truth[row])
    .sort((a, b) => confidence(b) - confidence(a))
    .slice(0, MISTAKES);
  return {
    ...part,
    report: evaluateClassification(input),
    accuracyInterval: accuracyInterval(input),
    groups: {
      gender: evaluateByGroup({ ...input, groups: samples.map(({ groups }) => groups.gender) }),
      angle: evaluateByGroup({ ...input, groups: samples.map(({ groups }) => groups.angle) }),
    },
    mistakes: await Promise.all(
      wrong.map(async (row) => ({
        image: await toDataUri(source.set, source.indices[row]),
        truth: labels[truth[row]],
        predicted: labels[predicted[row]],
        confidence: confidence(row),
        id: samples[row].id,
      })),
    ),
  };
}

/** The figure that a model card carries. */
export function toCardMetric({ dataset, split, obtained, report }: ReportEvaluation) {
  return { dataset, split, obtained, n: report.n, accuracy: report.accuracy, macroF1: report.macroF1 };
}

/** One row of a tensor set as a PNG inside a URI. */
async function toDataUri(set: TensorSet, index: number): Promise<string> {
  const { width, height, channels } = set;
  const size = width * height * channels;
  const pixels = set.images.subarray(index * size, (index + 1) * size);
  const png = await sharp(pixels, { raw: { width, height, channels } }).png().toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}

/** The share of right answers, in words: `61.2 % of 3,589`. */
export function describeAccuracy({ accuracy, n }: ClassificationReport): string {
  return `${(100 * accuracy).toFixed(1)} % of ${n.toLocaleString('en')}`;
}

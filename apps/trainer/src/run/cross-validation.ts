import { join } from 'node:path';
import { writeFileAtomically } from '@mien/core/node';
import type { ReportEvaluation } from '@mien/metrics';
import { stringify } from 'yaml';
import { evaluatePredictions } from './evaluate-part.js';
import { meanOfMembers, type PartPredictions, pool } from './predictions.js';
import { writeReport } from './report-folder.js';
import type { RunRecord } from './run-record.js';
import type { FoldResult } from './train-fold.js';

/** Mean and standard deviation (n − 1) over folds and seeds. */
export interface Spread {
  readonly mean: number;
  readonly standardDeviation: number;
  readonly values: readonly number[];
}

export function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardDeviation: Math.sqrt(squares / (values.length - 1)), values };
}

/** The evaluation that counts for a fold: on its test part. */
export function testEvaluations(folds: readonly FoldResult[]): ReportEvaluation[] {
  return folds.map(({ evaluations }) => evaluations[0]);
}

export interface SummaryArguments {
  readonly directory: string;
  readonly record: RunRecord;
  readonly folds: readonly FoldResult[];
  /** What each is: `fold 2 of 5, seed 3`. */
  readonly titles: readonly string[];
  readonly command: string;
}

export interface Summary {
  /** The page to open. */
  readonly page: string;
  /** The test parts of all folds and seeds as one; a picture counts once for every seed. */
  readonly pooled: ReportEvaluation;
  /** Of several seeds: the mean of their answers to each picture. */
  readonly ensemble?: ReportEvaluation;
}

/** Writes the report over all folds and seeds: their test parts pooled, what their seeds say together, and the spread between them. */
export async function summariseFolds(summary: SummaryArguments): Promise<Summary> {
  const { directory, record, folds, titles, command } = summary;
  const evaluations = testEvaluations(folds);
  const [{ dataset, split, obtained }] = evaluations;
  const accuracy = spreadOf(evaluations.map(({ report }) => report.accuracy));
  const macroF1 = spreadOf(evaluations.map(({ report }) => report.macroF1));
  const { experiment, environment, startedAt } = record;
  const { seeds, seed } = experiment;
  const members = folds.map(({ predictions: [test] }) => test);
  const part = { dataset, split, obtained };
  const pooled = evaluatePredictions(pool(members), { ...part, remark: describePool(experiment) });
  const ensemble = seeds && seeds.length > 1 ? evaluateEnsemble(members, part, seeds.length) : undefined;
  const folder = join(directory, 'report');
  const page = await writeReport(folder, {
    title: experiment.name,
    summary: experiment.summary,
    facts: {
      trainings: folds.length,
      'mean accuracy': describeSpread(accuracy),
      'mean macro F1': describeSpread(macroF1),
      started: startedAt,
      ...(seeds ? { seeds: seeds.join(', ') } : { seed }),
    },
    evaluations: [
      pooled,
      ...(ensemble ? [ensemble] : []),
      ...evaluations.map(({ mistakes: _, ...evaluation }, index) => ({
        ...evaluation,
        split: `${evaluation.split}, ${titles[index]}`,
      })),
    ],
    configuration: stringify(experiment),
    environment: { ...environment },
    commands: [{ command, explanation: 'train again' }],
  });
  await writeFileAtomically(
    join(folder, 'report.json'),
    `${JSON.stringify({ accuracy, macroF1, pooled: pooled.report, ensemble: ensemble?.report, groups: pooled.groups, trainings: titles }, null, 2)}\n`,
  );
  return { page, pooled, ensemble };
}

/** What the networks of several seeds say together. */
function evaluateEnsemble(
  members: readonly PartPredictions[],
  part: Pick<ReportEvaluation, 'dataset' | 'split' | 'obtained'>,
  seeds: number,
): ReportEvaluation {
  const [together] = meanOfMembers(members);
  return evaluatePredictions(together, {
    ...part,
    split: `${part.split}, ensemble of ${seeds} seeds`,
    remark: `The mean of the answers of ${seeds} networks, one a seed: ${seeds} times the work for a face.`,
  });
}

function describePool({ seeds, split, crossValidation }: RunRecord['experiment']): string {
  if (crossValidation && split.protocol === 'by-gender') {
    return 'Both directions together: trained on one gender, tested on the other.';
  }
  const parts = crossValidation ? 'The test parts of all folds together' : 'The test part, once for each seed';
  return seeds && crossValidation ? `${parts}, once for each seed.` : `${parts}.`;
}

/** `71.2 % ± 3.4 (65.0 to 75.1)`. */
export function describeSpread({ mean, standardDeviation, values }: Spread): string {
  const percent = (value: number) => (100 * value).toFixed(1);
  return `${percent(mean)} % ± ${percent(standardDeviation)} (${percent(Math.min(...values))} to ${percent(Math.max(...values))})`;
}

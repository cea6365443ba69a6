import { join } from 'node:path';
import { writeFileAtomically } from '@mien/core/node';
import { type ReportEvaluation, renderReport, reportFromConfusion } from '@mien/metrics';
import { stringify } from 'yaml';
import type { RunRecord } from './run-folder.js';
import type { FoldResult } from './train-fold.js';

/** Mean and standard deviation (n − 1) over folds. */
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

/** Writes the report over all folds: their test parts pooled, and the spread between them. */
export async function summariseFolds(
  directory: string,
  record: RunRecord,
  folds: readonly FoldResult[],
  command: string,
): Promise<string> {
  const evaluations = testEvaluations(folds);
  const [{ dataset, split, obtained, report: first }] = evaluations;
  const confusion = first.confusion.map((row, truth) =>
    row.map((_, predicted) => evaluations.reduce((sum, { report }) => sum + report.confusion[truth][predicted], 0)),
  );
  const accuracy = spreadOf(evaluations.map(({ report }) => report.accuracy));
  const macroF1 = spreadOf(evaluations.map(({ report }) => report.macroF1));
  const pooled = reportFromConfusion(first.labels, confusion);
  const folder = join(directory, 'report');
  const { experiment, environment, startedAt, seed } = record;
  const html = renderReport({
    title: experiment.name,
    summary: experiment.summary,
    facts: {
      folds: folds.length,
      'mean accuracy': describeSpread(accuracy),
      'mean macro F1': describeSpread(macroF1),
      started: startedAt,
      seed,
    },
    evaluations: [
      { dataset, split, obtained, report: pooled, remark: 'The test parts of all folds together.' },
      ...evaluations.map(({ mistakes: _, ...evaluation }) => evaluation),
    ],
    configuration: stringify(experiment),
    environment: { ...environment },
    commands: [{ command, explanation: 'train again' }],
  });
  await writeFileAtomically(join(folder, 'index.html'), html);
  await writeFileAtomically(join(folder, 'report.json'), `${JSON.stringify({ accuracy, macroF1, pooled }, null, 2)}\n`);
  return join(folder, 'index.html');
}

/** `71.2 % ± 3.4 (65.0 to 75.1)`. */
export function describeSpread({ mean, standardDeviation, values }: Spread): string {
  const percent = (value: number) => (100 * value).toFixed(1);
  return `${percent(mean)} % ± ${percent(standardDeviation)} (${percent(Math.min(...values))} to ${percent(Math.max(...values))})`;
}

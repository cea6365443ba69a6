import type { ReportEvaluation } from '@mien/metrics';
import type { History } from '@mien/training';
import { logToMlflow } from '../history/mlflow.js';
import type { RunRecord } from './run-record.js';

/** Where else the history goes, beside the run folder. */
export interface HistoryExports {
  /** Event files in `tensorboard/` of each training's folder. */
  readonly tensorboard?: boolean;
  /** The address of an MLflow server. */
  readonly mlflow?: string;
}

/** Logs a finished training where that is asked for. */
export async function exportRun(
  fold: { readonly record: RunRecord; readonly title: string; readonly exports?: HistoryExports },
  evaluations: readonly ReportEvaluation[],
  history: History,
): Promise<void> {
  const { record, title, exports } = fold;
  if (exports?.mlflow === undefined) return;
  const { experiment, environment, startedAt, seed } = record;
  const figures = evaluations.flatMap(({ split, report }) => [
    [`${split}.accuracy`, report.accuracy],
    [`${split}.macroF1`, report.macroF1],
  ]);
  const id = await logToMlflow(exports.mlflow, {
    experiment: experiment.name,
    runName: title || experiment.name,
    startedAt: new Date(startedAt),
    parameters: flattenParameters({ ...experiment, seed }),
    tags: { revision: environment.revision, engine: environment.engine, runtime: environment.runtime },
    history,
    metrics: Object.fromEntries(figures),
  });
  process.stderr.write(`logged to ${exports.mlflow} as ${id}\n`);
}

/** Nested configuration as names with dots: `training.batchSize`. */
export function flattenParameters(value: unknown, prefix = ''): Record<string, string> {
  if (typeof value !== 'object' || value === null) return value === undefined ? {} : { [prefix]: String(value) };
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) =>
      Object.entries(flattenParameters(part, prefix ? `${prefix}.${key}` : key)),
    ),
  );
}

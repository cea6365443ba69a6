import { type HistoryEntry, renderCurve } from '../charts/curves.js';
import { formatDuration, formatPercent } from '../format.js';
import { Markup, markup } from '../markup.js';

/** What the page says of a training. */
export interface ReportTraining {
  readonly history: readonly HistoryEntry[];
  readonly keptEpoch?: number;
  /** A sentence that the curves need, such as what the training's loss is made of. */
  readonly remark?: string;
}

/** The curves of loss and accuracy, and the run in one sentence. */
export function renderTraining(training: ReportTraining): Markup {
  const { history, keptEpoch, remark } = training;
  // A quantity without one finite value (a run that broke at once) has no curve.
  const charts = (['loss', 'accuracy'] as const)
    .filter((quantity) => history.some((entry) => isDrawable(entry, quantity)))
    .map(
      (quantity) => markup`<div class="card chart">${new Markup(renderCurve(history, { quantity, keptEpoch }))}</div>`,
    );
  return markup`<h2>Training</h2><p class="note">${[describe(training), ...(remark ? [remark] : [])].join(' ')}</p><div class="grid">${charts}</div>`;
}

function isDrawable(entry: HistoryEntry, quantity: 'loss' | 'accuracy'): boolean {
  const values =
    quantity === 'loss' ? [entry.trainLoss, entry.validationLoss] : [entry.trainAccuracy, entry.validationAccuracy];
  return values.some((value) => Number.isFinite(value));
}

function describe({ history, keptEpoch }: ReportTraining): string {
  const seconds = history.reduce((total, entry) => total + (entry.seconds ?? 0), 0);
  const epochs = history.length === 1 ? '1 epoch' : `${history.length} epochs`;
  const time =
    seconds > 0 ? ` in ${formatDuration(seconds)} (${formatDuration(seconds / history.length)} an epoch)` : '';
  const kept = history.find(({ epoch }) => epoch === keptEpoch);
  if (kept === undefined) return `${epochs}${time}.`;
  const accuracy =
    typeof kept.validationAccuracy === 'number'
      ? `, validation accuracy ${formatPercent(kept.validationAccuracy)} against ${formatPercent(kept.trainAccuracy)} in training`
      : '';
  return `${epochs}${time}. The weights of epoch ${kept.epoch} were kept${accuracy}.`;
}

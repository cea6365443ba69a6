import type { ComparedFigures, Comparison } from '../comparison.js';
import { formatCount, formatFixed, formatPercent, formatRange } from '../format.js';
import { markup } from '../markup.js';
import { renderPage } from './page.js';

export interface ComparisonPage {
  readonly title: string;
  /** What all were measured on: data set and split. */
  readonly measuredOn: string;
  readonly comparison: Comparison;
}

/** Models side by side as one HTML page that loads nothing from outside. */
export function renderComparison({ title, measuredOn, comparison }: ComparisonPage): string {
  const { models, n, leftOut } = comparison;
  const note = `${measuredOn}: ${formatCount(n)} samples that all were measured on${leftOut > 0 ? `; ${formatCount(leftOut)} that some lack are left out` : ''}.`;
  return renderPage({
    kind: 'Comparison',
    title,
    summary: note,
    body: [renderFigures(models), renderTests(models), renderClassFigures(comparison)],
  });
}

function renderFigures(models: readonly ComparedFigures[]) {
  const best = Math.max(...models.map(({ report }) => report.accuracy));
  const rows = models.map(
    ({ name, report, accuracyInterval, top2, expectedCalibrationError }) =>
      markup`<tr><th scope="row">${name}${report.accuracy === best && markup` <span class="badge">best</span>`}</th><td>${formatPercent(report.accuracy)}</td><td class="muted">${formatRange(accuracyInterval)}</td><td>${formatFixed(report.macroF1, 3)}</td><td>${formatPercent(top2)}</td><td>${formatPercent(expectedCalibrationError)}</td></tr>`,
  );
  return markup`<section><h2>Figures</h2><div class="card scroll" tabindex="0"><table><thead><tr><th scope="col">model</th><th scope="col">accuracy</th><th scope="col">interval</th><th scope="col">macro F1</th><th scope="col">top-2</th><th scope="col">calibration error</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

function renderTests(models: readonly ComparedFigures[]) {
  const rows = models.map(({ name, againstFirst }) => {
    if (!againstFirst) return undefined;
    const { difference, interval, mcNemar } = againstFirst;
    const points = (value: number) => `${value > 0 ? '+' : ''}${formatFixed(100 * value, 1)}`;
    return markup`<tr><th scope="row">${name}</th><td>${points(difference)}</td><td class="muted">${points(interval.low)} to ${points(interval.high)}</td><td>${formatCount(mcNemar.onlySecond)}</td><td>${formatCount(mcNemar.onlyFirst)}</td><td>${formatP(mcNemar.exactP)}</td><td class="text">${mcNemar.exactP < 0.05 ? 'differs' : 'may be chance'}</td></tr>`;
  });
  return markup`<section><h2>Against ${models[0].name}</h2><p class="note">Accuracy in points more or less, its interval (bootstrap, samples in pairs), on how many samples only this or only the first is right, and McNemar's exact test: how likely so uneven a split is if both are as good. Samples count as independent, and nothing is known of other training seeds.</p><div class="card scroll" tabindex="0"><table><thead><tr><th scope="col">model</th><th scope="col">points</th><th scope="col">interval</th><th scope="col">only this</th><th scope="col">only first</th><th scope="col">p</th><th scope="col" class="text"></th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

function renderClassFigures({ labels, models }: Comparison) {
  const rows = labels.map((label, index) => {
    const values = models.map(({ report }) => report.perClass[index].f1);
    const best = Math.max(...values);
    return markup`<tr><th scope="row">${label}</th>${values.map((value) => markup`<td>${value === best ? markup`<strong>${formatFixed(value, 3)}</strong>` : formatFixed(value, 3)}</td>`)}<td>${formatCount(models[0].report.perClass[index].support)}</td></tr>`;
  });
  return markup`<section><h2>F1 by class</h2><div class="card scroll" tabindex="0"><table><thead><tr><th scope="col">class</th>${models.map(({ name }) => markup`<th scope="col">${name}</th>`)}<th scope="col">n</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

function formatP(value: number): string {
  return value < 0.001 ? '< 0.001' : formatFixed(value, 3);
}

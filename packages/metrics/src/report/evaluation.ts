import type { Interval } from '../bootstrap.js';
import type { CalibrationReport } from '../calibration.js';
import { renderClasses } from '../charts/classes.js';
import { renderConfusion } from '../charts/confusion.js';
import { renderGroups } from '../charts/groups.js';
import { renderRanking } from '../charts/ranking.js';
import { renderReliability } from '../charts/reliability.js';
import type { ClassFigures, ClassificationReport } from '../classification.js';
import { formatCount, formatFixed, formatPercent, formatRange } from '../format.js';
import type { GroupedReport } from '../groups.js';
import { Markup, markup } from '../markup.js';
import type { RankingReport } from '../ranking.js';
import type { Obtained, ReportEvaluation, ReportMistake } from './input.js';

const OBTAINED: Readonly<Record<Obtained, string>> = {
  'in-sample':
    'The model was trained on these samples: the figures say how well it fits them, not how well it will do.',
  'selected-on': 'These samples chose the weights that were kept, so the figures are a little optimistic.',
  'held-out': 'Neither training nor the choice of weights saw these samples; they are from a data set trained on.',
  'out-of-sample': 'The samples are from a data set that was not trained on.',
  'cross-validated':
    'Of models trained the same way on the folds, each on samples that it had not seen; this model then learned from all of them.',
};

/** All evaluations in one table. */
export function renderOverview(evaluations: readonly ReportEvaluation[]): Markup {
  const rows = evaluations.map(
    ({ dataset, split, obtained, report, accuracyInterval: interval }) =>
      markup`<tr><th scope="row">${dataset} · ${split}</th><td class="text">${badge(obtained)}</td><td>${formatPercent(report.accuracy)}</td><td class="muted">${interval ? formatRange(interval) : '—'}</td><td>${formatFixed(report.macroF1, 3)}</td><td>${formatCount(report.n)}</td></tr>`,
  );
  return markup`<section><h2>Overview</h2><div class="grid"><div class="card scroll" tabindex="0"><table><thead><tr><th scope="col">evaluated on</th><th scope="col" class="text">obtained</th><th scope="col">accuracy</th><th scope="col">interval</th><th scope="col">macro F1</th><th scope="col">n</th></tr></thead><tbody>${rows}</tbody></table></div></div></section>`;
}

/** Headline figures, then (below `training`, where it is given) confusion, classes, groups and mistakes of one evaluation. */
export function renderEvaluation(evaluation: ReportEvaluation, training?: Markup): Markup {
  const { dataset, split, obtained, remark, report, groups = {}, mistakes = [] } = evaluation;
  const where = `${dataset} · ${split}`;
  // One group alone compares nothing.
  const groupings = Object.entries(groups).filter(
    (entry): entry is [string, GroupedReport] => entry[1] !== undefined && entry[1].groups.length > 1,
  );
  return markup`<section>
<h2>${where}</h2>
<p>${badge(obtained)} <span class="note">${OBTAINED[obtained]}${remark !== undefined && ` ${remark}`}</span></p>
${renderHeadline(evaluation)}
</section>
${training && markup`<section>${training}</section>`}
<section>
${training && markup`<h2>${where} in detail</h2>`}
<div class="grid">
<div class="card chart">${new Markup(renderConfusion(report, { title: 'Confusion matrix' }))}</div>
<div class="card chart">${new Markup(renderClasses(report))}</div>
${renderClassTable(report)}
${renderFrequentErrors(report)}
</div>
${renderProbabilities(evaluation)}
${groupings.map(([name, grouped]) => renderGrouping(name, grouped))}
${mistakes.length > 0 && renderMistakes(mistakes)}
</section>`;
}

function badge(obtained: Obtained): Markup {
  const isOptimistic = obtained === 'in-sample' || obtained === 'selected-on';
  return markup`<span class="badge${isOptimistic && ' warm'}">${obtained}</span>`;
}

function renderHeadline({ report, accuracyInterval: interval, topK = [] }: ReportEvaluation): Markup {
  const commonest = report.perClass.reduce((found, entry) => (entry.support > found.support ? entry : found));
  const figures: readonly { name: string; value: string; note: string; title?: string }[] = [
    {
      name: 'Accuracy',
      value: formatPercent(report.accuracy),
      ...(interval
        ? {
            note: `${formatPercent(interval.level, 0)} interval ${formatRange(interval)}`,
            title: `Percentile bootstrap over the samples, ${formatCount(interval.resamples)} resamples, seed ${interval.seed}`,
          }
        : { note: 'share of samples that are right' }),
    },
    { name: 'Macro F1', value: formatFixed(report.macroF1, 3), note: 'every class counts the same' },
    ...topK.map(({ k, accuracy }) => ({
      name: `Top-${k} accuracy`,
      value: formatPercent(accuracy),
      note: `the true class is among the ${k} most probable`,
    })),
    { name: 'Weighted F1', value: formatFixed(report.weightedF1, 3), note: 'classes count by their size' },
    {
      name: 'Samples',
      value: formatCount(report.n),
      note: `always saying “${commonest.label}” would be right for ${formatPercent(commonest.support / report.n)}`,
    },
  ];
  return markup`<div class="figures">${figures.map(
    ({ name, value, note, title }) =>
      markup`<div class="card"><dl class="figure"${title !== undefined && markup` title="${title}"`}><dt>${name}</dt><dd>${value}</dd></dl><p class="note">${note}</p></div>`,
  )}</div>`;
}

function renderClassTable({ perClass, macro, weighted }: ClassificationReport): Markup {
  const row = (name: string, { precision, recall, f1, support }: ClassFigures) =>
    markup`<tr><th scope="row">${name}</th>${[precision, recall, f1].map((value) => markup`<td>${formatFixed(value, 3)}</td>`)}<td>${formatCount(support)}</td></tr>`;
  return markup`<div class="card"><h4>Per class</h4><table><thead><tr><th scope="col">class</th><th scope="col">precision</th><th scope="col">recall</th><th scope="col">F1</th><th scope="col">n</th></tr></thead><tbody>${perClass.map((entry) => row(entry.label, entry))}</tbody><tbody class="averages">${row('macro', macro)}${row('weighted', weighted)}</tbody></table></div>`;
}

/** The pairs of classes confused most often, by count. */
function renderFrequentErrors({ confusion, perClass }: ClassificationReport): Markup {
  const errors = perClass
    .flatMap((truth, row) =>
      perClass.map((predicted, column) => ({ truth, predicted, count: row === column ? 0 : confusion[row][column] })),
    )
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, perClass.length + 2);
  const rows = errors.map(
    ({ truth, predicted, count }) =>
      markup`<tr><th scope="row">${truth.label}</th><td class="text">${predicted.label}</td><td>${formatCount(count)}</td><td class="muted">${formatPercent(count / truth.support)}</td></tr>`,
  );
  const table = markup`<table><thead><tr><th scope="col">true</th><th scope="col" class="text">taken for</th><th scope="col">n</th><th scope="col">of the class</th></tr></thead><tbody>${rows}</tbody></table>`;
  return markup`<div class="card"><h4>Most frequent mistakes</h4>${rows.length > 0 ? table : markup`<p class="note">None: every sample is right.</p>`}</div>`;
}

/** Figures from probabilities: curves and calibration. */
function renderProbabilities({ ranking, calibration, temperature }: ReportEvaluation): Markup | false {
  if (!ranking && !calibration) return false;
  const area = (name: string, value: number | undefined) =>
    value === undefined ? undefined : `mean area under ${name} ${formatFixed(value, 3)}`;
  const areas = ranking && [
    area('the ROC curves', ranking.macroRocAuc),
    area('the precision–recall curves', ranking.macroAveragePrecision),
  ];
  const words = [
    areas && `One class against the rest: ${areas.filter((part) => part !== undefined).join(', ')}.`,
    calibration && describeCalibration(calibration),
    temperature &&
      `A temperature of ${formatFixed(temperature.value, 2)}, fitted on validation, makes the expected error ${formatPercent(temperature.expectedError)}.`,
  ].filter((part) => part !== undefined);
  const chart = (svg: string) => markup`<div class="card chart">${new Markup(svg)}</div>`;
  return markup`<h3>Probabilities</h3><p class="note">${words.join(' ')}</p><div class="grid">${calibration && chart(renderReliability(calibration))}${ranking && chart(renderRanking(ranking.perClass, { curve: 'roc' }))}${ranking && chart(renderRanking(ranking.perClass, { curve: 'precisionRecall' }))}${ranking && renderAreas(ranking)}</div>`;
}

function renderAreas({ perClass, macroRocAuc, macroAveragePrecision }: RankingReport): Markup {
  const figure = (value: number | undefined) => (value === undefined ? '—' : formatFixed(value, 3));
  const rows = perClass.map(
    ({ label, rocAuc, averagePrecision, support }) =>
      markup`<tr><th scope="row">${label}</th><td>${figure(rocAuc)}</td><td>${figure(averagePrecision)}</td><td>${formatCount(support)}</td></tr>`,
  );
  return markup`<div class="card"><h4>Areas under the curves</h4><table><thead><tr><th scope="col">class</th><th scope="col">ROC</th><th scope="col">precision–recall</th><th scope="col">n</th></tr></thead><tbody>${rows}</tbody><tbody class="averages"><tr><th scope="row">mean</th><td>${figure(macroRocAuc)}</td><td>${figure(macroAveragePrecision)}</td><td></td></tr></tbody></table></div>`;
}

function describeCalibration({
  expectedError,
  maximumError,
  brier,
  meanConfidence,
  accuracy,
}: CalibrationReport): string {
  const lean = meanConfidence > accuracy ? 'surer than it should be' : 'less sure than it may be';
  return `The model says ${formatPercent(meanConfidence)} on average and is right in ${formatPercent(accuracy)}: ${lean}. Expected calibration error ${formatPercent(expectedError)}, largest of a bin ${formatPercent(maximumError)}, Brier score ${formatFixed(brier, 3)}.`;
}

/** More rows than this and only the ends of the list are shown. */
const MOST_GROUPS = 12;

function renderGrouping(name: string, whole: GroupedReport): Markup {
  const { gap, comparedLabels, ungrouped } = whole;
  const isCut = whole.groups.length > MOST_GROUPS;
  const ranked = isCut ? [...whole.groups].sort((a, b) => a.accuracy - b.accuracy) : whole.groups;
  const groups = isCut ? [...ranked.slice(0, MOST_GROUPS - 4), ...ranked.slice(-4)] : ranked;
  const rows = groups.map(
    ({ group, accuracy, accuracyInterval, macroF1, n }) =>
      markup`<tr><th scope="row">${group}</th><td>${formatPercent(accuracy)}</td><td class="muted">${formatRange(accuracyInterval)}</td><td>${comparedLabels.length > 0 ? formatFixed(macroF1, 3) : '—'}</td><td>${formatCount(n)}</td></tr>`,
  );
  const gapRow =
    groups.length > 1 &&
    markup`<tbody class="averages"><tr><th scope="row">gap</th><td class="range">${formatFixed(gap.accuracy.value * 100, 1)} points</td><td class="muted">${gap.accuracy.interval && formatPoints(gap.accuracy.interval)}</td><td>${comparedLabels.length > 0 && formatFixed(gap.macroF1.value, 3)}</td><td></td></tr></tbody>`;
  const allLabels = groups[0].report.labels;
  const remarks = [
    groups.length > 1 && gap.accuracy.value > 0 && `Best: ${gap.accuracy.best}; worst: ${gap.accuracy.worst}.`,
    gap.accuracy.interval && describeGap(gap.accuracy.interval, groups.length),
    isCut && `Of ${whole.groups.length} the eight with the lowest accuracy and the four with the highest are shown.`,
    comparedLabels.length < allLabels.length &&
      `Macro F1 over the classes that every group has (${comparedLabels.join(', ') || 'none'}).`,
    ungrouped > 0 && `${formatCount(ungrouped)} samples without this fact are left out.`,
  ].filter((remark) => remark !== false && remark !== undefined);
  return markup`<h3>By ${name}</h3>${remarks.length > 0 && markup`<p class="note">${remarks.join(' ')}</p>`}<div class="grid"><div class="card chart">${new Markup(renderGroups({ groups }, { title: `Accuracy by ${name}` }))}</div><div class="card scroll" tabindex="0"><table><thead><tr><th scope="col">${name}</th><th scope="col">accuracy</th><th scope="col">${formatPercent(groups[0].accuracyInterval.level, 0)} interval</th><th scope="col">macro F1</th><th scope="col">n</th></tr></thead><tbody>${rows}</tbody>${gapRow}</table></div></div>`;
}

function formatPoints({ low, high }: Interval): string {
  return `${formatFixed(low * 100, 1)} to ${formatFixed(high * 100, 1)}`;
}

function describeGap({ low }: Interval, groups: number): string {
  if (low <= 0) return 'The interval of the gap holds 0: chance may be all of it.';
  return groups === 2
    ? 'The interval of the gap does not hold 0.'
    : 'The interval of the gap is that of the best and the worst group, which were chosen for being so: it lies a little high.';
}

function renderMistakes(mistakes: readonly ReportMistake[]): Markup {
  const items = mistakes.map(({ image, truth, predicted, confidence, id, heatMap }) => {
    const words = `${id === undefined ? '' : `${id}: `}${truth}, taken for ${predicted}`;
    return markup`<li title="${words}"><img src="${image}" alt="${words}" loading="lazy">${heatMap !== undefined && markup`<img class="heat" src="${heatMap}" alt="where the model looked" loading="lazy">`}<span>${predicted}${confidence !== undefined && ` ${formatPercent(confidence, 0)}`}</span><span class="muted">is ${truth}</span></li>`;
  });
  return markup`<h3>Mistakes, picture by picture</h3><p class="note">What the model said and how sure it was; below, what the data set says.${mistakes.some(({ heatMap }) => heatMap !== undefined) && ' The second picture shows what spoke for its answer (Grad-CAM): the warmer, the more.'}</p><ul class="faces">${items}</ul>`;
}

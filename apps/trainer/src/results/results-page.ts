import type { ModelCard } from '@mien/core';
import { z } from 'zod';
import { toMarkdownTable } from '../markdown-table.js';
import { formatDuration } from '../progress.js';
import { percent, renderStudy, type StudyResult } from '../study/study-table.js';
import type { MeasuredResult } from './measured-result.js';

/** `rows.yaml`: what is known of others, and what of ours stands beside it. */
export const resultRowsSchema = z
  .array(
    z
      .strictObject({
        model: z.string().min(1),
        set: z.string().min(1),
        /** Accuracy of others in percent, in their words. */
        theirs: z.string().min(1),
        /** The name of a result: an experiment, or `<bundle>-on-<data set>` for what `evaluate --report` measured. */
        result: z.string().optional(),
        /** A shipped bundle, whose card has the figures. */
        bundle: z.string().optional(),
        /** Over how many views of a picture the bundle's figures are means, where that is more than one. */
        views: z.enum(['flip', 'ten-crop']).optional(),
      })
      .refine(
        ({ result, bundle }) => (result === undefined) !== (bundle === undefined),
        'expected a result or a bundle',
      ),
  )
  .min(1);

export interface ResultsInput {
  readonly rows: z.output<typeof resultRowsSchema>;
  /** By name. */
  readonly results: ReadonlyMap<string, MeasuredResult>;
  readonly cards: readonly ModelCard[];
  readonly studies: readonly StudyResult[];
}

/** `docs/results.md`. */
export function renderResults({ rows, results, cards, studies }: ResultsInput): string {
  const shown = rows.map(({ model, set, theirs, result, bundle, views }) => {
    const own = result === undefined ? undefined : results.get(result);
    const card = cards.find(({ name }) => name === bundle);
    if (own) return [model, set, theirs, ...resultCells(own)];
    if (card) return [model, set, theirs, ...cardCells(card, views)];
    const command = result === undefined ? '–' : `\`mien-train run ${result}\``;
    return [model, set, theirs, 'not run', '–', '–', '–', command];
  });
  const sections = [
    '# Results',
    'Made by `mien-train results` from `docs/results/` and the cards of the shipped bundles; not written by hand.',
    [
      'Accuracy in percent. In brackets the 95 % interval over the samples (bootstrap; it takes pictures as independent, and knows nothing of seeds); behind ± the standard',
      'deviation over trainings (folds, seeds), and the lowest and highest. Time is that of training alone, all folds together, on the machine named below, which other work shared.',
      'Where the full data set was not there, the row says what was: the women of KDEF from the front, SFEW Train, CK+48, five people of JAFFE, FER-2013 without PrivateTest.',
    ].join('\n'),
    '## Beside the study and others',
    toMarkdownTable([['model', 'set', 'theirs', 'ours', 'protocol', 'seeds', 'time', 'command'], ...shown]).trimEnd(),
    ...renderGaps(results),
    '## Shipped bundles',
    toMarkdownTable([
      ['bundle', 'set', 'accuracy', 'macro F1', 'n', 'obtained', 'protocol'],
      ...cards.flatMap(bundleRows),
    ]).trimEnd(),
    ...studies.flatMap(renderStudySection),
    ...renderMachines([...results.values()]),
  ];
  return `${sections.join('\n\n')}\n`;
}

function resultCells(result: MeasuredResult): string[] {
  const { spread, ensemble, protocol, obtained, seeds, seconds, command } = result;
  const trainings = spread
    ? `; ${percent(spread.mean)} ± ${percent(spread.standardDeviation)}, ${percent(spread.low)} to ${percent(spread.high)}`
    : '';
  return [
    `${showAccuracy(result, seeds.length)}${trainings}${ensemble ? `; ensemble of ${seeds.length} seeds ${showAccuracy(ensemble)}` : ''}`,
    `${protocol}; ${obtained}`,
    seeds.join(', '),
    seconds > 0 ? formatDuration(seconds) : '–',
    `\`${command}\``,
  ];
}

/** @param seeds how often each sample is among the `n`. */
function showAccuracy(
  { accuracy, interval, n }: Pick<MeasuredResult, 'accuracy' | 'interval' | 'n'>,
  seeds = 1,
): string {
  const range = interval ? ` (${percent(interval.low)}–${percent(interval.high)})` : '';
  const times = seeds > 1 ? `, each by ${seeds} seeds` : '';
  return `**${percent(accuracy)}**${range} of ${(n / seeds).toLocaleString('en')}${times}`;
}

function cardCells({ name, metrics: [metric], training }: ModelCard, views?: string): string[] {
  const { dataset, split } = metric;
  return [
    showAccuracy(metric),
    `${training.protocol}; ${metric.obtained}`,
    `${training.seed}`,
    '–',
    `\`mien-train evaluate ${name} --dataset ${dataset} --split ${split}${views ? ` --views ${views}` : ''}\``,
  ];
}

function bundleRows({ name, metrics, training }: ModelCard): string[][] {
  return metrics.map(({ dataset, split, accuracy, macroF1, n, seeds, obtained }) => [
    `\`${name}\``,
    `${dataset}, ${split}`,
    percent(accuracy),
    macroF1.toFixed(3),
    `${n.toLocaleString('en')}${seeds === undefined ? '' : `, each by ${seeds} seeds`}`,
    obtained,
    training.protocol,
  ]);
}

/** Between the best and the worst group, where a result has several. */
function renderGaps(results: ResultsInput['results']): string[] {
  const rows = [...results.values()].flatMap(({ name, gaps }) =>
    Object.entries(gaps).map(([grouping, { groups, value, low, high, best, worst }]) => [
      name,
      `${grouping} (${groups})`,
      `${percent(value)}${low === undefined || high === undefined ? '' : ` (${percent(low)}–${percent(high)})`}`,
      // People are numbers of the data set's own.
      `${best} / ${worst}`,
    ]),
  );
  if (rows.length === 0) return [];
  return [
    '## Gaps between groups',
    'Points of accuracy between the best and the worst group. Of many small groups the best and the worst lie far apart by chance alone.',
    toMarkdownTable([['result', 'grouping (groups)', 'gap', 'best / worst'], ...rows]).trimEnd(),
  ];
}

function renderStudySection(study: StudyResult): string[] {
  const [{ n }] = study.cells;
  const sizes = [...new Set(study.cells.map((cell) => `${cell.set} ${cell.n}`))].join(', ');
  const text = `${study.summary} Accuracy in percent with its 95 % interval, the best of a column in bold; pictures: ${sizes}. \`${study.command}\``;
  return n > 0 ? [`## Study: ${study.name}`, text, renderStudy(study).trimEnd()] : [];
}

function renderMachines(results: readonly MeasuredResult[]): string[] {
  const machines = [
    ...new Set(results.map(({ processor, processors, engine }) => `${processors} × ${processor}, ${engine}`)),
  ];
  return machines.length === 0 ? [] : [`Measured on: ${machines.sort().join('; ')}.`];
}

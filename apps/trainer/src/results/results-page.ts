import type { ModelCard } from '@mien/core';
import { z } from 'zod';
import { toMarkdownTable } from '../markdown-table.js';
import { formatDuration } from '../progress.js';
import { percent, renderStudy, type StudyResult } from '../study/study-table.js';
import type { RunResult } from './run-result.js';

/** `rows.yaml`: what is known of others, and what of ours stands beside it. */
export const resultRowsSchema = z
  .array(
    z
      .strictObject({
        model: z.string().min(1),
        set: z.string().min(1),
        /** Accuracy of others in percent, in their words. */
        theirs: z.string().min(1),
        /** An experiment, or `<bundle>-on-<data set>` for what `evaluate --report` measured. */
        experiment: z.string().optional(),
        /** How long an experiment that was not run would take. */
        expectedTime: z.string().optional(),
        /** A shipped bundle, whose card has the figures. */
        bundle: z.string().optional(),
        /** Over how many views of a picture the bundle's figures are means, where that is more than one. */
        views: z.enum(['flip', 'ten-crop']).optional(),
      })
      .refine(
        ({ experiment, bundle }) => (experiment === undefined) !== (bundle === undefined),
        'expected an experiment or a bundle',
      ),
  )
  .min(1);

export interface ResultsInput {
  readonly rows: z.output<typeof resultRowsSchema>;
  /** By experiment. */
  readonly runs: ReadonlyMap<string, RunResult>;
  readonly cards: readonly ModelCard[];
  readonly studies: readonly StudyResult[];
}

/** `docs/results.md`. */
export function renderResults({ rows, runs, cards, studies }: ResultsInput): string {
  const shown = rows.map(({ model, set, theirs, experiment, bundle, views, expectedTime }) => {
    const run = experiment === undefined ? undefined : runs.get(experiment);
    const card = cards.find(({ name }) => name === bundle);
    if (run) return [model, set, theirs, ...runCells(run)];
    if (card) return [model, set, theirs, ...cardCells(card, views)];
    const command = experiment === undefined ? '–' : `\`mien-train run ${experiment}\``;
    return [model, set, theirs, 'not run', '–', '–', expectedTime ? `would take ${expectedTime}` : '–', command];
  });
  const sections = [
    '# Results',
    'Made by `mien-train results` from `docs/results/` and the cards of the shipped bundles; not written by hand.',
    [
      'Accuracy in percent. In brackets the 95 % interval over the samples (bootstrap; it takes samples as independent, and knows nothing of seeds); behind ± the standard',
      'deviation over trainings (folds, seeds), and the lowest and highest. Time is that of training alone, all folds together, on the machine named below, which other work shared.',
      'Where the full data set was not there, the row says what was: the women of KDEF from the front, SFEW Train, CK+48, five people of JAFFE, FER-2013 without PrivateTest.',
    ].join('\n'),
    '## Beside the study and others',
    toMarkdownTable([['model', 'set', 'theirs', 'ours', 'protocol', 'seeds', 'time', 'command'], ...shown]).trimEnd(),
    ...renderGaps(runs),
    '## Shipped bundles',
    toMarkdownTable([
      ['bundle', 'set', 'accuracy', 'macro F1', 'n', 'obtained', 'protocol'],
      ...cards.flatMap(bundleRows),
    ]).trimEnd(),
    ...studies.flatMap(renderStudySection),
    ...renderMachines([...runs.values()]),
  ];
  return `${sections.join('\n\n')}\n`;
}

function runCells(run: RunResult): string[] {
  const { accuracy, interval, spread, n, protocol, obtained, seeds, seconds, command } = run;
  const trainings = spread
    ? `; ${percent(spread.mean)} ± ${percent(spread.standardDeviation)}, ${percent(spread.low)} to ${percent(spread.high)}`
    : '';
  return [
    `${showAccuracy(accuracy, interval, n)}${trainings}`,
    `${protocol}; ${obtained}`,
    seeds.join(', '),
    seconds > 0 ? formatDuration(seconds) : '–',
    `\`${command}\``,
  ];
}

function showAccuracy(accuracy: number, interval: RunResult['interval'], n: number): string {
  const range = interval ? ` (${percent(interval.low)}–${percent(interval.high)})` : '';
  return `**${percent(accuracy)}**${range} of ${n.toLocaleString('en')}`;
}

function cardCells({ name, metrics: [metric], training }: ModelCard, views?: string): string[] {
  const { accuracy, interval, n, dataset, split } = metric;
  return [
    showAccuracy(accuracy, interval, n),
    `${training.protocol}; ${metric.obtained}`,
    `${training.seed}`,
    '–',
    `\`mien-train evaluate ${name} --dataset ${dataset} --split ${split}${views ? ` --views ${views}` : ''}\``,
  ];
}

function bundleRows({ name, metrics, training }: ModelCard): string[][] {
  return metrics.map(({ dataset, split, accuracy, macroF1, n, obtained }) => [
    `\`${name}\``,
    `${dataset}, ${split}`,
    percent(accuracy),
    macroF1.toFixed(3),
    n.toLocaleString('en'),
    obtained,
    training.protocol,
  ]);
}

/** Between the best and the worst group, where a run has several. */
function renderGaps(runs: ResultsInput['runs']): string[] {
  const rows = [...runs.values()].flatMap(({ experiment, gaps }) =>
    Object.entries(gaps).map(([grouping, { groups, value, low, high, best, worst }]) => [
      experiment,
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
    toMarkdownTable([['experiment', 'grouping (groups)', 'gap', 'best / worst'], ...rows]).trimEnd(),
  ];
}

function renderStudySection(study: StudyResult): string[] {
  const [{ n }] = study.cells;
  const sizes = [...new Set(study.cells.map((cell) => `${cell.set} ${cell.n}`))].join(', ');
  const text = `${study.summary} Accuracy in percent with its 95 % interval, the best of a column in bold; pictures: ${sizes}. \`${study.command}\``;
  return n > 0 ? [`## Study: ${study.name}`, text, renderStudy(study).trimEnd()] : [];
}

function renderMachines(runs: readonly RunResult[]): string[] {
  const machines = [
    ...new Set(runs.map(({ processor, processors, engine }) => `${processors} × ${processor}, ${engine}`)),
  ];
  return machines.length === 0 ? [] : [`Measured on: ${machines.sort().join('; ')}.`];
}

import { join } from 'node:path';
import { InvalidConfigurationError } from '@mien/core';
import { writeFileAtomically } from '@mien/core/node';
import { type Comparison, compareModels, renderComparison } from '@mien/metrics';
import { Command } from 'commander';
import { nameRuns } from '../run/name-runs.js';
import { type PartPredictions, readPredictions } from '../run/predictions.js';

interface CompareOptions {
  readonly split?: string;
  readonly dataset?: string;
  readonly output?: string;
  readonly json?: boolean;
}

/** `mien-train compare <run> <run>…`. */
export function compareCommand(): Command {
  return new Command('compare')
    .description('runs side by side on the samples that all were measured on, each tested against the first (McNemar)')
    .argument('<runs...>', 'run folders, or folders that "evaluate --report" wrote')
    .option('--dataset <name>', 'the data set, where a run has several')
    .option('--split <split>', 'the part; default: test where all have it, else validation, else all')
    .option('--output <file>', 'write a page')
    .option('--json', 'print JSON')
    .action(compare);
}

async function compare(runs: string[], { dataset, split, output, json = false }: CompareOptions): Promise<void> {
  const predictions: Awaited<ReturnType<typeof readPredictions>>[] = [];
  // In turn, so that of several that cannot be read it is always the first that is named.
  for (const run of runs) predictions.push(await readPredictions(run));
  const parts = pickParts(runs, predictions, dataset, split);
  const names = nameRuns(runs);
  const comparison = compareModels(parts.map((part, index) => ({ ...part, name: names[index] })));
  const measuredOn = `${parts[0].dataset}, ${parts[0].split}`;
  if (output !== undefined) {
    const title = names.join(' · ');
    await writeFileAtomically(join(output), renderComparison({ title, measuredOn, comparison }));
  }
  process.stdout.write(
    json ? `${JSON.stringify({ measuredOn, ...comparison }, null, 2)}\n` : describe(measuredOn, comparison),
  );
}

/** The part of each run that is compared: one data set and split that all have. */
function pickParts(
  runs: readonly string[],
  predictions: readonly (readonly PartPredictions[])[],
  dataset: string | undefined,
  split: string | undefined,
): PartPredictions[] {
  const keys = predictions[0].filter(
    (part) =>
      (dataset === undefined || part.dataset === dataset) &&
      (split === undefined || part.split === split) &&
      predictions.every((parts) => parts.some((other) => isSame(part, other))),
  );
  const wanted = ['test', 'validation', 'all'].map((name) => keys.find((part) => part.split === name));
  const key = wanted.find((part) => part !== undefined) ?? keys[0];
  if (key) return predictions.map((parts) => parts.find((part) => isSame(key, part)) as PartPredictions);
  const has = runs.map(
    (run, index) => `${run}: ${predictions[index].map((part) => `${part.dataset} ${part.split}`).join(', ')}`,
  );
  throw new InvalidConfigurationError({
    expected: `runs that were measured on the same data set and part${split ? `, ${split}` : ''}`,
    found: has.join('; '),
    fix: 'evaluate them on one with mien-train evaluate <run>/model --dataset <name> --report <folder>, and compare those folders',
  });
}

function isSame(a: PartPredictions, b: PartPredictions): boolean {
  return a.dataset === b.dataset && a.split === b.split;
}

function describe(measuredOn: string, { models, n, leftOut }: Comparison): string {
  const width = Math.max(5, ...models.map(({ name }) => name.length));
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(8);
  const rows = models.map(({ name, report, top2, expectedCalibrationError, againstFirst }) => {
    const figures = `${name.padEnd(width)} ${percent(report.accuracy)} ${report.macroF1.toFixed(3).padStart(9)} ${percent(top2)} ${percent(expectedCalibrationError)}`;
    if (!againstFirst) return figures;
    const { difference, interval, mcNemar } = againstFirst;
    const points = (value: number) => `${value >= 0 ? '+' : ''}${(100 * value).toFixed(1)}`;
    const p = mcNemar.exactP < 0.001 ? '< .001' : mcNemar.exactP.toFixed(3);
    return `${figures}   ${points(difference)} (${points(interval.low)} to ${points(interval.high)}), p ${p}`;
  });
  const head = `${''.padEnd(width)} accuracy  macro F1    top-2 cal.err.   points against the first (95 % interval), McNemar`;
  const left = leftOut > 0 ? `; ${leftOut} that some lack are left out` : '';
  return `${measuredOn}: ${n} samples${left}\n\n${head}\n${rows.join('\n')}\n`;
}

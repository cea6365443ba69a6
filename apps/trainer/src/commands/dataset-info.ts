import type { Sample } from '@mien/core';
import { Command } from 'commander';
import { findDatasetFolder } from '../configuration/dataset-definition.js';
import { openData } from '../data.js';

interface InfoOptions {
  readonly data?: string;
  readonly json?: boolean;
}

/** How many issues are printed; `--json` has all. */
const ISSUES_SHOWN = 10;
const NO_SPLIT = 'no split';
const COLUMNS = ['train', 'validation', 'test', NO_SPLIT];

/** `mien-train dataset info <name>`. */
export function infoCommand(): Command {
  return new Command('info')
    .description('count classes, splits, groups and people; no picture is decoded')
    .argument('<name>', 'a folder below datasets/')
    .option('--data <path>', 'the data, instead of the place that "dataset add" was told')
    .option('--json', 'print JSON')
    .action(showInfo);
}

async function showInfo(name: string, { data, json }: InfoOptions): Promise<void> {
  const folder = await findDatasetFolder(name);
  const dataset = await openData(folder, data);
  const counts = await countSamples(dataset.samples());
  const { licence, labels, issues } = dataset;
  if (json) {
    process.stdout.write(`${JSON.stringify({ name: dataset.name, licence, labels, ...counts, issues }, null, 2)}\n`);
    return;
  }
  const { pictures, subjects, perSplit, groups } = counts;
  const columns = Object.keys(perSplit);
  const rows = [
    ['', ...columns, 'all'],
    ...labels.map((label) => {
      const row = columns.map((column) => perSplit[column][label] ?? 0);
      return [label, ...[...row, sum(row)].map(format)];
    }),
    ['all', ...columns.map((column) => format(sum(Object.values(perSplit[column])))), format(pictures)],
  ];
  const lines = [
    `${dataset.name}: ${format(pictures)} pictures${subjects > 0 ? ` of ${format(subjects)} people or films` : ''}`,
    `licence: ${licence}`,
    '',
    ...alignColumns(rows),
  ];
  for (const [group, values] of Object.entries(groups)) {
    const each = Object.entries(values).map(([value, count]) => `${value} ${format(count)}`);
    if (each.length > 0) lines.push(`${group}: ${each.join(', ')}`);
  }
  lines.push(issues.length === 0 ? 'no issues' : `${format(issues.length)} issue(s):`);
  for (const { kind, path, reason } of issues.slice(0, ISSUES_SHOWN)) lines.push(`  ${kind}: ${path}: ${reason}`);
  if (issues.length > ISSUES_SHOWN) lines.push(`  and ${format(issues.length - ISSUES_SHOWN)} more (--json has all)`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

interface Counts {
  readonly pictures: number;
  /** People or films; 0 where the set names none. */
  readonly subjects: number;
  /** By split (`no split` where a set has none), then by class. */
  readonly perSplit: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Pictures by gender and by head angle, where the set states them. */
  readonly groups: Readonly<Record<'gender' | 'angle', Readonly<Record<string, number>>>>;
}

async function countSamples(samples: AsyncIterable<Sample>): Promise<Counts> {
  const bySplit = new Map<string, Record<string, number>>();
  const groups: Record<'gender' | 'angle', Record<string, number>> = { gender: {}, angle: {} };
  const subjects = new Set<string>();
  let pictures = 0;
  for await (const sample of samples) {
    pictures++;
    const split = sample.split ?? NO_SPLIT;
    const classes = bySplit.get(split) ?? {};
    bySplit.set(split, classes);
    increment(classes, sample.emotion);
    if (sample.subject !== undefined) subjects.add(sample.subject);
    for (const group of ['gender', 'angle'] as const) {
      const value = sample.groups[group];
      if (value !== undefined) increment(groups[group], value);
    }
  }
  const order = COLUMNS.filter((split) => bySplit.has(split));
  const perSplit = Object.fromEntries(order.map((split) => [split, bySplit.get(split) ?? {}]));
  return { pictures, subjects: subjects.size, perSplit, groups };
}

function increment(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const format = (value: number): string => value.toLocaleString('en');

/** The first column to the left, numbers to the right. */
function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  '),
  );
}

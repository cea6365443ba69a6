import { join } from 'node:path';
import type { Sample } from '@mien/core';
import { writeFileAtomically } from '@mien/core/node';
import { drawContactSheet } from '@mien/datasets';
import { Command } from 'commander';
import { type DatasetFolder, findDatasetFolder } from '../configuration/dataset-definition.js';
import { openData } from '../data.js';

interface InfoOptions {
  readonly data?: string;
  readonly json?: boolean;
  /** A path; `false` with `--no-sheet`. */
  readonly sheet?: string | false;
}

/** How many issues are printed; `--json` has all. */
const ISSUES_SHOWN = 10;
const NO_SPLIT = 'no split';
const COLUMNS = ['train', 'validation', 'test', NO_SPLIT];
const GROUPS = ['gender', 'angle', 'database'] as const;
type Group = (typeof GROUPS)[number];

/** `mien-train dataset info <name>`. */
export function infoCommand(): Command {
  return new Command('info')
    .description('count classes, splits, groups and people, and draw a sheet of some pictures of each class')
    .argument('<name>', 'a folder below datasets/')
    .option('--data <path>', 'the data, instead of the place that "dataset add" was told')
    .option('--sheet <file>', 'where the sheet goes (PNG); default: contact-sheet.png in the folder of the set')
    .option('--no-sheet', 'draw none; then no picture is decoded')
    .option('--json', 'print JSON')
    .action(showInfo);
}

async function showInfo(name: string, { data, json, sheet: place }: InfoOptions): Promise<void> {
  const folder = await findDatasetFolder(name);
  const dataset = await openData(folder, data);
  const counts = await countSamples(dataset.samples());
  const sequences = dataset.sequences && (await countItems(dataset.sequences()));
  const sheet = place === false ? undefined : await writeSheet(dataset, folder, place);
  const { licence, labels, issues } = dataset;
  if (json) {
    const facts = { name: dataset.name, licence, labels, ...counts, sequences, sheet, issues };
    process.stdout.write(`${JSON.stringify(facts, null, 2)}\n`);
    return;
  }
  const { pictures, perSubject, perSplit, groups } = counts;
  const subjects = Object.values(perSubject);
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
    `${dataset.name}: ${format(pictures)} pictures${subjects.length > 0 ? ` of ${format(subjects.length)} people or films` : ''}${
      sequences ? `; ${format(sequences)} sequences` : ''
    }`,
    `licence: ${licence}`,
    '',
    ...alignColumns(rows),
  ];
  if (subjects.length > 0) {
    const sorted = subjects.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    lines.push(`pictures a person: ${sorted[0]} to ${format(sorted.at(-1) as number)}, median ${format(median)}`);
  }
  for (const [group, values] of Object.entries(groups)) {
    const each = Object.entries(values).map(([value, count]) => `${value} ${format(count)}`);
    if (each.length > 0) lines.push(`${group}: ${each.join(', ')}`);
  }
  lines.push(issues.length === 0 ? 'no issues' : `${format(issues.length)} issue(s):`);
  for (const { kind, path, reason } of issues.slice(0, ISSUES_SHOWN)) lines.push(`  ${kind}: ${path}: ${reason}`);
  if (issues.length > ISSUES_SHOWN) lines.push(`  and ${format(issues.length - ISSUES_SHOWN)} more (--json has all)`);
  if (sheet) lines.push(`some of each class: ${sheet}`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Draws the sheet and returns its path. Licensed pictures: git ignores the default place. */
async function writeSheet(
  dataset: Parameters<typeof drawContactSheet>[0],
  folder: DatasetFolder,
  place = join(folder.directory, 'contact-sheet.png'),
): Promise<string> {
  const { png } = await drawContactSheet(dataset);
  await writeFileAtomically(place, png);
  return place;
}

interface Counts {
  readonly pictures: number;
  /** Pictures of each person or film; empty where the set names none. */
  readonly perSubject: Readonly<Record<string, number>>;
  /** By split (`no split` where a set has none), then by class. */
  readonly perSplit: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Pictures by gender, by head angle and by data set, where the set states them. */
  readonly groups: Readonly<Record<Group, Readonly<Record<string, number>>>>;
}

async function countSamples(samples: AsyncIterable<Sample>): Promise<Counts> {
  const bySplit = new Map<string, Record<string, number>>();
  const groups: Record<Group, Record<string, number>> = { gender: {}, angle: {}, database: {} };
  const perSubject = new Map<string, number>();
  let pictures = 0;
  for await (const sample of samples) {
    pictures++;
    const split = sample.split ?? NO_SPLIT;
    const classes = bySplit.get(split) ?? {};
    bySplit.set(split, classes);
    increment(classes, sample.emotion);
    const { subject } = sample;
    if (subject !== undefined) perSubject.set(subject, (perSubject.get(subject) ?? 0) + 1);
    for (const group of GROUPS) {
      const value = sample.groups[group];
      if (value !== undefined) increment(groups[group], value);
    }
  }
  const order = COLUMNS.filter((split) => bySplit.has(split));
  const perSplit = Object.fromEntries(order.map((split) => [split, bySplit.get(split) ?? {}]));
  return { pictures, perSubject: Object.fromEntries(perSubject), perSplit, groups };
}

async function countItems(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of items) count++;
  return count;
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

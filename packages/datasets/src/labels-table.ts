import { readFile, stat } from 'node:fs/promises';
import { ALL_EMOTIONS, type Emotion, InvalidDataError, MissingInputError, type Sample, type Split } from '@mien/core';
import { describeSystemError } from '@mien/core/node';
import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { emotionOfFolder } from './folder-dataset.js';

/** Below a set's root: what its pictures are, where class folders do not say. */
export const LABELS_TABLE = 'labels.csv';

/** A larger table is no list of pictures: it is refused before it is read. */
const MAXIMUM_BYTES = 256 * 1024 ** 2;

/** The columns of one emotion's probability: `p_angry` … `p_contempt`. */
export const PROBABILITY_COLUMNS = ALL_EMOTIONS.map((emotion) => `p_${emotion}` as const);
export const TABLE_COLUMNS = ['path', 'label', 'subject', 'split', 'gender', 'angle', 'database'] as const;
const COLUMNS: readonly string[] = [...TABLE_COLUMNS, ...PROBABILITY_COLUMNS];

/** Folder names and cells that mean a part. */
const SPLIT_NAMES: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  test: 'test',
  testing: 'test',
};

/** What a table says of one picture. What is left empty stays undefined. */
export interface TableRow extends Pick<Sample, 'subject' | 'split' | 'groups'> {
  /** Below the root, with `/` between the parts. */
  readonly path: string;
  readonly emotion?: Emotion;
  /** Probabilities in the order of `ALL_EMOTIONS`; sums to 1. */
  readonly probabilities?: readonly number[];
  /** The line of the file, from 1, that the row ends on. */
  readonly line: number;
}

/** A cell that may be empty. */
const cell = z
  .string()
  .trim()
  .transform((text) => (text === '' ? undefined : text))
  .optional();

/** A cell that is empty or whose text `read` knows. */
const meaning = <Value>(read: (text: string) => Value | undefined, known: string) =>
  cell.transform((text, context) => {
    const value = text === undefined ? undefined : read(text);
    if (text === undefined || value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `${JSON.stringify(text.slice(0, 40))} is not ${known}` });
    return z.NEVER;
  });

const oneOf = <Value extends string>(...values: Value[]) =>
  meaning((text) => values.find((value) => value === text.toLowerCase()), `one of ${values.join(', ')}`);

const probability = meaning(
  (text) => (/^[\d.e+-]+$/i.test(text) && Number(text) >= 0 && Number(text) <= 1 ? Number(text) : undefined),
  'a number from 0 to 1',
);

const rowSchema = z.strictObject({
  path: z.string().transform((path, context) => normalisePath(path, context)),
  label: meaning(emotionOfFolder, `one of ${ALL_EMOTIONS.join(', ')}`),
  subject: cell,
  split: meaning(splitOfName, 'one of train, validation, test'),
  gender: oneOf('female', 'male'),
  angle: oneOf('full-left', 'half-left', 'straight', 'half-right', 'full-right'),
  database: cell,
});

const tableRowSchema = z.strictObject({
  facts: rowSchema,
  shares: z.partialRecord(z.enum(PROBABILITY_COLUMNS), probability),
});

/** The part that a folder or cell names, in any case. */
export function splitOfName(word: string): Split | undefined {
  const lower = word.toLowerCase();
  return Object.hasOwn(SPLIT_NAMES, lower) ? SPLIT_NAMES[lower] : undefined;
}

/**
 * A csv of pictures: the columns `path` (below the csv's folder), and any of `label`, `subject`, `split`, `gender`, `angle`,
 * `database`, and `p_angry` … `p_contempt` (probabilities that sum to 1). The first line names them, in any order; quotes as in RFC 4180.
 * @returns the rows by path.
 * @throws {MissingInputError} when the file cannot be read.
 * @throws {InvalidDataError} for a quote that breaks, a column or cell that is not known, a path twice or outside the folder;
 * `details` has `file` and `line`.
 */
export async function readLabelsTable(file: string): Promise<Map<string, TableRow>> {
  const records = parseRecords(await readText(file), file);
  const [header, ...lines] = records;
  const columns = checkHeader(header?.record ?? [], file);
  const rows = new Map<string, TableRow>();
  for (const { record, line } of lines) {
    const row = parseRow(columns, record, file, line);
    const other = rows.get(row.path);
    if (other) throw invalid(file, line, 'each picture once', `${row.path} in line ${other.line} and in line ${line}`);
    rows.set(row.path, row);
  }
  if (rows.size === 0) throw invalid(file, 1, 'rows of pictures', 'none');
  return rows;
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly line: number;
}

function parseRecords(text: string, file: string): CsvRecord[] {
  try {
    const parsed: unknown = parse(text, { bom: true, info: true, skip_empty_lines: true });
    return (parsed as { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({
      record,
      line: info.lines,
    }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === 'number' ? error.lines : 0;
    throw invalid(file, line, 'a csv whose quotes close and whose rows have equal length', error.message, error);
  }
}

function checkHeader(header: readonly string[], file: string): string[] {
  const columns = header.map((column) => column.trim().toLowerCase());
  const unknown = columns.filter((column) => !COLUMNS.includes(column));
  const problem =
    unknown.length > 0
      ? `the unknown column(s) ${unknown
          .slice(0, 5)
          .map((column) => JSON.stringify(column.slice(0, 40)))
          .join(', ')}`
      : new Set(columns).size < columns.length
        ? 'a column twice'
        : !columns.includes('path')
          ? 'no column "path"'
          : undefined;
  if (problem === undefined) return columns;
  const expected = `a first line with the columns path and any of ${COLUMNS.slice(1).join(', ')}`;
  throw invalid(file, 1, expected, problem);
}

function parseRow(columns: readonly string[], record: readonly string[], file: string, line: number): TableRow {
  const cells = columns.map((column, at) => [column, record[at]] as const);
  const isShare = ([column]: readonly [string, string]) => column.startsWith('p_');
  const parsed = tableRowSchema.safeParse({
    facts: Object.fromEntries(cells.filter((entry) => !isShare(entry))),
    shares: Object.fromEntries(cells.filter(isShare)),
  });
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${String(path.at(-1))}: ${message}`);
    throw invalid(file, line, 'known values', problems.join('; '), parsed.error);
  }
  const { shares, facts } = parsed.data;
  const { path, label: emotion, subject, split, gender, angle, database } = facts;
  const groups = { ...(gender && { gender }), ...(angle && { angle }), ...(database && { database }) };
  const values = PROBABILITY_COLUMNS.map((column) => shares[column]);
  const row = { path, emotion, subject, split, groups, line };
  if (values.every((value) => value === undefined)) return row;
  const probabilities = values.map((value) => value ?? 0);
  const sum = probabilities.reduce((total, value) => total + value, 0);
  if (Math.abs(sum - 1) > 0.001) throw invalid(file, line, 'probabilities that sum to 1', `a sum of ${sum}`);
  const likeliest = ALL_EMOTIONS[probabilities.indexOf(Math.max(...probabilities))];
  const given = emotion ?? likeliest;
  if (probabilities[ALL_EMOTIONS.indexOf(given)] < Math.max(...probabilities)) {
    throw invalid(file, line, 'the label to be the most probable one', `${given}, while ${likeliest} is`);
  }
  return { ...row, emotion: given, probabilities: probabilities.map((value) => value / sum) };
}

/** `a\\b/./c.png` → `a/b/c.png`; absolute paths and those that leave the folder are refused. */
function normalisePath(path: string, context: z.core.$RefinementCtx): string {
  const parts = path
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '.' && part !== '');
  const problem =
    parts.length === 0
      ? 'is empty'
      : /^([/\\]|[a-z]:)/i.test(path)
        ? 'is not below the folder of the csv'
        : parts.includes('..')
          ? 'has ".." in it'
          : undefined;
  if (problem) context.addIssue({ code: 'custom', message: `${JSON.stringify(path.slice(0, 80))} ${problem}` });
  return parts.join('/');
}

async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    const { size } = await stat(file);
    if (size > MAXIMUM_BYTES) throw invalid(file, 0, `a table of at most ${MAXIMUM_BYTES} bytes`, `${size} bytes`);
    bytes = await readFile(file);
  } catch (error) {
    if (error instanceof InvalidDataError) throw error;
    throw new MissingInputError({
      expected: `a csv of labels at ${file}`,
      found: describeSystemError(error),
      fix: 'check the path',
      details: { file },
      cause: error,
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw invalid(file, 0, 'text in UTF-8', 'other bytes', error);
  }
}

function invalid(file: string, line: number, expected: string, found: string, cause?: unknown): InvalidDataError {
  return new InvalidDataError({
    expected: `${expected} in ${line > 0 ? `line ${line} of ` : ''}${file}`,
    found,
    fix: 'correct the csv, or move it out of the folder if it is no list of its pictures',
    details: { file, line },
    cause,
  });
}

/** A line of csv, quoted where RFC 4180 needs it. */
export function formatCsvLine(cells: readonly string[]): string {
  return `${cells.map((text) => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(',')}\n`;
}

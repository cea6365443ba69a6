import { InvalidDataError } from '@mien/core';
import { readLineBlocks } from './csv-blocks.js';

/** The vote columns, in the file's order; the last two are no emotions. */
export const FERPLUS_COLUMNS = [
  'neutral',
  'happiness',
  'surprise',
  'sadness',
  'anger',
  'disgust',
  'fear',
  'contempt',
  'unknown',
  'NF',
] as const;

const HEADER = ['Usage', 'Image name', ...FERPLUS_COLUMNS];

/** One row of `fer2013new.csv`. */
export interface FerPlusRow {
  /** `Training`, `PublicTest` or `PrivateTest`. */
  readonly usage: string;
  /** Ten counts, in the order of `FERPLUS_COLUMNS`. */
  readonly votes: readonly number[];
}

/**
 * The rows of `fer2013new.csv`; row i belongs to row i of FER-2013's csv.
 * @throws {MissingInputError} when the file is not there or is empty.
 * @throws {InvalidDataError} on a wrong header or row; `details` has `file` and `row`.
 */
export async function readFerPlusVotes(file: string): Promise<FerPlusRow[]> {
  const rows: FerPlusRow[] = [];
  let header: string | undefined;
  for await (const block of readLineBlocks(file)) {
    for (const line of block.toString('utf8').split('\n')) {
      const text = line.trim();
      if (text === '') continue;
      if (header === undefined) {
        header = text.replace(/^\uFEFF/, '');
        if (header !== HEADER.join(',')) {
          throw invalid(
            file,
            0,
            `the columns ${HEADER.join(',')} in the first line`,
            JSON.stringify(text.slice(0, 80)),
          );
        }
        continue;
      }
      rows.push(parseRow(text, file, rows.length + 1));
    }
  }
  if (rows.length === 0) throw invalid(file, 0, 'rows of votes', 'none');
  return rows;
}

function parseRow(text: string, file: string, row: number): FerPlusRow {
  const [usage, , ...counts] = text.split(',');
  if (counts.length !== FERPLUS_COLUMNS.length || !counts.every((count) => /^\d{1,4}$/.test(count.trim()))) {
    const expected = `a Usage, an image's name and ${FERPLUS_COLUMNS.length} whole numbers of votes in row ${row}`;
    throw invalid(file, row, expected, JSON.stringify(text.slice(0, 80)));
  }
  return { usage, votes: counts.map(Number) };
}

function invalid(file: string, row: number, expected: string, found: string): InvalidDataError {
  return new InvalidDataError({
    expected: `${expected} of ${file}`,
    found,
    fix: 'fetch fer2013new.csv of the FER+ release again',
    details: { file, row },
  });
}

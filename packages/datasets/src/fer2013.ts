import { EMOTIONS, type Emotion, InvalidDataError, type Sample, type Split } from '@mien/core';
import { hashFile } from '@mien/core/node';
import { readLineBlocks } from './csv-blocks.js';
import type { OpenedDataset } from './opened-dataset.js';

/** Width and height of every picture, in pixels. */
const SIDE = 48;
const PIXELS = SIDE * SIDE;
const COLUMNS = ['emotion', 'pixels', 'Usage'] as const;
const USAGES: Readonly<Record<string, Split>> = { Training: 'train', PublicTest: 'validation', PrivateTest: 'test' };

const COMMA = 0x2c;
const QUOTE = 0x22;
const SPACE = 0x20;
const ZERO = 0x30;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * FER-2013 (Goodfellow et al. 2013) from its csv, plain or gzip: columns `emotion,pixels,Usage` in any order, one 48×48 grey
 * picture a row. `Usage` Training, PublicTest, PrivateTest become train, validation, test. A sample's id is its row's number,
 * counted from 1 below the header. The set names no people, so samples have no subject and no groups.
 *
 * The file is streamed anew on each iteration and never held: memory does not grow with it. A csv cannot be read at
 * a row without reading all rows before it, so each sample carries its own 2,304 bytes; keep samples only as long as needed
 * (all 35,887 together are 83 MB). `load()` hands out a copy of them.
 * @throws {MissingInputError} when the file is not there or is empty.
 * @throws {InvalidDataError} on a wrong header or first row here, and on any later row while iterating; `details` has `file`,
 * `row` and `line`.
 */
export async function openFer2013(options: { readonly path: string; readonly name?: string }): Promise<OpenedDataset> {
  const { path, name = 'fer2013' } = options;
  const first = readRows(path);
  await first.next();
  await first.return(undefined);
  return {
    name,
    labels: EMOTIONS,
    licence: 'none stated; pictures collected by web search (Goodfellow et al. 2013)',
    issues: [],
    samples: () => readRows(path),
    fingerprint: () => hashFile(path),
  };
}

/** Where a message points. */
interface Place {
  readonly file: string;
  /** Rows of data, from 1. */
  readonly row: number;
  /** Lines of the file, from 1: what an editor shows. */
  readonly line: number;
}

async function* readRows(file: string): AsyncGenerator<Sample, void, undefined> {
  let order: ColumnOrder | undefined;
  let row = 0;
  let line = 0;
  const ranges = new Int32Array(2 * COLUMNS.length);
  for await (const block of readLineBlocks(file)) {
    for (let start = 0; start < block.length; ) {
      const feed = block.indexOf(LINE_FEED, start);
      const next = feed < 0 ? block.length : feed + 1;
      const end = trimEnd(block, start, feed < 0 ? block.length : feed);
      line++;
      if (end > start) {
        if (order === undefined) {
          order = parseHeader(block.toString('utf8', start, end), file);
        } else {
          row++;
          yield parseRow(block, start, end, order, ranges, { file, row, line });
        }
      }
      start = next;
    }
  }
  if (row === 0) {
    throw new InvalidDataError({
      expected: `rows of pictures in ${file}`,
      found: order ? 'a header and nothing below it' : 'only blank lines',
      fix: 'fetch the file again',
      details: { file },
    });
  }
}

/** The position of each of `COLUMNS` in the file. */
type ColumnOrder = readonly number[];

function parseHeader(text: string, file: string): ColumnOrder {
  const found = text
    .replace(/^\uFEFF/, '')
    .split(',')
    .map((column) =>
      column
        .trim()
        .replace(/^"(.*)"$/, '$1')
        .trim(),
    );
  const order = COLUMNS.map((column) => found.findIndex((other) => other.toLowerCase() === column.toLowerCase()));
  if (found.length === COLUMNS.length && !order.includes(-1)) return order;
  const shown = found
    .slice(0, 5)
    .map((column) => JSON.stringify(column.length > 24 ? `${column.slice(0, 24)}…` : column));
  throw new InvalidDataError({
    expected: `the columns ${COLUMNS.join(',')} in the first line of ${file}`,
    found: `${found.length} column(s): ${shown.join(', ')}${found.length > 5 ? ', …' : ''}`,
    fix: 'use the csv of the FER-2013 release with its header line',
    details: { file, line: 1, columns: found.length },
  });
}

function parseRow(
  bytes: Buffer,
  start: number,
  end: number,
  order: ColumnOrder,
  ranges: Int32Array,
  place: Place,
): Sample {
  const fields = splitFields(bytes, start, end, ranges);
  if (typeof fields === 'string') {
    throw invalidRow(place, `the ${COLUMNS.length} fields ${COLUMNS.join(',')}`, fields);
  }
  const [emotionAt, pixelsAt, usageAt] = order;
  const text = (field: number) => bytes.toString('utf8', ranges[2 * field], ranges[2 * field + 1]).trim();

  const emotion = EMOTIONS[/^\d$/.test(text(emotionAt)) ? Number(text(emotionAt)) : -1];
  if (emotion === undefined) {
    const meanings = EMOTIONS.map((label, code) => `${code} ${label}`).join(', ');
    throw invalidRow(place, `an emotion from 0 to ${EMOTIONS.length - 1} (${meanings})`, quoted(text(emotionAt)));
  }
  const usage = text(usageAt);
  if (!Object.hasOwn(USAGES, usage)) {
    throw invalidRow(place, `a Usage, one of ${Object.keys(USAGES).join(', ')}`, quoted(usage));
  }
  const data = parsePixels(bytes, ranges[2 * pixelsAt], ranges[2 * pixelsAt + 1], place);
  return createSample(place.row, emotion, USAGES[usage], data);
}

/** In a function of its own: a closure made beside others that see `bytes` would keep the whole block alive with the sample. */
function createSample(row: number, emotion: Emotion, split: Split, data: Uint8Array): Sample {
  return {
    id: String(row),
    emotion,
    split,
    groups: {},
    load: async () => ({ width: SIDE, height: SIDE, channels: 1, data: data.slice() }),
  };
}

/** Writes each field's range into `ranges`, quotes left out; returns what is wrong, if anything. */
function splitFields(bytes: Buffer, start: number, end: number, ranges: Int32Array): string | undefined {
  let count = 0;
  for (let position = start; position <= end; count++) {
    let from = position;
    let to: number;
    if (bytes[position] === QUOTE && position < end) {
      from = position + 1;
      to = bytes.indexOf(QUOTE, from);
      if (to < 0 || to >= end) return 'a quote that is not closed on its line';
      position = to + 1;
      if (position < end && bytes[position] !== COMMA) return 'text between a closing quote and the next comma';
    } else {
      const comma = bytes.indexOf(COMMA, position);
      to = comma < 0 || comma > end ? end : comma;
      position = to;
    }
    if (count < COLUMNS.length) {
      ranges[2 * count] = from;
      ranges[2 * count + 1] = to;
    }
    position++; // over the comma; past the end, this ends the loop
  }
  return count === COLUMNS.length ? undefined : `${count} field(s)`;
}

function parsePixels(bytes: Buffer, start: number, end: number, place: Place): Uint8Array {
  const data = new Uint8Array(PIXELS);
  let count = 0;
  for (let position = start; position < end; ) {
    if (bytes[position] === SPACE) {
      position++;
      continue;
    }
    const from = position;
    let value = 0;
    let valid = true;
    for (; position < end && bytes[position] !== SPACE; position++) {
      const digit = bytes[position] - ZERO;
      valid &&= digit >= 0 && digit <= 9;
      value = value * 10 + digit;
    }
    if (!valid || value > 255) {
      const found = `${quoted(bytes.toString('utf8', from, position))} as value ${count + 1}`;
      throw invalidRow(place, 'pixels that are whole numbers from 0 to 255', found);
    }
    if (count < PIXELS) data[count] = value;
    count++;
  }
  if (count !== PIXELS) throw invalidRow(place, `${PIXELS} pixels (${SIDE}×${SIDE})`, `${count}`);
  return data;
}

function trimEnd(bytes: Buffer, start: number, end: number): number {
  let trimmed = end;
  while (trimmed > start && (bytes[trimmed - 1] === CARRIAGE_RETURN || bytes[trimmed - 1] === SPACE)) trimmed--;
  return trimmed;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

function invalidRow(place: Place, expected: string, found: string): InvalidDataError {
  return new InvalidDataError({
    expected: `${expected} in row ${place.row} (line ${place.line}) of ${place.file}`,
    found,
    fix: 'correct or remove the row, or fetch the file again',
    details: { ...place },
  });
}

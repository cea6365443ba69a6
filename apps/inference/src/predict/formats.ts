import type { Emotion } from '@mien/core';
import type { PictureResult } from '../reading/read-batch.js';

/** How results are written: what stands before all, for each (the first is `index` 0), and after all. */
export interface ResultFormat {
  readonly begin: string;
  picture(result: PictureResult, index: number): string;
  readonly end: string;
}

export const FORMAT_NAMES = ['table', 'json', 'jsonl', 'csv'] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];

/** @param labels the model's, in its order: the columns of `csv`. */
export function createFormat(name: FormatName, labels: readonly Emotion[]): ResultFormat {
  switch (name) {
    case 'table':
      return { begin: '', picture: formatTable, end: '' };
    case 'json':
      return {
        begin: '[\n',
        picture: (result, index) => `${index > 0 ? ',\n' : ''}${JSON.stringify(result)}`,
        end: '\n]\n',
      };
    case 'jsonl':
      return { begin: '', picture: (result) => `${JSON.stringify(result)}\n`, end: '' };
    case 'csv': {
      const columns = ['file', 'face', 'x', 'y', 'width', 'height', 'score', 'label', 'confidence', ...labels, 'error'];
      return { begin: row(columns), picture: (result) => formatCsv(result, labels), end: '' };
    }
  }
}

/** A row a face; a picture without a face, or that could not be read, has one row, whose face is empty. */
function formatCsv(result: PictureResult, labels: readonly Emotion[]): string {
  const empty = Array.from({ length: 8 + labels.length }, () => '');
  if ('error' in result) return row([result.file, ...empty, result.error.message]);
  if (result.faces.length === 0) return row([result.file, ...empty, '']);
  return result.faces
    .map(({ box, score, label, confidence, probabilities }, index) => {
      const place = [box.x, box.y, box.width, box.height, score];
      return row([
        result.file,
        index + 1,
        ...place,
        label,
        confidence,
        ...labels.map((name) => probabilities[name] ?? 0),
        '',
      ]);
    })
    .join('');
}

/** RFC 4180. */
function row(values: readonly (string | number)[]): string {
  const cells = values.map((value) => {
    const text = String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${cells.join(',')}\r\n`;
}

/** One picture's faces as lines for a terminal: each with its box, its label, and all probabilities in per cent. */
function formatTable(result: PictureResult): string {
  if ('error' in result) return `${result.file}: ${result.error.message}\n`;
  if (result.faces.length === 0) return `${result.file}: no face\n`;
  const lines = result.faces.map(({ box, label, confidence, probabilities }, index) => {
    const { x, y, width, height } = box;
    const place = `${Math.round(width)}×${Math.round(height)} at ${Math.round(x)},${Math.round(y)}`;
    const all = Object.entries(probabilities).map(([name, value]) => `${name} ${(100 * value).toFixed(0)}`);
    return `  ${index + 1}  ${label.padEnd(9)} ${`${(100 * confidence).toFixed(0)} %`.padStart(5)}  ${place.padEnd(20)}  ${all.join('  ')}\n`;
  });
  return `${result.file}: ${result.faces.length === 1 ? '1 face' : `${result.faces.length} faces`}\n${lines.join('')}`;
}

import type { ClassificationReport } from '../classification.js';
import { formatCount, formatFixed } from '../format.js';
import { type Markup, markup } from '../markup.js';
import { type ChartOptions, estimateWidth, FONT, frameChart, labelColumn, legend, round, truncate } from './frame.js';

/** About the width of the other charts; a matrix of many classes is wider. */
const WIDTH = 480;
/** Room for the counts of samples at the right. */
const RIGHT = 52;

/**
 * The confusion matrix as an SVG document: a row per true class, a column per predicted one, each cell with its count
 * and its share of the row, which its colour shows too (blue right, orange wrong; the opacity is the share's square root,
 * so that a few per cent can be seen).
 */
export function renderConfusion(
  report: Pick<ClassificationReport, 'labels' | 'confusion' | 'perClass'>,
  { title = 'Confusion', theme }: ChartOptions = {},
): string {
  const { labels, confusion, perClass } = report;
  const rowLabels = labelColumn(labels, FONT.base, 110);
  const left = 16 + rowLabels + 10;
  const cell = Math.min(56, Math.max(38, Math.floor((WIDTH - left - RIGHT) / labels.length)));
  // Upright heads may reach a little over their column: neighbours of the same length are rare.
  const isUpright = labels.every((label) => estimateWidth(label, FONT.head) <= cell + 8);
  const headHeight = isUpright ? 14 : labelColumn(labels, FONT.head, 90) * 0.75 + 8;
  const top = 92 + headHeight;
  const edge = left + cell * labels.length;
  const width = Math.max(edge + RIGHT, WIDTH);
  const height = round(top + cell * labels.length + 16);

  const heads = labels.map((label, column) => {
    const x = round(left + (column + 0.5) * cell);
    const turn = isUpright ? undefined : `rotate(-42 ${x} ${round(top - 8)})`;
    return markup`<text class="head" x="${x}" y="${round(top - 8)}" text-anchor="${turn ? 'start' : 'middle'}"${turn ? markup` transform="${turn}"` : ''}>${truncate(label, isUpright ? cell + 8 : 90, FONT.head)}</text>`;
  });
  const rows = labels.map((label, row) => {
    const y = top + row * cell;
    return markup`<text x="${left - 10}" y="${round(y + cell / 2 + 4)}" text-anchor="end">${truncate(label, rowLabels, FONT.base)}</text><text class="note" x="${round(edge + 10)}" y="${round(y + cell / 2 + 4)}">${formatCount(perClass[row].support)}</text>`;
  });
  const cells = labels.flatMap((truth, row) =>
    labels.map((predicted, column) => {
      const count = confusion[row][column];
      const share = perClass[row].support === 0 ? 0 : count / perClass[row].support;
      return drawCell({
        x: left + column * cell,
        y: top + row * cell,
        size: cell,
        count,
        share,
        isHit: row === column,
        words: `${truth}, taken for ${predicted}: ${formatCount(count)} of ${formatCount(perClass[row].support)}`,
      });
    }),
  );
  const body = [
    ...legend(
      [
        { mark: 'bar', colour: 'hit', text: 'right' },
        { mark: 'bar', colour: 'miss', text: 'wrong (share of its row)' },
      ],
      14,
      52,
    ),
    markup`<text class="note small" x="${round((left + edge) / 2)}" y="80" text-anchor="middle">predicted →</text>`,
    markup`<text class="note small" x="${left - 10}" y="${round(top - 8)}" text-anchor="end">true ↓</text>`,
    markup`<text class="note small" x="${round(edge + 10)}" y="${round(top - 8)}">n</text>`,
    ...heads,
    ...rows,
    ...cells,
  ];
  const words = labels.map((label, row) => {
    const { support, recall } = perClass[row];
    return `${label}: ${formatFixed(recall * 100, 0)} per cent of ${support} right.`;
  });
  return frameChart({ width: round(width), height, title, description: words.join(' '), theme, body });
}

interface Cell {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly count: number;
  readonly share: number;
  readonly isHit: boolean;
  readonly words: string;
}

function drawCell({ x, y, size, count, share, isHit, words }: Cell): Markup {
  const centre = round(x + size / 2);
  const square = (colour: string, opacity: number) =>
    markup`<rect class="${colour}" x="${round(x + 1)}" y="${round(y + 1)}" width="${round(size - 2)}" height="${round(size - 2)}" rx="4" fill-opacity="${formatFixed(opacity, 3)}"/>`;
  const text =
    count === 0
      ? markup`<text class="note small" x="${centre}" y="${round(y + size / 2 + 4)}" text-anchor="middle">0</text>`
      : markup`<text class="count" x="${centre}" y="${round(y + size / 2 - 1)}" text-anchor="middle">${formatCount(count)}</text><text class="small" x="${centre}" y="${round(y + size / 2 + 14)}" text-anchor="middle">${formatFixed(share * 100, share > 0 && share < 0.0995 ? 1 : 0)}%</text>`;
  return markup`<g><title>${words}</title>${share > 0 ? square(isHit ? 'hit' : 'miss', Math.sqrt(share)) : square('track', 0.4)}${text}</g>`;
}

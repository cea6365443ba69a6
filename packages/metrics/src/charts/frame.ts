import { Markup, markup } from '../markup.js';
import { chartStyle, type Theme } from './theme.js';

/** Font sizes of the style sheet, in the chart's own pixels: what is drawn by estimate must know them. */
export const FONT = { base: 13, small: 11.5, head: 11 } as const;

export interface ChartOptions {
  /** Stands above the chart and names it for screen readers. */
  readonly title?: string;
  /** Default `auto`: light or dark as the reader's system. */
  readonly theme?: Theme;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** What the chart shows, in words, for those who do not see it. */
  readonly description: string;
  readonly theme?: Theme;
  readonly body: readonly Markup[];
}

/** A whole SVG document: ground, title, style and names for screen readers around the body. */
export function frameChart({ width, height, title, description, theme = 'auto', body }: Frame): string {
  return markup`<svg xmlns="http://www.w3.org/2000/svg" class="mien-chart" role="img" aria-label="${title}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><desc>${description}</desc><style>${new Markup(chartStyle(theme))}</style><rect class="surface" width="${width}" height="${height}" rx="8"/><text class="title" x="16" y="28">${title}</text>${body}</svg>`
    .text;
}

/** A coordinate short enough to read: at most one decimal. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** How wide a text is set, in pixels, erring on the wide side: there is no font to measure. */
export function estimateWidth(text: string, fontSize: number): number {
  return [...text].length * fontSize * 0.57;
}

/** The text, cut with an ellipsis where it would be wider than `width` pixels. */
export function truncate(text: string, width: number, fontSize: number): string {
  if (estimateWidth(text, fontSize) <= width) return text;
  const fitting = Math.max(1, Math.floor(width / (fontSize * 0.57)) - 1);
  return `${[...text].slice(0, fitting).join('').trimEnd()}…`;
}

/** A column wide enough for the widest of the labels, within limits. */
export function labelColumn(labels: readonly string[], fontSize: number, maximum = 130): number {
  return Math.min(maximum, Math.ceil(Math.max(...labels.map((label) => estimateWidth(label, fontSize)))));
}

export interface LegendEntry {
  readonly mark: 'bar' | 'line' | 'dot' | 'ring' | 'rule';
  readonly colour?: 'accent' | 'second' | 'hit' | 'miss';
  readonly text: string;
}

/** Marks with their names in one line, starting at `x`. */
export function legend(entries: readonly LegendEntry[], x: number, y: number): Markup[] {
  let left = x;
  return entries.map(({ mark, colour = 'accent', text }) => {
    const at = left;
    left += 20 + estimateWidth(text, FONT.base) + 10;
    return markup`${drawMark(mark, colour, at, y - 4)}<text class="note" x="${round(at + 20)}" y="${y}">${text}</text>`;
  });
}

function drawMark(mark: LegendEntry['mark'], colour: string, x: number, y: number): Markup {
  switch (mark) {
    case 'bar':
      return markup`<rect class="${colour}" x="${round(x + 2)}" y="${y - 5}" width="12" height="10" rx="2"/>`;
    case 'line':
      return markup`<path class="line line-${colour}" d="M${round(x)} ${y}h14"/>`;
    case 'dot':
      return markup`<circle class="${colour}" cx="${round(x + 8)}" cy="${y}" r="4"/>`;
    case 'ring':
      return markup`<circle class="ring line-${colour}" cx="${round(x + 8)}" cy="${y}" r="3.6"/>`;
    case 'rule':
      return markup`<path class="rule" d="M${round(x)} ${y}h15"/>`;
  }
}

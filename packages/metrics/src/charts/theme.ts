/** Colours of charts and pages. Text keeps a contrast of at least 4.5 on its ground (WCAG 2.2 AA); a test computes it. */
export interface Palette {
  /** Ground of charts and cards. */
  readonly surface: string;
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  /** The series that counts: validation, F1. */
  readonly accent: string;
  /** The series beside it: training. */
  readonly second: string;
  /** A cell of the confusion matrix where all samples are right; shares are mixed with the surface. Carries `ink`. */
  readonly hit: string;
  /** The same where all are wrong. */
  readonly miss: string;
}

export const LIGHT: Palette = {
  surface: '#ffffff',
  ink: '#172033',
  muted: '#566176',
  grid: '#e3e7ee',
  accent: '#2557d6',
  second: '#d66a24',
  hit: '#7fa5fb',
  miss: '#f29a66',
};

export const DARK: Palette = {
  surface: '#151c29',
  ink: '#e9edf5',
  muted: '#9ba7bb',
  grid: '#2a3447',
  accent: '#7ba6ff',
  second: '#f0a06a',
  hit: '#2c5fd9',
  miss: '#b4511b',
};

/** `auto` follows the reader's system; the others are for places that cannot ask, such as a PNG. */
export type Theme = 'auto' | 'light' | 'dark';

const variables = (palette: Palette) =>
  Object.entries(palette)
    .map(([name, colour]) => `--mien-${name}:${colour}`)
    .join(';');

/** The palette as CSS variables on `selector`, with the dark one where the reader prefers it. */
export function themeVariables(selector: string, theme: Theme = 'auto'): string {
  const base = `${selector}{${variables(theme === 'dark' ? DARK : LIGHT)}}`;
  return theme === 'auto'
    ? `${base}@media screen and (prefers-color-scheme:dark){${selector}{${variables(DARK)}}}`
    : base;
}

/** Fill or stroke by palette name; the literal first, for renderers without CSS variables (librsvg, and so sharp). */
function paint(property: 'fill' | 'stroke', name: keyof Palette, theme: Theme): string {
  return `${property}:${(theme === 'dark' ? DARK : LIGHT)[name]};${property}:var(--mien-${name})`;
}

/** The style sheet inside each chart; every rule is below `.mien-chart`, so that charts can stand in any page. */
export function chartStyle(theme: Theme): string {
  const rule = (name: string, body: string) => `.mien-chart .${name}{${body}}`;
  return [
    themeVariables('.mien-chart', theme),
    `.mien-chart text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;${paint('fill', 'ink', theme)}}`,
    ...(['surface', 'accent', 'second', 'hit', 'miss', 'muted'] as const).map((name) =>
      rule(name, paint('fill', name, theme)),
    ),
    rule('title', 'font-size:16px;font-weight:600'),
    rule('strong', 'font-weight:600'),
    rule('count', 'font-size:14px;font-weight:600'),
    rule('small', 'font-size:11.5px'),
    rule('head', 'font-size:11px'),
    rule('note', paint('fill', 'muted', theme)),
    rule('grid', `fill:none;${paint('stroke', 'grid', theme)}`),
    rule('rule', `fill:none;${paint('stroke', 'muted', theme)};stroke-dasharray:3 3`),
    rule('track', paint('fill', 'grid', theme)),
    rule('line', 'fill:none;stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round'),
    rule('line-accent', paint('stroke', 'accent', theme)),
    rule('line-second', paint('stroke', 'second', theme)),
    rule('ring', `${paint('fill', 'surface', theme)};stroke-width:2`),
    rule('hover', 'fill:transparent'),
  ].join('');
}

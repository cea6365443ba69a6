import type { ClassFigures, ClassificationReport } from './classification.js';

/**
 * A number with a fixed count of decimals, ties to even, as C's `printf` and Python write it.
 * `toFixed` alone rounds an exact tie up: 0.125 would be 0.13 here and 0.12 in scikit-learn's table.
 */
export function formatFixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  // A double that lies exactly between two decimals of so few digits is written whole in 60.
  const exact = Math.abs(value).toFixed(60);
  const point = exact.indexOf('.');
  const tail = exact.slice(point + 1 + decimals);
  if (!/^50*$/.test(tail)) return text;
  const kept = exact.slice(0, decimals === 0 ? point : point + 1 + decimals);
  const isEven = Number(kept.at(-1)) % 2 === 0;
  if (!isEven) return text;
  return value < 0 ? `-${kept}` : kept;
}

/** A share 0..1 as per cent: `0.634` is `63.4%`. */
export function formatPercent(share: number, decimals = 1): string {
  return `${formatFixed(share * 100, decimals)}%`;
}

/** Two shares 0..1 as a range of per cent: `65.2–68.2%`. */
export function formatRange({ low, high }: { readonly low: number; readonly high: number }): string {
  return `${formatFixed(low * 100, 1)}\u2060–\u2060${formatPercent(high)}`;
}

/** A whole number with thousands separated, as English writes them: `28,709`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** Seconds as people say them: `4.2 s`, `3 min 20 s`, `1 h 5 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 59.95) return `${formatFixed(seconds, 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * The report as text for a terminal, character for character scikit-learn's `classification_report(digits=…)`.
 * @param digits Decimals of precision, recall and F1.
 */
export function formatReport(report: ClassificationReport, { digits = 2 }: { digits?: number } = {}): string {
  const columns = ['precision', 'recall', 'f1-score', 'support'];
  const first = Math.max(...report.labels.map((label) => label.length), 'weighted avg'.length, digits);
  const cell = (text: string) => text.padStart(9);
  const row = (name: string, cells: readonly string[]) => `${name.padStart(first)} ${cells.map(joined).join('')}\n`;
  const joined = (text: string) => ` ${cell(text)}`;
  const figures = ({ precision, recall, f1, support }: ClassFigures) => [
    ...[precision, recall, f1].map((value) => formatFixed(value, digits)),
    `${support}`,
  ];
  return [
    row('', columns),
    '\n',
    ...report.perClass.map((entry) => row(entry.label, figures(entry))),
    '\n',
    row('accuracy', ['', '', formatFixed(report.accuracy, digits), `${report.n}`]),
    row('macro avg', figures(report.macro)),
    row('weighted avg', figures(report.weighted)),
  ].join('');
}

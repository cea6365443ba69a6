import { scaleLinear } from 'd3-scale';
import type { ClassificationReport } from '../classification.js';
import { formatCount, formatFixed } from '../format.js';
import { markup } from '../markup.js';
import { type ChartOptions, FONT, frameChart, labelColumn, legend, round, truncate } from './frame.js';

const WIDTH = 460;
const ROW = 40;
const TOP = 92;

/** F1 of each class as a bar, with marks where its precision and recall lie and the macro average, as an SVG document. */
export function renderClasses(
  report: Pick<ClassificationReport, 'labels' | 'perClass' | 'macro'>,
  { title = 'F1 per class', theme }: ChartOptions = {},
): string {
  const { perClass, macro, labels } = report;
  const column = labelColumn(labels, FONT.base);
  const x = scaleLinear([0, 1], [16 + column + 12, WIDTH - 100]);
  const bottom = TOP + ROW * perClass.length;
  const rows = perClass.map(({ label, precision, recall, f1, support }, row) => {
    const centre = TOP + ROW * (row + 0.5);
    const [p, r, f] = [precision, recall, f1].map((value) => formatFixed(value, 3));
    return markup`<g><title>${`${label}: F1 ${f}, precision ${p}, recall ${r}, ${formatCount(support)} samples`}</title><text x="${16 + column}" y="${centre + 4}" text-anchor="end">${truncate(label, column, FONT.base)}</text><rect class="track" x="${x(0)}" y="${centre - 8}" width="${round(x(1) - x(0))}" height="16" rx="4"/><rect class="hit" x="${x(0)}" y="${centre - 8}" width="${round(x(f1) - x(0))}" height="16" rx="4"/><circle class="ring line-accent" cx="${round(x(precision))}" cy="${centre - 6}" r="3.8"/><circle class="ring line-second" cx="${round(x(recall))}" cy="${centre + 6}" r="3.8"/><text class="strong" x="${WIDTH - 58}" y="${centre + 4}" text-anchor="end">${formatFixed(f1, 2)}</text><text class="note" x="${WIDTH - 16}" y="${centre + 4}" text-anchor="end">${formatCount(support)}</text></g>`;
  });
  const body = [
    ...legend(
      [
        { mark: 'bar', colour: 'hit', text: 'F1' },
        { mark: 'ring', colour: 'accent', text: 'precision' },
        { mark: 'ring', colour: 'second', text: 'recall' },
        { mark: 'rule', text: `macro F1 ${formatFixed(macro.f1, 2)}` },
      ],
      14,
      52,
    ),
    markup`<text class="note small" x="${WIDTH - 58}" y="${TOP - 12}" text-anchor="end">F1</text><text class="note small" x="${WIDTH - 16}" y="${TOP - 12}" text-anchor="end">n</text>`,
    ...rows,
    markup`<path class="rule" d="M${round(x(macro.f1))} ${TOP - 4}V${bottom + 2}"/>`,
    ...x
      .ticks(4)
      .map(
        (tick) =>
          markup`<text class="note small" x="${round(x(tick))}" y="${bottom + 18}" text-anchor="middle">${tick}</text>`,
      ),
  ];
  const words = perClass.map(({ label, f1 }) => `${label}: ${formatFixed(f1, 2)}.`).join(' ');
  return frameChart({ width: WIDTH, height: bottom + 34, title, description: words, theme, body });
}

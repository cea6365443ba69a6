import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { formatFixed, formatPercent } from '../format.js';
import { markup } from '../markup.js';
import type { ClassRanking, CurvePoint } from '../ranking.js';
import { type ChartOptions, FONT, frameChart, round, truncate } from './frame.js';

const CELL = { width: 108, height: 132, gap: 8 };
const COLUMNS = 4;

export interface RankingChartOptions extends ChartOptions {
  readonly curve: 'roc' | 'precisionRecall';
}

/** One small ROC or precision–recall curve a class, with the area under it, as an SVG document. */
export function renderRanking(perClass: readonly ClassRanking[], options: RankingChartOptions): string {
  const { curve, theme, title = curve === 'roc' ? 'ROC curves' : 'Precision–recall curves' } = options;
  const columns = Math.min(COLUMNS, perClass.length);
  const rows = Math.ceil(perClass.length / columns);
  const width = Math.max(460, 16 + columns * (CELL.width + CELL.gap));
  const area = ({ rocAuc, averagePrecision }: ClassRanking) => (curve === 'roc' ? rocAuc : averagePrecision);
  const cells = perClass.map((entry, index) => {
    const left = 16 + (index % columns) * (CELL.width + CELL.gap);
    const top = 66 + Math.floor(index / columns) * (CELL.height + CELL.gap);
    return drawCell(entry.label, entry[curve], area(entry), { left, top, curve });
  });
  const axes =
    curve === 'roc'
      ? 'across: others taken for the class; up: its own found'
      : 'across: its own found (recall); up: right of those taken for it (precision)';
  const description = perClass
    .map(
      (entry) =>
        `${entry.label}: ${area(entry) === undefined ? 'not defined' : formatFixed(area(entry) as number, 3)}.`,
    )
    .join(' ');
  return frameChart({
    width,
    height: 66 + rows * (CELL.height + CELL.gap) + 8,
    title,
    description,
    theme,
    body: [markup`<text class="note small" x="16" y="50">${axes}</text>`, ...cells],
  });
}

function drawCell(
  label: string,
  points: readonly CurvePoint[],
  area: number | undefined,
  { left, top, curve }: { left: number; top: number; curve: 'roc' | 'precisionRecall' },
) {
  const x = scaleLinear([0, 1], [left, left + CELL.width]);
  const y = scaleLinear([0, 1], [top + CELL.height - 4, top + 24]);
  const path = line<CurvePoint>(
    (point) => round(x(point.x)),
    (point) => round(y(point.y)),
  );
  const words = `${label}: ${area === undefined ? 'no sample, no curve' : `area ${formatPercent(area)}`}`;
  const frame = `M${left} ${y(1)}H${round(x(1))}V${y(0)}H${left}Z`;
  return markup`<g><title>${words}</title><text class="small" x="${left}" y="${top + 14}">${truncate(label, CELL.width - 38, FONT.small)}</text><text class="strong small" x="${round(x(1))}" y="${top + 14}" text-anchor="end">${area === undefined ? '—' : formatFixed(area, 3)}</text><path class="grid" d="${frame}"/>${curve === 'roc' && markup`<path class="rule" d="M${left} ${y(0)}L${round(x(1))} ${y(1)}"/>`}<path class="line line-accent" d="${path(points) ?? ''}"/></g>`;
}

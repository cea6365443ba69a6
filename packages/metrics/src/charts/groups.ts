import { scaleLinear } from 'd3-scale';
import { formatCount, formatPercent } from '../format.js';
import type { GroupedReport } from '../groups.js';
import { markup } from '../markup.js';
import { type ChartOptions, FONT, frameChart, labelColumn, legend, round, truncate } from './frame.js';

const WIDTH = 460;
const ROW = 36;
const TOP = 92;

/** Accuracy of each group with its bootstrap interval, as an SVG document. */
export function renderGroups(
  { groups }: Pick<GroupedReport, 'groups'>,
  { title = 'Accuracy by group', theme }: ChartOptions = {},
): string {
  const column = labelColumn(
    groups.map(({ group }) => group),
    FONT.base,
  );
  const lowest = Math.min(...groups.map(({ accuracy, accuracyInterval: { low } }) => Math.min(accuracy, low)));
  const highest = Math.max(...groups.map(({ accuracy, accuracyInterval: { high } }) => Math.max(accuracy, high)));
  const x = scaleLinear(
    lowest === highest ? [Math.max(0, lowest - 0.1), Math.min(1, highest + 0.1)] : [lowest, highest],
    [16 + column + 20, WIDTH - 140],
  ).nice(4);
  const bottom = TOP + ROW * groups.length;
  const grid = x
    .ticks(4)
    .map(
      (tick) =>
        markup`<path class="grid" d="M${round(x(tick))} ${TOP - 4}V${bottom}"/><text class="note small" x="${round(x(tick))}" y="${bottom + 18}" text-anchor="middle">${x.tickFormat(4, '%')(tick)}</text>`,
    );
  const rows = groups.map(({ group, accuracy, accuracyInterval: { low, high, level }, n }, row) => {
    const centre = TOP + ROW * (row + 0.5);
    const words = `${group}: ${formatPercent(accuracy)} of ${formatCount(n)}, ${formatPercent(level, 0)} interval ${formatPercent(low)} to ${formatPercent(high)}`;
    return markup`<g><title>${words}</title><text x="${16 + column}" y="${centre + 4}" text-anchor="end">${truncate(group, column, FONT.base)}</text><path class="line line-accent" d="M${round(x(low))} ${centre - 5}v10M${round(x(low))} ${centre}H${round(x(high))}m0 -5v10"/><circle class="accent" cx="${round(x(accuracy))}" cy="${centre}" r="5"/><text class="strong" x="${WIDTH - 66}" y="${centre + 4}" text-anchor="end">${formatPercent(accuracy)}</text><text class="note" x="${WIDTH - 16}" y="${centre + 4}" text-anchor="end">${formatCount(n)}</text></g>`;
  });
  const level = formatPercent(groups[0].accuracyInterval.level, 0);
  const body = [
    ...legend(
      [
        { mark: 'dot', text: 'accuracy' },
        { mark: 'line', text: `${level} interval` },
      ],
      14,
      52,
    ),
    markup`<text class="note small" x="${WIDTH - 66}" y="${TOP - 12}" text-anchor="end">accuracy</text><text class="note small" x="${WIDTH - 16}" y="${TOP - 12}" text-anchor="end">n</text>`,
    ...grid,
    ...rows,
  ];
  const description = groups.map(({ group, accuracy }) => `${group}: ${formatPercent(accuracy)}.`).join(' ');
  return frameChart({ width: WIDTH, height: bottom + 34, title, description, theme, body });
}

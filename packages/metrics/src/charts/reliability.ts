import { scaleLinear } from 'd3-scale';
import type { CalibrationReport } from '../calibration.js';
import { formatCount, formatPercent } from '../format.js';
import { markup } from '../markup.js';
import { type ChartOptions, frameChart, legend, round } from './frame.js';

const WIDTH = 460;
const HEIGHT = 360;
const PLOT = { left: 56, right: WIDTH - 20, top: 72, bottom: HEIGHT - 50 };

/** Share of right answers against confidence, a bar for each bin, with the diagonal that a calibrated model keeps to, as an SVG document. */
export function renderReliability(
  { bins, expectedError }: Pick<CalibrationReport, 'bins' | 'expectedError'>,
  { title = 'Reliability', theme }: ChartOptions = {},
): string {
  const x = scaleLinear([0, 1], [PLOT.left, PLOT.right]);
  const y = scaleLinear([0, 1], [PLOT.bottom, PLOT.top]);
  const used = bins.filter(({ n }) => n > 0);
  const most = Math.max(1, ...used.map(({ n }) => n));
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1];
  const body = [
    ...legend(
      [
        { mark: 'bar', text: 'right' },
        { mark: 'bar', colour: 'second', text: 'said, not right' },
        { mark: 'rule', text: 'calibrated' },
      ],
      14,
      52,
    ),
    ...ticks.map(
      (tick) =>
        markup`<path class="grid" d="M${PLOT.left} ${round(y(tick))}H${PLOT.right}"/><text class="note" x="${PLOT.left - 8}" y="${round(y(tick) + 4)}" text-anchor="end">${formatPercent(tick, 0)}</text><text class="note" x="${round(x(tick))}" y="${PLOT.bottom + 18}" text-anchor="middle">${formatPercent(tick, 0)}</text>`,
    ),
    ...used.map(({ low, high, n, accuracy, confidence }) => {
      const left = round(x(low) + 1);
      const width = round(x(high) - x(low) - 2);
      const top = Math.min(y(accuracy), y(confidence));
      const words = `confidence ${formatPercent(low, 0)} to ${formatPercent(high, 0)}: mean ${formatPercent(confidence)}, right ${formatPercent(accuracy)}, ${formatCount(n)} samples`;
      // Bins of few samples are pale: their share says little.
      const opacity = round(10 * (0.35 + 0.65 * Math.sqrt(n / most))) / 10;
      return markup`<g opacity="${opacity}"><title>${words}</title><rect class="accent" x="${left}" y="${round(y(accuracy))}" width="${width}" height="${round(PLOT.bottom - y(accuracy))}" rx="2"/>${confidence > accuracy && markup`<rect class="second" fill-opacity=".55" x="${left}" y="${round(top)}" width="${width}" height="${round(Math.abs(y(accuracy) - y(confidence)))}"/>`}</g>`;
    }),
    markup`<path class="rule" d="M${PLOT.left} ${PLOT.bottom}L${PLOT.right} ${PLOT.top}"/>`,
    markup`<text class="note small" x="${(PLOT.left + PLOT.right) / 2}" y="${HEIGHT - 12}" text-anchor="middle">confidence; pale: few samples</text>`,
  ];
  const description = `Expected calibration error ${formatPercent(expectedError)}. ${used.map(({ confidence, accuracy }) => `Confidence ${formatPercent(confidence, 0)}: ${formatPercent(accuracy, 0)} right.`).join(' ')}`;
  return frameChart({ width: WIDTH, height: HEIGHT, title, description, theme, body });
}

import { InvalidDataError } from '@mien/core';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { formatDuration, formatFixed, formatPercent } from '../format.js';
import { type Markup, markup } from '../markup.js';
import { type ChartOptions, frameChart, type LegendEntry, legend, round } from './frame.js';

/** One epoch of a training run. What is missing, null, not finite or past 1e300 leaves a gap in the curve. */
export interface HistoryEntry {
  /** From 1. */
  readonly epoch: number;
  readonly trainLoss: number;
  /** 0..1. */
  readonly trainAccuracy: number;
  readonly validationLoss?: number | null;
  /** 0..1. */
  readonly validationAccuracy?: number | null;
  readonly learningRate?: number;
  /** Wall time of the epoch. */
  readonly seconds?: number;
}

export interface CurveOptions extends ChartOptions {
  readonly quantity: 'loss' | 'accuracy';
  /** The epoch whose weights were kept; marked when it is in the history. */
  readonly keptEpoch?: number;
}

const WIDTH = 460;
const HEIGHT = 300;
const PLOT = { left: 52, right: WIDTH - 58, top: 72, bottom: HEIGHT - 46 };
const SERIES = {
  loss: { train: 'trainLoss', validation: 'validationLoss' },
  accuracy: { train: 'trainAccuracy', validation: 'validationAccuracy' },
} as const;

/**
 * Loss or accuracy over epochs, training and validation, as an SVG document.
 * @throws {InvalidDataError} when the history is empty or holds no value of the quantity that can be drawn.
 */
export function renderCurve(history: readonly HistoryEntry[], options: CurveOptions): string {
  const { quantity, keptEpoch, title = quantity === 'loss' ? 'Loss' : 'Accuracy', theme } = options;
  const format = (value: number) => (quantity === 'loss' ? formatFixed(value, 3) : formatPercent(value));
  const series = (['train', 'validation'] as const)
    .map((side) => ({
      side,
      colour: side === 'train' ? ('second' as const) : ('accent' as const),
      points: history.map((entry) => ({ epoch: entry.epoch, value: entry[SERIES[quantity][side]] ?? Number.NaN })),
    }))
    .map((entry) => ({ ...entry, drawable: entry.points.filter(({ value }) => isDrawable(value)) }))
    .filter(({ drawable }) => drawable.length > 0);
  if (series.length === 0) {
    throw new InvalidDataError({
      expected: `a history with at least one finite ${quantity}`,
      found: history.length === 0 ? 'no epochs' : `${history.length} epochs without one`,
      fix: 'draw the curves once an epoch has ended',
    });
  }

  const epochs = history.map(({ epoch }) => epoch);
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)];
  const x = scaleLinear(
    [first === last ? first - 1 : first, first === last ? last + 1 : last],
    [PLOT.left, PLOT.right],
  );
  const values = series.flatMap(({ drawable }) => drawable.map(({ value }) => value));
  const y = scaleLinear(padded(Math.min(...values), Math.max(...values)), [PLOT.bottom, PLOT.top]).nice(5);

  const path = line<{ epoch: number; value: number }>(
    ({ epoch }) => round(x(epoch)),
    ({ value }) => round(y(value)),
  ).defined(({ value }) => isDrawable(value));
  const kept = history.find(({ epoch }) => epoch === keptEpoch);
  const keptValue = kept?.[SERIES[quantity].validation] ?? kept?.[SERIES[quantity].train];
  const entries: LegendEntry[] = series.map(({ side, colour }) => ({
    mark: 'line',
    colour,
    text: side === 'train' ? 'training' : 'validation',
  }));
  if (kept && typeof keptValue === 'number') {
    entries.push({ mark: 'rule', text: `kept: epoch ${kept.epoch}, ${format(keptValue)}` });
  }

  const body = [
    ...legend(entries, 16, 50),
    ...horizontalGrid(y, quantity),
    ...(first === last ? [first] : x.ticks(6))
      .filter((tick) => Number.isInteger(tick))
      .map(
        (tick) =>
          markup`<text class="note" x="${round(x(tick))}" y="${PLOT.bottom + 18}" text-anchor="middle">${tick}</text>`,
      ),
    markup`<text class="note small" x="${(PLOT.left + PLOT.right) / 2}" y="${HEIGHT - 11}" text-anchor="middle">epoch</text>`,
    kept !== undefined && markup`<path class="rule" d="M${round(x(kept.epoch))} ${PLOT.top}V${PLOT.bottom}"/>`,
    ...series.map(({ points, colour }) => markup`<path class="line line-${colour}" d="${path(points) ?? ''}"/>`),
    ...series.flatMap(({ drawable, colour }) =>
      drawable
        .filter(({ epoch }) => history.length === 1 || epoch === kept?.epoch)
        .map(
          ({ epoch, value }) =>
            markup`<circle class="ring line-${colour}" cx="${round(x(epoch))}" cy="${round(y(value))}" r="4"/>`,
        ),
    ),
    ...endLabels(
      series.map(({ drawable }) => drawable.at(-1)!.value),
      y,
      format,
    ),
    ...hoverAreas(history, x),
  ].filter((piece): piece is Markup => piece !== false);

  const words = series.map(
    ({ side, drawable }) =>
      `${side === 'train' ? 'Training' : 'Validation'}: ${format(drawable[0].value)} at epoch ${drawable[0].epoch}, ${format(drawable.at(-1)!.value)} at epoch ${drawable.at(-1)!.epoch}.`,
  );
  return frameChart({ width: WIDTH, height: HEIGHT, title, description: words.join(' '), theme, body });
}

/** An axis from one end of the numbers to the other has no length that is a number. */
const isDrawable = (value: number) => Math.abs(value) < 1e300;

/** A flat curve still needs an axis with a height. */
function padded(low: number, high: number): [number, number] {
  return low === high ? [low - 0.05, high + 0.05] : [low, high];
}

type Scale = ReturnType<typeof scaleLinear<number, number>>;

function horizontalGrid(y: Scale, quantity: 'loss' | 'accuracy'): Markup[] {
  const format = y.tickFormat(5, quantity === 'accuracy' ? '%' : undefined);
  return y
    .ticks(5)
    .map(
      (tick) =>
        markup`<path class="grid" d="M${PLOT.left} ${round(y(tick))}H${PLOT.right}"/><text class="note" x="${PLOT.left - 8}" y="${round(y(tick) + 4)}" text-anchor="end">${format(tick)}</text>`,
    );
}

/** The last value of each curve at its end, pushed apart where they would overlap. */
function endLabels(values: readonly number[], y: Scale, format: (value: number) => string): Markup[] {
  const at = values.map((value) => y(value));
  if (at.length === 2 && Math.abs(at[0] - at[1]) < 15) {
    const middle = (at[0] + at[1]) / 2;
    const above = at[0] <= at[1] ? 0 : 1;
    at[above] = middle - 7.5;
    at[1 - above] = middle + 7.5;
  }
  return values.map(
    (value, index) => markup`<text x="${PLOT.right + 8}" y="${round(at[index] + 4)}">${format(value)}</text>`,
  );
}

/** An invisible strip per epoch whose tooltip gives all its figures. */
function hoverAreas(history: readonly HistoryEntry[], x: Scale): Markup[] {
  const width = (PLOT.right - PLOT.left) / Math.max(1, history.length - 1);
  return history.map((entry) => {
    const left = Math.max(PLOT.left, x(entry.epoch) - width / 2);
    const right = Math.min(PLOT.right, x(entry.epoch) + width / 2);
    return markup`<rect class="hover" x="${round(left)}" y="${PLOT.top}" width="${round(right - left)}" height="${PLOT.bottom - PLOT.top}"><title>${describeEpoch(entry)}</title></rect>`;
  });
}

function describeEpoch(entry: HistoryEntry): string {
  const side = (name: string, loss?: number | null, accuracy?: number | null) =>
    typeof loss === 'number' && typeof accuracy === 'number'
      ? `${name}: loss ${formatFixed(loss, 3)}, accuracy ${formatPercent(accuracy)}`
      : undefined;
  return [
    `epoch ${entry.epoch}`,
    side('training', entry.trainLoss, entry.trainAccuracy),
    side('validation', entry.validationLoss, entry.validationAccuracy),
    entry.learningRate === undefined ? undefined : `learning rate ${entry.learningRate}`,
    entry.seconds === undefined ? undefined : formatDuration(entry.seconds),
  ]
    .filter((part) => part !== undefined)
    .join('\n');
}

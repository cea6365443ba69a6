import type { PixelImage } from '@mien/core';

/** Where a picture lies in a network's input: input = picture × scale + offset, in pixels from the top left corner. */
export interface Placement {
  readonly scale: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

/** A network's input: [1, 3, height, width] with values −1..1. */
export interface FittedPicture {
  readonly planes: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly placement: Placement;
}

/** At most this many pixels a side are averaged into one: more are not seen in what the network finds, but are paid for. */
const MOST_TAPS = 3;

/**
 * Fits a picture, with a border, into the smallest input whose sides are multiples of `stride`: no square, so a wide picture costs less.
 * What is left over goes round the picture and repeats its edge, as the border does. Shrinking averages; enlarging is bilinear.
 * @param longerSide of the input's content, border included; @param border in shares of the picture's longer side.
 */
export function fitPicture(image: PixelImage, longerSide: number, border: number, stride: number): FittedPicture {
  const longer = Math.max(image.width, image.height);
  const scale = longerSide / (longer * (1 + 2 * border));
  const edge = border * longer * scale;
  const width = roundUp(image.width * scale + 2 * edge, stride);
  const height = roundUp(image.height * scale + 2 * edge, stride);
  const placement = {
    scale,
    offsetX: (width - image.width * scale) / 2,
    offsetY: (height - image.height * scale) / 2,
  };
  const planes = new Float32Array(3 * width * height);
  const { channels } = image;
  const columns = sampleAxis(image.width, width, placement.offsetX, scale, channels);
  const rows = sampleAxis(image.height, height, placement.offsetY, scale, image.width * channels);
  const red = planes.subarray(0, width * height);
  const green = planes.subarray(width * height, 2 * width * height);
  const blue = planes.subarray(2 * width * height);
  if (channels === 1) {
    fillGrey(image.data, columns, rows, red);
    green.set(red);
    blue.set(red);
  } else {
    fillColour(image.data, columns, rows, red, green, blue);
  }
  return { planes, width, height, placement };
}

/** For each place of an axis: `taps` offsets into the picture's bytes, and their weights. */
interface AxisSamples {
  readonly places: number;
  readonly taps: number;
  readonly offsets: Int32Array;
  readonly weights: Float32Array;
}

function sampleAxis(length: number, places: number, offset: number, scale: number, step: number): AxisSamples {
  const cell = 1 / scale;
  const enlarging = cell < 1.5;
  const taps = enlarging ? 2 : Math.min(MOST_TAPS, Math.round(cell));
  const offsets = new Int32Array(places * taps);
  const weights = new Float32Array(places * taps);
  const clamp = (at: number) => Math.min(length - 1, Math.max(0, at)) * step;
  for (let place = 0; place < places; place++) {
    const from = (place - offset) * cell;
    for (let tap = 0; tap < taps; tap++) {
      const at = place * taps + tap;
      if (enlarging) {
        const centre = from + cell / 2 - 0.5;
        const first = Math.floor(centre);
        offsets[at] = clamp(first + tap);
        weights[at] = tap === 0 ? 1 - (centre - first) : centre - first;
      } else {
        // The pixel under the middle of each of the cell's equal parts.
        offsets[at] = clamp(Math.floor(from + ((tap + 0.5) / taps) * cell));
        weights[at] = 1 / taps;
      }
    }
  }
  return { places, taps, offsets, weights };
}

function fillGrey(data: Uint8Array, columns: AxisSamples, rows: AxisSamples, plane: Float32Array): void {
  for (let y = 0, place = 0; y < rows.places; y++) {
    for (let x = 0; x < columns.places; x++, place++) {
      let sum = 0;
      for (let row = y * rows.taps; row < (y + 1) * rows.taps; row++) {
        for (let column = x * columns.taps; column < (x + 1) * columns.taps; column++) {
          sum += data[rows.offsets[row] + columns.offsets[column]] * (rows.weights[row] * columns.weights[column]);
        }
      }
      plane[place] = sum / 127.5 - 1;
    }
  }
}

function fillColour(
  data: Uint8Array,
  columns: AxisSamples,
  rows: AxisSamples,
  red: Float32Array,
  green: Float32Array,
  blue: Float32Array,
): void {
  const { taps, offsets: across, weights: weightsAcross } = columns;
  const { offsets: down, weights: weightsDown } = rows;
  for (let y = 0, place = 0; y < rows.places; y++) {
    for (let x = 0; x < columns.places; x++, place++) {
      let r = 0;
      let g = 0;
      let b = 0;
      for (let row = y * taps; row < (y + 1) * taps; row++) {
        const start = down[row];
        const weight = weightsDown[row];
        for (let column = x * taps; column < (x + 1) * taps; column++) {
          const at = start + across[column];
          const share = weight * weightsAcross[column];
          r += data[at] * share;
          g += data[at + 1] * share;
          b += data[at + 2] * share;
        }
      }
      red[place] = r / 127.5 - 1;
      green[place] = g / 127.5 - 1;
      blue[place] = b / 127.5 - 1;
    }
  }
}

function roundUp(value: number, stride: number): number {
  // A size that is a multiple already must not grow by what arithmetic leaves over.
  return Math.max(1, Math.ceil(value / stride - 1e-6)) * stride;
}

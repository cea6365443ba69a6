import type { PixelImage } from '@mien/core';
import { z } from 'zod';
import { greyStep, type Step } from './step.js';

const tiles = z.number().int().min(1).max(64);

/** `clahe`: contrast-limited adaptive histogram equalisation (Zuiderveld 1994), as OpenCV defines it. After `grey`. */
export const claheStepSchema = z.strictObject({
  step: z.literal('clahe'),
  /** Tiles side by side and one below the other, each with a histogram of its own; 8 × 8 as in OpenCV. */
  tileGridSize: z.strictObject({ width: tiles.default(8), height: tiles.default(8) }).prefault({}),
  /** How often a level may occur in a tile, in multiples of the mean; what is above is shared out among all levels. 0: no limit. */
  clipLimit: z.number().min(0).max(256).default(2),
});

type ClaheOptions = Pick<z.output<typeof claheStepSchema>, 'tileGridSize' | 'clipLimit'>;

/**
 * Equalises each tile's histogram, clipped, and interpolates bilinearly between the four nearest tiles' results, in OpenCV's arithmetic
 * (`createCLAHE`): to the byte.
 * @param image one channel.
 */
function applyClahe(image: PixelImage, { tileGridSize: grid, clipLimit }: ClaheOptions): PixelImage {
  const { width, height, data } = image;
  const tables = tileTables(image, grid, clipLimit);

  const [tileWidth, tileHeight] = tileSize(image, grid);
  const columns = neighbours(width, tileWidth, grid.width);
  const rows = neighbours(height, tileHeight, grid.height);
  const equalised = new Uint8Array(data.length);
  for (let y = 0, at = 0; y < height; y++) {
    const upper = rows.first[y] * grid.width;
    const lower = rows.second[y] * grid.width;
    const share = rows.share[y];
    for (let x = 0; x < width; x++, at++) {
      const level = data[at];
      const left = columns.first[x];
      const right = columns.second[x];
      const across = columns.share[x];
      const above =
        tables[((upper + left) << 8) + level] * (1 - across) + tables[((upper + right) << 8) + level] * across;
      const below =
        tables[((lower + left) << 8) + level] * (1 - across) + tables[((lower + right) << 8) + level] * across;
      equalised[at] = roundHalfEven(above * (1 - share) + below * share);
    }
  }
  return { width, height, channels: 1, data: equalised };
}

function tileSize({ width, height }: PixelImage, grid: ClaheOptions['tileGridSize']): [number, number] {
  if (width % grid.width === 0 && height % grid.height === 0) return [width / grid.width, height / grid.height];
  return [
    (width + grid.width - (width % grid.width)) / grid.width,
    (height + grid.height - (height % grid.height)) / grid.height,
  ];
}

/** For each tile, row by row, the level that each of the 256 levels becomes. */
function tileTables(image: PixelImage, grid: ClaheOptions['tileGridSize'], clipLimit: number): Uint8Array {
  const { width, height, data } = image;
  const [tileWidth, tileHeight] = tileSize(image, grid);
  const area = tileWidth * tileHeight;
  const limit = clipLimit > 0 ? Math.max(1, Math.floor((clipLimit * area) / 256)) : 0;
  const scale = Math.fround(255 / area);
  // Beyond the picture's right and lower edge it is mirrored about the last pixel.
  const column = Int32Array.from({ length: tileWidth * grid.width }, (_, x) => mirrored(x, width));
  const row = Int32Array.from({ length: tileHeight * grid.height }, (_, y) => mirrored(y, height));
  const tables = new Uint8Array(grid.width * grid.height * 256);
  const histogram = new Int32Array(256);
  for (let tile = 0; tile < grid.width * grid.height; tile++) {
    const left = (tile % grid.width) * tileWidth;
    const top = Math.floor(tile / grid.width) * tileHeight;
    histogram.fill(0);
    for (let y = top; y < top + tileHeight; y++) {
      const from = row[y] * width;
      for (let x = left; x < left + tileWidth; x++) histogram[data[from + column[x]]]++;
    }
    if (limit > 0) clipHistogram(histogram, limit);
    for (let level = 0, sum = 0; level < 256; level++) {
      sum += histogram[level];
      tables[tile * 256 + level] = Math.min(255, roundHalfEven(Math.fround(sum * scale)));
    }
  }
  return tables;
}

function clipHistogram(histogram: Int32Array, limit: number): void {
  let excess = 0;
  for (let level = 0; level < 256; level++) {
    if (histogram[level] <= limit) continue;
    excess += histogram[level] - limit;
    histogram[level] = limit;
  }
  const share = Math.floor(excess / 256);
  let rest = excess - share * 256;
  for (let level = 0; level < 256; level++) histogram[level] += share;
  if (rest === 0) return;
  const stride = Math.max(1, Math.floor(256 / rest));
  for (let level = 0; level < 256 && rest > 0; level += stride, rest--) histogram[level]++;
}

/** For each pixel along an axis the two tiles whose middles it lies between, and how near it is to the second. */
function neighbours(length: number, tile: number, count: number) {
  const first = new Int32Array(length);
  const second = new Int32Array(length);
  const share = new Float64Array(length);
  for (let pixel = 0; pixel < length; pixel++) {
    const place = Math.fround(Math.fround(pixel * Math.fround(1 / tile)) - 0.5);
    const before = Math.floor(place);
    share[pixel] = Math.fround(place - before);
    first[pixel] = Math.max(0, before);
    second[pixel] = Math.min(count - 1, before + 1);
  }
  return { first, second, share };
}

/** Mirrored about the last pixel, which is not repeated; a picture of one pixel repeats it. */
function mirrored(place: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const at = place % period;
  return at < length ? at : period - at;
}

/** As processors round floats to whole numbers: halves to the even neighbour. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

export function createClaheStep(options: z.output<typeof claheStepSchema>): Step {
  return greyStep('clahe', (image) => applyClahe(image, options));
}

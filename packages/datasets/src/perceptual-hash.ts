import type { PixelImage } from '@mien/core';

/** Columns and rows of the thumbnail that most pairs are told apart by, and of the one that confirms the others. */
const THUMBNAIL = 16;
const DETAIL = 32;
/** By how many cells of the detail two cuts of one photograph may be shifted against each other. */
const SHIFT = 2;
const HASH_COLUMNS = 9;
const HASH_ROWS = 8;

/** What of a picture stays when it is scaled, compressed again, or made a little lighter or softer. */
export interface PerceptualHash {
  /** 64 bits in two halves: whether each cell of an 8 × 8 grid is darker than the cell to its right. */
  readonly bits: readonly [number, number];
  /** 16 × 16 mean grey levels, shifted and scaled to mean 0 and length 1; all 0 for a picture of one grey. */
  readonly thumbnail: Float32Array;
  /** 32 × 32 mean grey levels. */
  readonly detail: Uint8Array;
}

/**
 * The difference hash of a picture (N. Krawetz: *Kind of Like That*, 2013), and thumbnails to confirm by: hashes of faces, which
 * are all alike, come near each other by chance. Colours count by their luma (BT.601).
 */
export function perceptualHash(image: PixelImage): PerceptualHash {
  const grey = greyOf(image);
  const cells = shrink(grey, image.width, image.height, HASH_COLUMNS, HASH_ROWS);
  const bits: [number, number] = [0, 0];
  for (let row = 0; row < HASH_ROWS; row++) {
    for (let column = 0; column < 8; column++) {
      const at = row * HASH_COLUMNS + column;
      if (cells[at] < cells[at + 1]) bits[row >> 2] |= 1 << ((row & 3) * 8 + column);
    }
  }
  return {
    bits,
    thumbnail: normalise(shrink(grey, image.width, image.height, THUMBNAIL, THUMBNAIL)),
    detail: Uint8Array.from(shrink(grey, image.width, image.height, DETAIL, DETAIL), Math.round),
  };
}

/** In how many of 64 bits two hashes differ. */
export function hammingDistance(a: PerceptualHash['bits'], b: PerceptualHash['bits']): number {
  return countBits(a[0] ^ b[0]) + countBits(a[1] ^ b[1]);
}

/** Pearson's correlation of two thumbnails, −1 … 1; 0 where one has one grey only. */
export function correlation(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index] * b[index];
  return sum;
}

/**
 * The largest Pearson correlation of the middle of one detail with any cut of the other, shifted by up to two cells: −1 … 1,
 * 0 where one has one grey only. Cuts of one photograph come near 1 even where their borders differ.
 */
export function likeness(a: Uint8Array, b: Uint8Array): number {
  let best = -1;
  for (let down = -SHIFT; down <= SHIFT; down++) {
    for (let right = -SHIFT; right <= SHIFT; right++) best = Math.max(best, shiftedCorrelation(a, b, down, right));
  }
  return best;
}

function shiftedCorrelation(a: Uint8Array, b: Uint8Array, down: number, right: number): number {
  const count = (DETAIL - 2 * SHIFT) ** 2;
  let sumA = 0;
  let sumB = 0;
  let squaresA = 0;
  let squaresB = 0;
  let products = 0;
  for (let y = SHIFT; y < DETAIL - SHIFT; y++) {
    for (let x = SHIFT; x < DETAIL - SHIFT; x++) {
      const first = a[y * DETAIL + x];
      const second = b[(y + down) * DETAIL + x + right];
      sumA += first;
      sumB += second;
      squaresA += first * first;
      squaresB += second * second;
      products += first * second;
    }
  }
  const spread = (squaresA - (sumA * sumA) / count) * (squaresB - (sumB * sumB) / count);
  return spread > 0 ? (products - (sumA * sumB) / count) / Math.sqrt(spread) : 0;
}

function countBits(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function greyOf({ channels, data }: PixelImage): Uint8Array {
  if (channels === 1) return data;
  const grey = new Uint8Array(data.length / 3);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += 3) {
    grey[pixel] = 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
  }
  return grey;
}

/** Means over the cells of a grid, pixels at a border shared between its cells. */
function shrink(grey: Uint8Array, width: number, height: number, columns: number, rows: number): Float32Array {
  // Along the rows first, then down the columns: a mean over a rectangle is one of means.
  const narrow = new Float32Array(columns * height);
  for (let y = 0; y < height; y++) {
    for (let column = 0; column < columns; column++) {
      narrow[y * columns + column] = meanBetween(
        (x) => grey[y * width + x],
        (column * width) / columns,
        ((column + 1) * width) / columns,
      );
    }
  }
  const cells = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      cells[row * columns + column] = meanBetween(
        (y) => narrow[y * columns + column],
        (row * height) / rows,
        ((row + 1) * height) / rows,
      );
    }
  }
  return cells;
}

/** The mean of a step function from `from` to `to`; step i reaches from i to i + 1. */
function meanBetween(at: (step: number) => number, from: number, to: number): number {
  const last = Math.ceil(to) - 1;
  let sum = 0;
  for (let step = Math.floor(from); step <= last; step++) {
    sum += at(step) * (Math.min(step + 1, to) - Math.max(step, from));
  }
  return sum / (to - from);
}

function normalise(cells: Float32Array): Float32Array {
  const mean = cells.reduce((sum, value) => sum + value, 0) / cells.length;
  const centred = cells.map((value) => value - mean);
  const length = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
  return length < 1e-3 ? centred.fill(0) : centred.map((value) => value / length);
}

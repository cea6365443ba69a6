import type { Random } from '@mien/core';
import type { AffineMap } from './affine-map.js';
import type { AugmentShape } from './augment-shape.js';
import { samplePixel } from './warp.js';

/** A projective map of the plane: x = (xx · u + xy · v + x0) / w, y = (yx · u + yy · v + y0) / w with w = wx · u + wy · v + 1. */
export interface ProjectiveMap extends AffineMap {
  readonly wx: number;
  readonly wy: number;
}

type Point = readonly [x: number, y: number];

/** The map that takes a picture's corners (top left, top right, bottom right, bottom left) to the four given points (Heckbert 1989, 2.2.3). */
export function projectiveMap(
  width: number,
  height: number,
  corners: readonly [Point, Point, Point, Point],
): ProjectiveMap {
  const [[ax, ay], [bx, by], [cx, cy], [dx, dy]] = corners;
  const sumX = ax - bx + cx - dx;
  const sumY = ay - by + cy - dy;
  const determinant = (bx - cx) * (dy - cy) - (dx - cx) * (by - cy);
  const g = (sumX * (dy - cy) - (dx - cx) * sumY) / determinant;
  const h = ((bx - cx) * sumY - sumX * (by - cy)) / determinant;
  // Heckbert's unit square is the picture's, from the middle of its first pixel to that of its last.
  const u = 1 / Math.max(1, width - 1);
  const v = 1 / Math.max(1, height - 1);
  return {
    xx: (bx - ax + g * bx) * u,
    xy: (dx - ax + h * dx) * v,
    x0: ax,
    yx: (by - ay + g * by) * u,
    yy: (dy - ay + h * dy) * v,
    y0: ay,
    wx: g * u,
    wy: h * v,
  };
}

/** Corners moved by up to `strength` of each side. */
export function drawPerspective({ width, height }: AugmentShape, strength: number, random: Random): ProjectiveMap {
  const move = (x: number, y: number): Point => [
    x + random.uniform(-strength, strength) * width,
    y + random.uniform(-strength, strength) * height,
  ];
  const [right, bottom] = [width - 1, height - 1];
  return projectiveMap(width, height, [move(0, 0), move(right, 0), move(right, bottom), move(0, bottom)]);
}

/** Ways of the nodes of a coarse grid, in pixels; one row and column of nodes lie outside on each side, for the cubic. */
export interface ElasticGrid {
  readonly cells: number;
  /** (cells + 3)² each. */
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** @param strength standard deviation of a node's way, in shares of the side. */
export function drawElastic(
  { width, height }: AugmentShape,
  { strength, cells }: { readonly strength: number; readonly cells: number },
  random: Random,
): ElasticGrid {
  const nodes = (cells + 3) ** 2;
  const draw = (side: number) => Float32Array.from({ length: nodes }, () => random.normal(0, strength * side));
  return { cells, x: draw(width), y: draw(height) };
}

const NO_PERSPECTIVE: ProjectiveMap = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0, wx: 0, wy: 0 };

/**
 * As `warpInto`, for what is not affine: a new pixel's place goes through the elastic grid, then the perspective, then the affine map.
 */
export function remapInto(
  target: Float32Array,
  targetOffset: number,
  source: Uint8Array,
  sourceOffset: number,
  shape: AugmentShape,
  map: AffineMap,
  { perspective = NO_PERSPECTIVE, elastic }: { readonly perspective?: ProjectiveMap; readonly elastic?: ElasticGrid },
  gain: number,
  bias: number,
): void {
  const { width, height, channels } = shape;
  const columns = elastic && cubicWeights(width, elastic.cells);
  const rows = elastic && cubicWeights(height, elastic.cells);
  const nodes = elastic ? elastic.cells + 3 : 0;
  const [waysX, waysY] = [new Float32Array(nodes), new Float32Array(nodes)];
  for (let y = 0, to = targetOffset; y < height; y++) {
    // The grid's ways at this row, node by node; along the row only these are mixed.
    if (elastic && rows) {
      mixRows(waysX, elastic.x, rows, y);
      mixRows(waysY, elastic.y, rows, y);
    }
    for (let x = 0; x < width; x++, to += channels) {
      let u = x;
      let v = y;
      if (columns) {
        const first = columns.first[x];
        for (let i = 0; i < 4; i++) {
          const weight = columns.weights[x * 4 + i];
          u += weight * waysX[first + i];
          v += weight * waysY[first + i];
        }
      }
      const w = perspective.wx * u + perspective.wy * v + 1;
      const p = (perspective.xx * u + perspective.xy * v + perspective.x0) / w;
      const q = (perspective.yx * u + perspective.yy * v + perspective.y0) / w;
      const fromX = map.xx * p + map.xy * q + map.x0;
      const fromY = map.yx * p + map.yy * q + map.y0;
      samplePixel(target, to, source, sourceOffset, width, height, channels, fromX, fromY, gain, bias);
    }
  }
}

/** Four rows of a grid's nodes, mixed for a place along the other side. */
function mixRows(mixed: Float32Array, nodes: Float32Array, { first, weights }: CubicWeights, place: number): void {
  mixed.fill(0);
  for (let j = 0; j < 4; j++) {
    const from = (first[place] + j) * mixed.length;
    for (let node = 0; node < mixed.length; node++) mixed[node] += weights[place * 4 + j] * nodes[from + node];
  }
}

interface CubicWeights {
  readonly first: Int32Array;
  /** Four for each place. */
  readonly weights: Float32Array;
}

/** For each place along a side: the first of the four nodes round it, and their weights (cubic convolution, Keys 1981, a = −1/2). */
function cubicWeights(size: number, cells: number): CubicWeights {
  const first = new Int32Array(size);
  const weights = new Float32Array(size * 4);
  for (let at = 0; at < size; at++) {
    const place = size > 1 ? (at / (size - 1)) * cells : 0;
    const cell = Math.min(cells - 1, Math.floor(place));
    const t = place - cell;
    first[at] = cell;
    weights.set(
      [
        ((-0.5 * t + 1) * t - 0.5) * t,
        (1.5 * t - 2.5) * t * t + 1,
        ((-1.5 * t + 2) * t + 0.5) * t,
        (0.5 * t - 0.5) * t * t,
      ],
      at * 4,
    );
  }
  return { first, weights };
}

/**
 * A grid of cells joined to their four neighbours, and the next coarser one. Arrays have a row's room before the first cell and behind the
 * last, where all is 0, so that neighbours need no test.
 */
export interface Grid {
  readonly width: number;
  readonly height: number;
  /** Where the first cell stands in the arrays. */
  readonly first: number;
  /** Cells. */
  readonly size: number;
  /** Weights of the edges to the right and below. */
  readonly across: Float64Array;
  readonly down: Float64Array;
  /** The matrix' diagonal, a cell's mass and the weights of its edges, and one over it. */
  readonly diagonal: Float64Array;
  readonly inverse: Float64Array;
  /** Memory of a cycle: what it is given and what it finds. In short floats: it need not be exact. */
  readonly right: Float32Array;
  readonly solution: Float32Array;
  readonly coarser?: Grid;
}

/** Grids of at most this many cells are solved by sweeps alone. */
const COARSEST = 16;
const COARSEST_SWEEPS = 8;

/**
 * How much of the edges between two coarse cells joins them. All would be right for cells whose values are equal inside, half for values
 * that change evenly; tried on faces, this takes the fewest rounds.
 */
const COARSE_SHARE = 0.7;

/** @param across, down weights of the edges of `width` cells a row, as `solveSmoothing` has them; every cell has mass 1. */
export function createGrid(across: Float64Array, down: Float64Array, width: number): Grid {
  const room = (values: Float64Array) => {
    const padded = new Float64Array(values.length + 2 * width);
    padded.set(values, width);
    return padded;
  };
  return finish(width, across.length / width, room(across), room(down), room(new Float64Array(across.length).fill(1)));
}

function finish(width: number, height: number, across: Float64Array, down: Float64Array, mass: Float64Array): Grid {
  const first = width;
  const size = width * height;
  const diagonal = mass.slice();
  const inverse = new Float64Array(mass.length);
  for (let at = first; at < first + size; at++) {
    diagonal[at] += across[at - 1] + across[at] + down[at - width] + down[at];
    inverse[at] = 1 / diagonal[at];
  }
  return {
    width,
    height,
    first,
    size,
    across,
    down,
    diagonal,
    inverse,
    right: new Float32Array(mass.length),
    solution: new Float32Array(mass.length),
    ...(size > COARSEST && { coarser: coarsen(width, height, across, down, mass) }),
  };
}

/** Two by two cells become one: masses add up, and so does a share of the edges between. */
function coarsen(width: number, height: number, across: Float64Array, down: Float64Array, mass: Float64Array): Grid {
  const coarseWidth = (width + 1) >> 1;
  const coarseHeight = (height + 1) >> 1;
  const room = () => new Float64Array((coarseHeight + 2) * coarseWidth);
  const [coarseAcross, coarseDown, coarseMass] = [room(), room(), room()];
  for (let y = 0, at = width; y < height; y++) {
    const row = ((y >> 1) + 1) * coarseWidth;
    for (let x = 0; x < width; x++, at++) {
      const to = row + (x >> 1);
      coarseMass[to] += mass[at];
      if (x % 2 === 1) coarseAcross[to] += COARSE_SHARE * across[at];
      if (y % 2 === 1) coarseDown[to] += COARSE_SHARE * down[at];
    }
  }
  return finish(coarseWidth, coarseHeight, coarseAcross, coarseDown, coarseMass);
}

/**
 * One V-cycle from 0 for `grid.right`, into `grid.solution`: a Gauss–Seidel sweep forwards, the rest on the coarser grid, a sweep backwards.
 * It is symmetric, as conjugate gradients need it.
 */
export function preconditionByMultigrid(grid: Grid): void {
  grid.solution.fill(0);
  sweepForwards(grid);
  if (grid.coarser) {
    restrict(grid, grid.coarser);
    preconditionByMultigrid(grid.coarser);
    prolong(grid.coarser, grid);
  } else {
    for (let sweep = 1; sweep < COARSEST_SWEEPS; sweep++) {
      sweepBackwards(grid);
      sweepForwards(grid);
    }
  }
  sweepBackwards(grid);
}

/** What the forward sweep from 0 leaves undone: each cell's edges to the right and below. */
function restrict({ width, height, first, across, down, solution }: Grid, { width: coarseWidth, right }: Grid): void {
  right.fill(0);
  for (let y = 0, at = first, below = first + width; y < height; y++) {
    const to = ((y >> 1) + 1) * coarseWidth;
    for (let x = 0; x < width; x++, at++, below++)
      right[to + (x >> 1)] += across[at] * solution[at + 1] + down[at] * solution[below];
  }
}

function prolong(coarse: Grid, { width, height, first, solution }: Grid): void {
  for (let y = 0, at = first; y < height; y++) {
    const from = ((y >> 1) + 1) * coarse.width;
    for (let x = 0; x < width; x++, at++) solution[at] += coarse.solution[from + (x >> 1)];
  }
}

function sweepForwards({ width, first, size, across, down, inverse, right, solution }: Grid): void {
  let left = 0;
  for (let at = first, above = first - width, below = first + width; at < first + size; at++, above++, below++) {
    left =
      (right[at] +
        across[at] * solution[at + 1] +
        down[above] * solution[above] +
        down[at] * solution[below] +
        across[at - 1] * left) *
      inverse[at];
    solution[at] = left;
  }
}

function sweepBackwards({ width, first, size, across, down, inverse, right, solution }: Grid): void {
  let next = 0;
  const last = first + size - 1;
  for (let at = last, above = last - width, below = last + width; at >= first; at--, above--, below--) {
    next =
      (right[at] +
        across[at - 1] * solution[at - 1] +
        down[above] * solution[above] +
        down[at] * solution[below] +
        across[at] * next) *
      inverse[at];
    solution[at] = next;
  }
}

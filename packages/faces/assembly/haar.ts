// AssemblyScript: the search of a Haar cascade over one size of a picture, four neighbouring windows at once. It computes what OpenCV's
// `CascadeClassifierImpl` does (Apache-2.0, modules/objdetect), in the same order and precision, so that it finds the same windows.
// `node scripts/make-kernels.mjs` compiles it; src/haar/haar-kernel.ts lays out its memory.

/** First byte that the caller may use. */
export function heapBase(): usize {
  return __heap_base;
}

/**
 * Sums, and sums of squares, of all that lies above and to the left of each pixel's corner: (height + 1) × (width + 1) whole numbers.
 * Column c of a row stands at (c % step) · segment + c / step, so that windows `step` apart stand side by side.
 */
export function integrate(
  pixels: usize,
  width: i32,
  height: i32,
  step: i32,
  segment: i32,
  sums: usize,
  squares: usize,
): void {
  const stride: usize = (<usize>(step * segment)) << 2;
  memory.fill(sums, 0, stride);
  memory.fill(squares, 0, stride);
  const odd: usize = (<usize>segment) << 2;
  for (let y = 0; y < height; y++) {
    const above = sums;
    const squaresAbove = squares;
    sums += stride;
    squares += stride;
    store<i32>(sums, 0);
    store<i32>(squares, 0);
    let sum = 0;
    let square = 0;
    if (step == 1) {
      for (let x: usize = 0; x < <usize>width; x++) {
        const level = <i32>load<u8>(pixels + x);
        sum += level;
        square += level * level;
        const at = (x + 1) << 2;
        store<i32>(sums + at, load<i32>(above + at) + sum);
        store<i32>(squares + at, load<i32>(squaresAbove + at) + square);
      }
    } else {
      for (let x: usize = 0; x < <usize>width; x++) {
        const level = <i32>load<u8>(pixels + x);
        sum += level;
        square += level * level;
        const at = (((x + 1) >> 1) << 2) + (((x + 1) & 1) ? odd : 0);
        store<i32>(sums + at, load<i32>(above + at) + sum);
        store<i32>(squares + at, load<i32>(squaresAbove + at) + square);
      }
    }
    pixels += width;
  }
}

// A node: number of rectangles, threshold, three weights, then four byte offsets for each rectangle.
const NODE: usize = 68;
// A tree: its kind, three leaves, one node or two.
// A stage: number of trees, threshold, its length in bytes, then the trees.
const TREE: usize = 16;
const STUMP: i32 = 0;
const NODE_ON_LEFT: i32 = 1;

// @ts-expect-error: decorator
@inline
function rectangle(offsets: usize, at: usize): v128 {
  return i32x4.add(
    i32x4.sub(
      i32x4.sub(v128.load(at + load<u32>(offsets)), v128.load(at + load<u32>(offsets, 4))),
      v128.load(at + load<u32>(offsets, 8)),
    ),
    v128.load(at + load<u32>(offsets, 12)),
  );
}

/** All bits set for the windows whose feature is below the node's threshold. */
// @ts-expect-error: decorator
@inline
function isBelow(node: usize, at: usize, norm: v128): v128 {
  let value = f32x4.add(
    f32x4.mul(v128.load32_splat(node, 8), f32x4.convert_i32x4_s(rectangle(node + 20, at))),
    f32x4.mul(v128.load32_splat(node, 12), f32x4.convert_i32x4_s(rectangle(node + 36, at))),
  );
  if (load<i32>(node) == 3) {
    value = f32x4.add(
      value,
      f32x4.mul(v128.load32_splat(node, 16), f32x4.convert_i32x4_s(rectangle(node + 52, at))),
    );
  }
  return f32x4.lt(f32x4.mul(value, norm), v128.load32_splat(node, 4));
}

let low: v128 = i32x4.splat(0);
let high: v128 = i32x4.splat(0);
let next: usize = 0;

/** Adds up a stage's trees for four windows, in double precision, into `low` and `high`; `next` is where the next stage begins. */
// @ts-expect-error: decorator
@inline
function runStage(stage: usize, at: usize, norm: v128): i32 {
  const threshold = f64x2.splat(<f64>load<f32>(stage, 4));
  next = stage + load<u32>(stage, 8);
  let first = f64x2.splat(0);
  let second = f64x2.splat(0);
  let tree = stage + 12;
  for (let left = load<i32>(stage); left > 0; left--) {
    const kind = load<i32>(tree);
    const below = isBelow(tree + TREE, at, norm);
    let leaf: v128;
    if (kind == STUMP) {
      leaf = v128.bitselect(v128.load32_splat(tree, 4), v128.load32_splat(tree, 8), below);
      tree += TREE + NODE;
    } else {
      const inner = v128.bitselect(
        v128.load32_splat(tree, 8),
        v128.load32_splat(tree, 12),
        isBelow(tree + TREE + NODE, at, norm),
      );
      const direct = v128.load32_splat(tree, 4);
      leaf = kind == NODE_ON_LEFT ? v128.bitselect(inner, direct, below) : v128.bitselect(direct, inner, below);
      tree += TREE + 2 * NODE;
    }
    first = f64x2.add(first, f64x2.promote_low_f32x4(leaf));
    second = f64x2.add(second, f64x2.promote_low_f32x4(i8x16.shuffle(leaf, leaf, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)));
  }
  low = first;
  high = second;
  return i64x2.bitmask(f64x2.ge(first, threshold)) | (i64x2.bitmask(f64x2.ge(second, threshold)) << 2);
}

/** One over the standard deviation, times the area, of four windows; the bits of those that have enough contrast. */
let norm: v128 = i32x4.splat(0);
// @ts-expect-error: decorator
@inline
function normalise(corners: usize, area: f64, at: usize, squareAt: usize): i32 {
  const sum = rectangle(corners, at);
  const square = rectangle(corners, squareAt);
  const swap = i8x16.shuffle(sum, sum, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
  const squareSwap = i8x16.shuffle(square, square, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
  const a = f64x2.convert_low_i32x4_s(sum);
  const b = f64x2.convert_low_i32x4_s(swap);
  const areas = f64x2.splat(area);
  const va = f64x2.sub(f64x2.mul(areas, f64x2.convert_low_i32x4_u(square)), f64x2.mul(a, a));
  const vb = f64x2.sub(f64x2.mul(areas, f64x2.convert_low_i32x4_u(squareSwap)), f64x2.mul(b, b));
  const one = f64x2.splat(1);
  const na = f32x4.demote_f64x2_zero(f64x2.div(one, f64x2.sqrt(va)));
  const nb = f32x4.demote_f64x2_zero(f64x2.div(one, f64x2.sqrt(vb)));
  norm = i8x16.shuffle(na, nb, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
  const zero = f64x2.splat(0);
  const limit = f64x2.splat(1e-1);
  const fa = v128.and(f64x2.gt(va, zero), f64x2.lt(f64x2.mul(areas, f64x2.promote_low_f32x4(na)), limit));
  const fb = v128.and(f64x2.gt(vb, zero), f64x2.lt(f64x2.mul(areas, f64x2.promote_low_f32x4(nb)), limit));
  return i64x2.bitmask(fa) | (i64x2.bitmask(fb) << 2);
}

/**
 * Searches `columns` × `rows` windows, `step` pixels apart, and writes those that pass all stages (two at least): x and y as i32, the sum of
 * the last stage as f64. The window after one that fails the first stage is passed over, as OpenCV does.
 * @param cascade number of stages, four byte offsets of the window's middle, then the stages.
 * @param scratch five bytes for each column, and 64. @returns how many were found; no more than `most` are written.
 */
export function search(
  sums: usize,
  squares: usize,
  stride: usize,
  columns: i32,
  rows: i32,
  step: i32,
  cascade: usize,
  area: f64,
  scratch: usize,
  found: usize,
  most: i32,
): i32 {
  const stages = load<i32>(cascade);
  const corners = cascade + 4;
  const firstStage = cascade + 20;
  const secondStage = firstStage + load<u32>(firstStage, 8);
  const norms = scratch + (<usize>columns + 8);
  let count = 0;
  for (let y = 0; y < rows; y++) {
    const row = <usize>(y * step) * stride;
    let any = 0;
    for (let k = 0; k < columns; k += 4) {
      const at = sums + row + (<usize>k << 2);
      const valid = normalise(corners, area, at, squares + row + (<usize>k << 2));
      v128.store(norms + (<usize>k << 2), norm);
      const passed = valid != 0 ? runStage(firstStage, at, norm) & valid : 0;
      any |= passed;
      // 0: failed the first stage; 1: passed it; 2: without contrast.
      for (let lane = 0; lane < 4; lane++) {
        const bit = 1 << lane;
        store<u8>(scratch + k + lane, passed & bit ? 1 : valid & bit ? 0 : 2);
      }
    }
    if (any == 0) continue;
    for (let k = 0; k < columns; ) {
      const state = load<u8>(scratch + k);
      // What stands after one that failed is not looked at.
      if (state == 0) {
        store<u8>(scratch + k + 1, 0);
        k += 2;
      } else k++;
    }
    for (let k = 0; k < columns; k += 4) {
      let live = 0;
      for (let lane = 0; lane < 4; lane++) {
        if (k + lane < columns && load<u8>(scratch + k + lane) == 1) live |= 1 << lane;
      }
      if (live == 0) continue;
      const at = sums + row + (<usize>k << 2);
      const factor = v128.load(norms + (<usize>k << 2));
      let stage = secondStage;
      for (let level = 1; level < stages; level++) {
        const passed = runStage(stage, at, factor);
        stage = next;
        live &= passed;
        if (live == 0) break;
      }
      for (let lane = 0; lane < 4; lane++) {
        if (!(live & (1 << lane))) continue;
        if (count < most) {
          const to = found + <usize>count * 16;
          store<i32>(to, (k + lane) * step);
          store<i32>(to, y * step, 4);
          const half = lane < 2 ? low : high;
          store<f64>(to, lane & 1 ? f64x2.extract_lane(half, 1) : f64x2.extract_lane(half, 0), 8);
        }
        count++;
      }
    }
  }
  return count;
}

// AssemblyScript: the steps that most pictures go through, in vectors. The same arithmetic as in src/, to the same bytes: whole numbers, or
// 32-bit floats in the same order. `node scripts/make-kernels.mjs` compiles it; src/step-kernel.ts lays out its memory.

/** First byte that the caller may use. */
export function heapBase(): usize {
  return __heap_base;
}

// @ts-ignore: decorator
@inline
function luma(r: v128, g: v128, b: v128): v128 {
  const half = i32x4.splat(0x8000);
  const red = i16x8.splat(<i16>19595);
  const green = i16x8.splat(<i16>38470);
  const blue = i16x8.splat(<i16>7471);
  const low = i32x4.add(
    i32x4.add(i32x4.extmul_low_i16x8_u(r, red), i32x4.extmul_low_i16x8_u(g, green)),
    i32x4.add(i32x4.extmul_low_i16x8_u(b, blue), half),
  );
  const high = i32x4.add(
    i32x4.add(i32x4.extmul_high_i16x8_u(r, red), i32x4.extmul_high_i16x8_u(g, green)),
    i32x4.add(i32x4.extmul_high_i16x8_u(b, blue), half),
  );
  return i16x8.narrow_i32x4_u(i32x4.shr_u(low, 16), i32x4.shr_u(high, 16));
}

/** BT.601 luma of RGB pixels, as `toGrey`; writes up to 15 bytes beyond the last. */
export function grey(pixels: usize, count: usize, to: usize): void {
  const end = to + count;
  while (to < end) {
    const a = v128.load(pixels);
    const b = v128.load(pixels, 16);
    const c = v128.load(pixels, 32);
    const r = i8x16.shuffle(
      i8x16.shuffle(a, b, 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 0, 0, 0, 0, 0),
      c,
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29,
    );
    const g = i8x16.shuffle(
      i8x16.shuffle(a, b, 1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 0, 0, 0, 0, 0),
      c,
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 21, 24, 27, 30,
    );
    const d = i8x16.shuffle(
      i8x16.shuffle(a, b, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 0, 0, 0, 0, 0, 0),
      c,
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 22, 25, 28, 31,
    );
    v128.store(
      to,
      i8x16.narrow_i16x8_u(
        luma(i16x8.extend_low_i8x16_u(r), i16x8.extend_low_i8x16_u(g), i16x8.extend_low_i8x16_u(d)),
        luma(i16x8.extend_high_i8x16_u(r), i16x8.extend_high_i8x16_u(g), i16x8.extend_high_i8x16_u(d)),
      ),
    );
    pixels += 48;
    to += 16;
  }
}

/** How often each level occurs: 256 whole numbers at `counts`, which has room for 1024. */
export function countLevels(pixels: usize, count: usize, counts: usize): void {
  memory.fill(counts, 0, 4096);
  const end = pixels + count;
  const whole = pixels + (count & ~7);
  // Four counters for each level, taken in turn: equal neighbours would wait for each other's sum.
  while (pixels < whole) {
    const eight = load<u64>(pixels);
    increment(counts, <usize>(eight & 255));
    increment(counts + 1024, <usize>((eight >> 8) & 255));
    increment(counts + 2048, <usize>((eight >> 16) & 255));
    increment(counts + 3072, <usize>((eight >> 24) & 255));
    increment(counts, <usize>((eight >> 32) & 255));
    increment(counts + 1024, <usize>((eight >> 40) & 255));
    increment(counts + 2048, <usize>((eight >> 48) & 255));
    increment(counts + 3072, <usize>(eight >> 56));
    pixels += 8;
  }
  while (pixels < end) increment(counts, <usize>load<u8>(pixels++));
  for (let at: usize = 0; at < 1024; at += 16) {
    const pair = i32x4.add(v128.load(counts + at), v128.load(counts + at, 1024));
    v128.store(counts + at, i32x4.add(pair, i32x4.add(v128.load(counts + at, 2048), v128.load(counts + at, 3072))));
  }
}

// @ts-ignore: decorator
@inline
function increment(counts: usize, level: usize): void {
  const at = counts + (level << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Each pixel's level becomes what the table of 256 says, in place; up to 7 bytes beyond the last are changed too. */
export function lookUp(pixels: usize, count: usize, table: usize): void {
  const end = pixels + count;
  while (pixels < end) {
    const eight = load<u64>(pixels);
    store<u8>(pixels, load<u8>(table + <usize>(eight & 255)));
    store<u8>(pixels, load<u8>(table + <usize>((eight >> 8) & 255)), 1);
    store<u8>(pixels, load<u8>(table + <usize>((eight >> 16) & 255)), 2);
    store<u8>(pixels, load<u8>(table + <usize>((eight >> 24) & 255)), 3);
    store<u8>(pixels, load<u8>(table + <usize>((eight >> 32) & 255)), 4);
    store<u8>(pixels, load<u8>(table + <usize>((eight >> 40) & 255)), 5);
    store<u8>(pixels, load<u8>(table + <usize>((eight >> 48) & 255)), 6);
    store<u8>(pixels, load<u8>(table + <usize>(eight >> 56)), 7);
    pixels += 8;
  }
}

/**
 * Resizes as `resample`: down the columns, then along the rows, four new rows at once.
 * @param stride bytes of an old row; @param down weights of the height, @param across of the width: `taps`, then for each new place its first
 * old one and their number, then `taps` floats for each; @param four room for four rows of floats of the stride, rounded up to 8.
 */
export function resample(
  pixels: usize,
  stride: usize,
  channels: usize,
  height: i32,
  width: i32,
  down: usize,
  across: usize,
  four: usize,
  to: usize,
): void {
  const downTaps = load<usize>(down);
  const downWeights = down + 4 + (<usize>height << 3);
  const acrossTaps = load<usize>(across);
  const acrossWeights = across + 4 + (<usize>width << 3);
  const newStride = <usize>width * channels;
  const half = f32x4.splat(0.5);
  for (let y = 0; y < height; y += 4) {
    for (let row = 0; row < 4; row++) {
      const wanted = min(y + row, height - 1);
      const from = pixels + load<usize>(down + 4 + (<usize>wanted << 3)) * stride;
      const count = load<usize>(down + 4 + (<usize>wanted << 3), 4);
      const weights = downWeights + ((<usize>wanted * downTaps) << 2);
      let cell = four + (<usize>row << 2);
      for (let x: usize = 0; x < stride; x += 8) {
        let at = from + x;
        let low = f32x4.splat(0);
        let high = f32x4.splat(0);
        for (let k: usize = 0; k < count; k++) {
          const levels = i16x8.extend_low_i8x16_u(v128.load64_zero(at));
          const weight = v128.load32_splat(weights + (k << 2));
          low = f32x4.add(low, f32x4.mul(weight, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(levels))));
          high = f32x4.add(high, f32x4.mul(weight, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(levels))));
          at += stride;
        }
        v128.store32_lane(cell, low, 0);
        v128.store32_lane(cell, low, 1, 16);
        v128.store32_lane(cell, low, 2, 32);
        v128.store32_lane(cell, low, 3, 48);
        v128.store32_lane(cell, high, 0, 64);
        v128.store32_lane(cell, high, 1, 80);
        v128.store32_lane(cell, high, 2, 96);
        v128.store32_lane(cell, high, 3, 112);
        cell += 128;
      }
    }
    const rows = min(4, height - y);
    let target = to + <usize>y * newStride;
    let weights = acrossWeights;
    for (let x: usize = 0; x < <usize>width; x++) {
      const first = load<usize>(across + 4 + (x << 3)) * channels;
      const count = load<usize>(across + 4 + (x << 3), 4);
      for (let channel: usize = 0; channel < channels; channel++) {
        let sum = f32x4.splat(0);
        let at = four + ((first + channel) << 4);
        for (let k: usize = 0; k < count; k++) {
          sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weights + (k << 2)), v128.load(at)));
          at += channels << 4;
        }
        const levels = i32x4.trunc_sat_f32x4_u(f32x4.add(sum, half));
        const bytes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(levels, levels), levels);
        v128.store8_lane(target, bytes, 0);
        if (rows > 1) v128.store8_lane(target + newStride, bytes, 1);
        if (rows > 2) v128.store8_lane(target + 2 * newStride, bytes, 2);
        if (rows > 3) v128.store8_lane(target + 3 * newStride, bytes, 3);
        target++;
      }
      weights += acrossTaps << 2;
    }
  }
}

/** Small numeric helpers shared by the face model; all are pure and allocation-free unless they return an array. */

export function clamp(value: number, minimum = 0, maximum = 1): number {
  if (value < minimum) return minimum;
  if (value > maximum) return maximum;
  return value;
}

export function lerp(from: number, to: number, amount: number): number {
  return from + (to - from) * amount;
}

/** Hermite step: 0 at or below `from`, 1 at or above `to`, smooth between. */
export function smoothstep(from: number, to: number, value: number): number {
  const t = clamp((value - from) / (to - from));
  return t * t * (3 - 2 * t);
}

/** exp(−(dx/wx)² − (dy/wy)²), cut to 0 where it is below 1e-3, because most points are far from most features. */
export function bump(dx: number, dy: number, wx: number, wy: number): number {
  const q = (dx * dx) / (wx * wx) + (dy * dy) / (wy * wy);
  return q > 7 ? 0 : Math.exp(-q);
}

/** The value at `t` (0 … rows−1) of a Catmull–Rom spline through `values`, ends clamped. */
export function spline(values: ArrayLike<number>, t: number): number {
  const last = values.length - 1;
  const index = clamp(Math.floor(t), 0, last - 1);
  const f = clamp(t - index);
  const b = values[index];
  const c = values[index + 1];
  const a = index > 0 ? values[index - 1] : 2 * b - c;
  const d = index + 2 <= last ? values[index + 2] : 2 * c - b;
  return b + 0.5 * f * (c - a + f * (2 * a - 5 * b + 4 * c - d + f * (3 * (b - c) + d - a)));
}

/** A 256×256 tile of smooth noise in −1..1; the same in every run, so texture never depends on the seed. */
const NOISE_SIZE = 256;
const noiseTile = (() => {
  const tile = new Float32Array(NOISE_SIZE * NOISE_SIZE);
  let state = 0x9e3779b9;
  for (let index = 0; index < tile.length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    tile[index] = (state >>> 8) / 8388608 - 1;
  }
  return tile;
})();

/** Value noise in −1..1 with period 256 and features about one unit wide. */
export function noise(x: number, y: number): number {
  const floorX = Math.floor(x);
  const floorY = Math.floor(y);
  const fx = x - floorX;
  const fy = y - floorY;
  const sx = fx * fx * (3 - 2 * fx);
  const sy = fy * fy * (3 - 2 * fy);
  const x0 = floorX & 255;
  const x1 = (floorX + 1) & 255;
  const row0 = (floorY & 255) << 8;
  const row1 = ((floorY + 1) & 255) << 8;
  const top = noiseTile[row0 + x0] + (noiseTile[row0 + x1] - noiseTile[row0 + x0]) * sx;
  const bottom = noiseTile[row1 + x0] + (noiseTile[row1 + x1] - noiseTile[row1 + x0]) * sx;
  return top + (bottom - top) * sy;
}

/** A colour as linear-light red, green, blue in 0..1. */
export type Colour = readonly [number, number, number];

/** sRGB bytes to linear light (gamma 2.2, which is what the renderer's output table inverts). */
export function fromBytes(red: number, green: number, blue: number): Colour {
  return [(red / 255) ** 2.2, (green / 255) ** 2.2, (blue / 255) ** 2.2];
}

export function mixColours(from: Colour, to: Colour, amount: number): Colour {
  return [lerp(from[0], to[0], amount), lerp(from[1], to[1], amount), lerp(from[2], to[2], amount)];
}

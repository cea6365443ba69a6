import { clamp } from './numeric.js';

/** A small picture in face coordinates on which strokes are drawn once, to be read at every pixel of the face. */
export class PaintMap {
  readonly #data: Float32Array;
  readonly #width: number;
  readonly #height: number;

  constructor(
    readonly minimumX: number,
    readonly minimumY: number,
    readonly maximumX: number,
    readonly maximumY: number,
    /** Cells per face unit. */
    readonly resolution: number,
  ) {
    this.#width = Math.ceil((maximumX - minimumX) * resolution) + 2;
    this.#height = Math.ceil((maximumY - minimumY) * resolution) + 2;
    this.#data = new Float32Array(this.#width * this.#height);
  }

  /** A straight stroke with a Gaussian profile that keeps the larger value; `taper` thins its end. */
  line(x0: number, y0: number, x1: number, y1: number, width: number, from: number, to: number): void {
    const dx = x1 - x0;
    const dy = y1 - y0;
    const lengthSquared = dx * dx + dy * dy || 1e-12;
    const reach = width * 2.2;
    const r = this.resolution;
    const left = Math.max(0, Math.floor((Math.min(x0, x1) - reach - this.minimumX) * r));
    const right = Math.min(this.#width - 1, Math.ceil((Math.max(x0, x1) + reach - this.minimumX) * r));
    const low = Math.max(0, Math.floor((Math.min(y0, y1) - reach - this.minimumY) * r));
    const high = Math.min(this.#height - 1, Math.ceil((Math.max(y0, y1) + reach - this.minimumY) * r));
    const inverse = 1 / (width * width);
    for (let row = low; row <= high; row++) {
      const py = this.minimumY + row / r - y0;
      for (let column = left; column <= right; column++) {
        const px = this.minimumX + column / r - x0;
        const t = clamp((px * dx + py * dy) / lengthSquared);
        const ex = px - t * dx;
        const ey = py - t * dy;
        const q = (ex * ex + ey * ey) * inverse;
        if (q > 4.5) continue;
        const value = (from + (to - from) * t) * Math.exp(-q);
        const index = row * this.#width + column;
        if (value > this.#data[index]) this.#data[index] = value;
      }
    }
  }

  /** A smooth curve through three points (quadratic Bézier whose middle control makes it pass `middle`), thin at both ends. */
  curve(
    from: readonly [number, number],
    middle: readonly [number, number],
    to: readonly [number, number],
    width: number,
    strength: number,
  ): void {
    if (strength < 0.02) return;
    const controlX = 2 * middle[0] - (from[0] + to[0]) / 2;
    const controlY = 2 * middle[1] - (from[1] + to[1]) / 2;
    const steps = 8;
    let [x, y] = from;
    for (let step = 1; step <= steps; step++) {
      const t = step / steps;
      const s = 1 - t;
      const nx = s * s * from[0] + 2 * s * t * controlX + t * t * to[0];
      const ny = s * s * from[1] + 2 * s * t * controlY + t * t * to[1];
      const fade = (at: number): number => Math.min(1, 0.25 + 3.2 * at * (1 - at));
      this.line(x, y, nx, ny, width, strength * fade((step - 1) / steps), strength * fade(t));
      x = nx;
      y = ny;
    }
  }

  /** The value at a face coordinate, bilinear; 0 outside. */
  at(x: number, y: number): number {
    const fx = (x - this.minimumX) * this.resolution;
    const fy = (y - this.minimumY) * this.resolution;
    const column = Math.floor(fx);
    const row = Math.floor(fy);
    if (column < 0 || row < 0 || column >= this.#width - 1 || row >= this.#height - 1) return 0;
    const index = row * this.#width + column;
    const ax = fx - column;
    const ay = fy - row;
    const top = this.#data[index] + (this.#data[index + 1] - this.#data[index]) * ax;
    const below = this.#data[index + this.#width];
    const bottom = below + (this.#data[index + this.#width + 1] - below) * ax;
    return top + (bottom - top) * ay;
  }
}

import { type Colour, noise, smoothstep } from './numeric.js';

/** What is behind the person. */
export interface Background {
  readonly kind: 'plain' | 'gradient' | 'wall' | 'blurred';
  readonly first: Colour;
  readonly second: Colour;
  /** Moves and turns the pattern. */
  readonly phase: number;
}

/** How far from the first to the second colour the background is at a point, x and y in shares of the picture's height. */
function mixAt({ kind, phase }: Background, x: number, y: number): number {
  if (kind === 'plain') return 0.25 * y;
  if (kind === 'gradient')
    return smoothstep(0, 1, 0.5 + 0.7 * ((x - 0.37) * Math.cos(phase) + (y - 0.5) * Math.sin(phase)));
  if (kind === 'wall')
    return smoothstep(-0.02, 0.02, (x - 0.2 - 0.1 * Math.sin(phase)) * Math.cos(phase / 9) + 0.12 * y) * 0.8 + 0.15 * y;
  return smoothstep(
    -1.1,
    1.1,
    noise(x * 3.3 + phase * 7, y * 3.3 + phase) + 0.4 * noise(x * 7 + 60, y * 7 + phase * 3),
  );
}

/** A background worked out on a coarse grid, because it has no fine detail, and read between its points. */
export class BackgroundField {
  static readonly #step = 6;
  readonly #columns: number;
  readonly #data: Float32Array;

  constructor(background: Background, width: number, height: number) {
    const step = BackgroundField.#step;
    this.#columns = Math.ceil(width / step) + 2;
    const rows = Math.ceil(height / step) + 2;
    this.#data = new Float32Array(this.#columns * rows * 3);
    const { first, second } = background;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < this.#columns; column++) {
        const x = (column * step) / height;
        const y = (row * step) / height;
        const mix = mixAt(background, x, y);
        // Corners are darker, as lenses make them.
        const vignette = 1 - 0.45 * ((x - 0.37) ** 2 + (y - 0.5) ** 2);
        const index = (row * this.#columns + column) * 3;
        for (let channel = 0; channel < 3; channel++) {
          this.#data[index + channel] = (first[channel] + (second[channel] - first[channel]) * mix) * vignette;
        }
      }
    }
  }

  /** Writes the colour (linear) at a pixel to `out`. */
  read(x: number, y: number, out: Float64Array): void {
    const fx = x / BackgroundField.#step;
    const fy = y / BackgroundField.#step;
    const column = fx | 0;
    const row = fy | 0;
    const ax = fx - column;
    const ay = fy - row;
    const a = (row * this.#columns + column) * 3;
    const b = a + this.#columns * 3;
    const data = this.#data;
    for (let channel = 0; channel < 3; channel++) {
      const top = data[a + channel] + (data[a + 3 + channel] - data[a + channel]) * ax;
      const bottom = data[b + channel] + (data[b + 3 + channel] - data[b + channel]) * ax;
      out[channel] = top + (bottom - top) * ay;
    }
  }
}

import { type Colour, noise, smoothstep } from './numeric.js';

/** What is behind the person. */
export interface Background {
  readonly kind: 'plain' | 'gradient' | 'wall' | 'blurred';
  readonly first: Colour;
  readonly second: Colour;
  /** Moves and turns the pattern. */
  readonly phase: number;
}

/** Writes the background's colour (linear) at a point, x and y in 0..1 of the picture's height, to `out`. */
export function paintBackground(background: Background, x: number, y: number, out: Float64Array): void {
  const { kind, first, second, phase } = background;
  let mix = 0;
  if (kind === 'plain') mix = 0.25 * y;
  else if (kind === 'gradient')
    mix = smoothstep(0, 1, 0.5 + 0.7 * ((x - 0.37) * Math.cos(phase) + (y - 0.5) * Math.sin(phase)));
  else if (kind === 'wall')
    mix =
      smoothstep(-0.012, 0.012, (x - 0.2 - 0.1 * Math.sin(phase)) * Math.cos(phase / 9) + 0.12 * y) * 0.8 + 0.15 * y;
  else
    mix = smoothstep(-0.45, 0.45, noise(x * 4 + phase * 7, y * 4 + phase) + 0.5 * noise(x * 9 + 60, y * 9 + phase * 3));
  // Corners are darker, as lenses make them.
  const vignette = 1 - 0.45 * ((x - 0.37) ** 2 + (y - 0.5) ** 2);
  for (let channel = 0; channel < 3; channel++)
    out[channel] = (first[channel] + (second[channel] - first[channel]) * mix) * vignette;
}

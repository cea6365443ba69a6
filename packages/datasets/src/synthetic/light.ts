import type { SurfaceBuffer } from './rasterizer.js';

/** One lamp and its surroundings' light. */
export interface Light {
  /** Direction to the lamp in radians: azimuth 0 in front, positive to the image's right; elevation 0 level, up positive. */
  readonly azimuth: number;
  readonly elevation: number;
  /** Strength of the lamp and of the light from everywhere, around 1 and .4. */
  readonly key: number;
  readonly ambient: number;
  /** Colour temperature of the lamp: −1 cool … 1 warm. */
  readonly warmth: number;
}

export type Direction = readonly [number, number, number];

export function lightDirection(light: Light): Direction {
  return [
    Math.sin(light.azimuth) * Math.cos(light.elevation),
    Math.sin(light.elevation),
    Math.cos(light.azimuth) * Math.cos(light.elevation),
  ];
}

/**
 * How much of the lamp reaches each pixel, 0..1: from every other pixel a ray is followed through the depth buffer
 * towards the lamp; what stands in its way by less than its own thickness shades it. Soft, because nearer obstacles count more.
 * @param scale pixels per face unit.
 */
export function traceShadows(
  buffer: SurfaceBuffer,
  direction: Direction,
  scale: number,
): { data: Float32Array; width: number; step: number } {
  const step = Math.max(1, Math.round(scale / 50));
  const width = Math.ceil(buffer.width / step);
  const height = Math.ceil(buffer.height / step);
  const raw = new Float32Array(width * height).fill(1);
  const { depth, material } = buffer;
  const distances = [0.04, 0.07, 0.11, 0.16, 0.22, 0.3, 0.4, 0.52];
  for (let row = 0; row < height; row++) {
    const y = row * step;
    for (let column = 0; column < width; column++) {
      const x = column * step;
      const here = y * buffer.width + x;
      if (material[here] === 0) continue;
      let light = 1;
      for (const distance of distances) {
        const sx = Math.round(x + direction[0] * distance * scale);
        const sy = Math.round(y - direction[1] * distance * scale);
        if (sx < 0 || sy < 0 || sx >= buffer.width || sy >= buffer.height) break;
        const above = depth[sy * buffer.width + sx] - (depth[here] + direction[2] * distance);
        if (above > 0.012 && above < 0.5)
          light = Math.min(light, 1 - Math.min(1, (above - 0.012) / (0.02 + 0.18 * distance)));
        if (light <= 0) break;
      }
      raw[row * width + column] = light;
    }
  }
  return { data: blur(raw, width, height), width, step };
}

/** A 3×3 box blur, twice. */
function blur(data: Float32Array, width: number, height: number): Float32Array {
  let from = data;
  for (let pass = 0; pass < 2; pass++) {
    const to = new Float32Array(from);
    for (let y = 1; y + 1 < height; y++) {
      for (let x = 1; x + 1 < width; x++) {
        const i = y * width + x;
        to[i] =
          (from[i - width - 1] +
            from[i - width] +
            from[i - width + 1] +
            from[i - 1] +
            from[i] +
            from[i + 1] +
            from[i + width - 1] +
            from[i + width] +
            from[i + width + 1]) /
          9;
      }
    }
    from = to;
  }
  return from;
}

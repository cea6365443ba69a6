import { type Background, BackgroundField } from './background.js';
import { clothAt } from './body.js';
import type { Camera } from './camera.js';
import { strandBrightness } from './hair.js';
import { type Direction, type Light, lightDirection, traceShadows } from './light.js';
import { MATERIAL } from './mesh.js';
import { noise, smoothstep } from './numeric.js';
import type { SurfaceBuffer } from './rasterizer.js';
import { paintSkin, type SkinContext } from './skin.js';
import type { Texel } from './texel.js';

/** Linear light 0..1 in 4096 steps to sRGB-like bytes (gamma 2.2) with a soft shoulder, so highlights do not clip. */
const OUTPUT = Uint8Array.from({ length: 4097 }, (_, index) => {
  const linear = (index / 4096) * 1.6;
  const soft = linear < 0.6 ? linear : 0.6 + 0.4 * (1 - Math.exp(-(linear - 0.6) / 0.4));
  return Math.round(255 * Math.min(1, soft) ** (1 / 2.2));
});

function toByte(linear: number): number {
  return OUTPUT[linear <= 0 ? 0 : linear >= 1.6 ? 4096 : (linear * 2560) | 0];
}

/** Colours every pixel of the buffer; RGB bytes. */
export function shade(
  buffer: SurfaceBuffer,
  camera: Camera,
  context: SkinContext,
  light: Light,
  background: Background,
): Uint8Array {
  const { width, height, material } = buffer;
  const out = new Uint8Array(width * height * 3);
  const shader = new Shader(buffer, camera, context, light);
  const behind = new BackgroundField(background, width, height);
  const colour = new Float64Array(3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const index = y * width + x;
      const kind = material[index];
      if (kind === MATERIAL.background) behind.read(x, y, colour);
      else shader.surface(index, x, y, kind, colour);
      out[index * 3] = toByte(colour[0]);
      out[index * 3 + 1] = toByte(colour[1]);
      out[index * 3 + 2] = toByte(colour[2]);
    }
  }
  return out;
}

/** Dark, shiny plastic. */
function frame(texel: Texel): void {
  texel.red = 0.02;
  texel.green = 0.017;
  texel.blue = 0.016;
  texel.gloss = 0.3;
  texel.sharpness = 30;
  texel.openness = 1;
}

class Shader {
  readonly #texel: Texel = {
    x: 0,
    y: 0,
    red: 0,
    green: 0,
    blue: 0,
    gloss: 0,
    sharpness: 1,
    openness: 1,
    relief: 0,
  };
  readonly #direction: Direction;
  readonly #half: Direction;
  readonly #lamp: Direction;
  readonly #shadows: ReturnType<typeof traceShadows>;
  /** Relief of the pixel to the left and of the row above, for bending normals. */
  readonly #reliefAbove: Float32Array;
  #reliefLeft = 0;
  #leftIndex = -2;

  constructor(
    readonly buffer: SurfaceBuffer,
    readonly camera: Camera,
    readonly context: SkinContext,
    readonly light: Light,
  ) {
    this.#direction = lightDirection(light);
    const [x, y, z] = this.#direction;
    const length = Math.hypot(x, y, z + 1);
    this.#half = [x / length, y / length, (z + 1) / length];
    this.#lamp = [light.key * (1 + 0.08 * light.warmth), light.key, light.key * (1 - 0.12 * light.warmth)];
    this.#shadows = traceShadows(buffer, this.#direction, camera.scale);
    this.#reliefAbove = new Float32Array(buffer.width);
  }

  surface(index: number, x: number, y: number, kind: number, colour: Float64Array): void {
    const { buffer } = this;
    const texel = this.#texel;
    let nx = buffer.normalX[index];
    let ny = buffer.normalY[index];
    let nz = buffer.normalZ[index];
    if (kind === MATERIAL.hair) {
      this.#hair(index, x, y, nx, ny, nz, colour);
      return;
    }
    texel.x = buffer.u[index];
    texel.y = buffer.v[index];
    if (kind === MATERIAL.skin) {
      paintSkin(texel, this.context);
      const left = this.#leftIndex === index - 1 ? this.#reliefLeft : texel.relief;
      const bend = this.camera.scale;
      nx -= (texel.relief - left) * bend;
      ny +=
        (texel.relief - this.#reliefAbove[x]) *
        bend *
        (index >= buffer.width && buffer.material[index - buffer.width] === MATERIAL.skin ? 1 : 0);
      this.#reliefLeft = texel.relief;
      this.#leftIndex = index;
      this.#reliefAbove[x] = texel.relief;
    } else if (kind === MATERIAL.ear) this.#ear(texel);
    else if (kind === MATERIAL.glasses) frame(texel);
    else this.#body(texel);
    const length = Math.hypot(nx, ny, nz) || 1;
    nx /= length;
    ny /= length;
    nz /= length;
    this.#illuminate(texel, x, y, nx, ny, nz, colour);
  }

  #illuminate(texel: Texel, x: number, y: number, nx: number, ny: number, nz: number, colour: Float64Array): void {
    const [lx, ly, lz] = this.#direction;
    const shadow = this.#shadowAt(x, y);
    const cosine = nx * lx + ny * ly + nz * lz;
    // Light spreads under skin, red furthest: each channel wraps around the terminator by its own amount.
    const wrapRed = Math.max(0, (cosine + 0.32) / 1.32);
    const wrapBlue = Math.max(0, (cosine + 0.14) / 1.14);
    const direct = 0.18 + 0.82 * shadow;
    const sky = this.light.ambient * texel.openness * (0.74 + 0.26 * ny) * (0.72 + 0.28 * nz);
    const open = 0.6 + 0.4 * texel.openness;
    const mirror = nx * this.#half[0] + ny * this.#half[1] + nz * this.#half[2];
    const gleam = texel.gloss * shadow * Math.exp((mirror - 1) * texel.sharpness);
    const grazing = 1 - Math.max(0, nz);
    const rim = 0.06 * grazing * grazing * grazing * this.light.ambient;
    colour[0] = texel.red * (sky * 1.02 + this.#lamp[0] * wrapRed * direct * open) + this.#lamp[0] * gleam + rim;
    colour[1] = texel.green * (sky + this.#lamp[1] * wrapBlue * direct * open) + this.#lamp[1] * gleam + rim;
    colour[2] = texel.blue * (sky * 1.02 + this.#lamp[2] * wrapBlue * direct * open) + this.#lamp[2] * gleam + rim;
  }

  #shadowAt(x: number, y: number): number {
    const { data, width, step } = this.#shadows;
    const column = x / step;
    const row = y / step;
    const c0 = column | 0;
    const r0 = row | 0;
    const c1 = Math.min(width - 1, c0 + 1);
    const r1 = Math.min(data.length / width - 1, r0 + 1);
    const fx = column - c0;
    const top = data[r0 * width + c0] * (1 - fx) + data[r0 * width + c1] * fx;
    const bottom = data[r1 * width + c0] * (1 - fx) + data[r1 * width + c1] * fx;
    return top + (bottom - top) * (row - r0);
  }

  /** Folds of the ear as light and shade: the rim, the hollow before it, the bowl. */
  #ear(texel: Texel): void {
    const { person } = this.context.face;
    const { x: back, y: up } = texel;
    const r = Math.hypot(back, up);
    const hollow = smoothstep(0.6, 0.7, r) * smoothstep(0.84, 0.74, r) * smoothstep(-0.5, 0.2, up + 0.4 * back);
    const bowl = Math.exp(-(((back + 0.25) / 0.32) ** 2) - ((up + 0.12) / 0.34) ** 2);
    const shadeOf = 1 - 0.4 * hollow - 0.55 * bowl;
    texel.red = person.skin[0] * 1.0 * (0.25 + 0.75 * shadeOf);
    texel.green = person.skin[1] * 0.84 * shadeOf;
    texel.blue = person.skin[2] * 0.82 * shadeOf;
    texel.gloss = 0.05;
    texel.sharpness = 12;
    texel.openness = shadeOf;
  }

  #body(texel: Texel): void {
    const { face } = this.context;
    const { person } = face;
    const { x: angle, y } = texel;
    const cloth = clothAt(person, angle, y);
    const weave = 1 + 0.06 * noise(angle * 60, y * 60) + 0.1 * noise(angle * 5 + 9, y * 4);
    const mottle = 1 + 0.04 * noise(angle * 14 + 3, y * 18);
    // The jaw keeps light from the neck.
    const under = smoothstep(-1.35, -0.75, y);
    texel.red = person.clothes[0] * weave * cloth + person.skin[0] * mottle * 0.94 * (1 - cloth);
    texel.green = person.clothes[1] * weave * cloth + person.skin[1] * mottle * 0.9 * (1 - cloth);
    texel.blue = person.clothes[2] * weave * cloth + person.skin[2] * mottle * 0.9 * (1 - cloth);
    texel.gloss = 0.04 * (1 - cloth);
    texel.sharpness = 10;
    texel.openness = 1 - 0.6 * under;
  }

  /** Strands reflect along a band across them (Kajiya & Kay 1989). */
  #hair(index: number, x: number, y: number, nx: number, ny: number, nz: number, colour: Float64Array): void {
    const { person } = this.context.face;
    const { buffer } = this;
    const angle = buffer.u[index];
    const height = buffer.v[index];
    const strand = strandBrightness(person, angle, height);
    const length = Math.hypot(nx, ny, nz) || 1;
    const cosine = (nx * this.#direction[0] + ny * this.#direction[1] + nz * this.#direction[2]) / length;
    // The strand's direction: downwards along the surface.
    const dot = ny / length;
    const tx = (-dot * nx) / length;
    const ty = 1 - (dot * ny) / length;
    const tz = (-dot * nz) / length;
    const tangent = Math.hypot(tx, ty, tz) || 1;
    const along = (tx * this.#half[0] + ty * this.#half[1] + tz * this.#half[2]) / tangent + 0.12 * (strand - 1);
    const shadow = 0.25 + 0.75 * this.#shadowAt(x, y);
    const gleam = Math.exp(-14 * along * along) * 0.1 * strand * Math.max(0, cosine + 0.2) * shadow * this.light.key;
    const diffuse =
      (this.light.ambient * (0.6 + 0.3 * dot) + this.light.key * Math.max(0, (cosine + 0.4) / 1.4) * shadow) *
      strand *
      0.85;
    for (let channel = 0; channel < 3; channel++) {
      colour[channel] = person.hair[channel] * diffuse + gleam * (0.35 + person.hair[channel]) * this.#lamp[channel];
    }
  }
}

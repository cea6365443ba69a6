import { type EyeGeometry, type FaceGeometry, lowerLid, upperLid } from './face-geometry.js';
import { bump, clamp, noise, smoothstep } from './numeric.js';
import type { Person } from './person.js';
import { darken, paint, type Texel } from './texel.js';

/** Where the eyes look, in units that the iris moves from the middle of the eye. */
export interface Gaze {
  readonly x: number;
  readonly y: number;
}

/**
 * Paints lids, lashes and eyeball where `texel` is near an eye.
 * @param soft width of an edge in units: about one pixel.
 */
export function paintEye(
  texel: Texel,
  face: FaceGeometry,
  gaze: Gaze,
  lightX: number,
  lightY: number,
  soft: number,
): void {
  const eye = face.eyes[texel.x < 0 ? 0 : 1];
  const dx = texel.x - eye.x;
  const dy = texel.y - eye.y;
  if (Math.abs(dx) > eye.halfWidth * 2.1 || Math.abs(dy) > 0.26) return;
  const { person } = face;
  const u = (dx * eye.side) / eye.halfWidth;
  const v = dy - (eye.tilt / 2) * u;
  const inside = Math.abs(u) < 1 ? 1 : 0;
  const up = upperLid(eye, u);
  const down = lowerLid(eye, u);
  paintLids(texel, eye, person, u, v, up, down);
  if (inside && v < up + soft && v > down - soft) {
    const cover = smoothstep(up + soft * 0.5, up - soft * 0.5, v) * smoothstep(down - soft * 0.5, down + soft * 0.5, v);
    if (cover > 0) paintBall(texel, eye, person, gaze, u, v, up, down, lightX, lightY, soft, cover);
  }
  paintLashes(texel, person, u, v, up, down, soft);
}

function paintLids(
  texel: Texel,
  eye: EyeGeometry,
  person: Person,
  u: number,
  v: number,
  up: number,
  down: number,
): void {
  // The socket lies in shadow between brow and lid, deepest at the nose.
  const dy = v - 0.07;
  texel.openness *= 1 - 0.32 * bump(u * 0.13, dy, 0.17, 0.06) - 0.2 * bump(u + 1.15, v - 0.03, 0.45, 0.07);
  darken(texel, 0.16 * bump(u * 0.13, v, 0.2, 0.085));
  if (Math.abs(u) < 1.15) {
    const fold = v - up - eye.crease * (1 - 0.55 * u * u) - 0.006;
    const crease = Math.exp(-((fold / 0.009) ** 2)) * smoothstep(1.15, 0.75, Math.abs(u));
    darken(texel, 0.5 * crease);
    texel.relief -= 0.006 * crease;
    if (person.eyeShadow > 0) {
      const lid =
        smoothstep(-0.004, 0.004, v - up) * smoothstep(0.075, 0.01, v - up) * smoothstep(1.15, 0.8, Math.abs(u));
      paint(texel, 0.16, 0.09, 0.09, 0.45 * person.eyeShadow * lid);
    }
    // The wet rim of the lower lid.
    const rim = Math.exp(-(((v - down + 0.006) / 0.006) ** 2)) * smoothstep(1.05, 0.85, Math.abs(u));
    paint(texel, texel.red * 1.12, texel.green * 0.92, texel.blue * 0.92, 0.6 * rim);
  }
}

function paintBall(
  texel: Texel,
  eye: EyeGeometry,
  person: Person,
  gaze: Gaze,
  u: number,
  v: number,
  up: number,
  down: number,
  lightX: number,
  lightY: number,
  soft: number,
  cover: number,
): void {
  const x = u * eye.halfWidth * eye.side - gaze.x;
  const y = v - eye.irisY - gaze.y;
  const r = Math.hypot(x, y) / eye.irisRadius;
  // White, pinker towards the corners, rounder in shade.
  const corner = smoothstep(0.55, 1.05, Math.abs(u));
  let red = 0.62 - 0.12 * corner;
  let green = 0.57 - 0.24 * corner;
  let blue = 0.54 - 0.22 * corner;
  const caruncle = smoothstep(-0.84, -0.95, u);
  red += (0.5 - red) * caruncle;
  green += (0.2 - green) * caruncle;
  blue += (0.18 - blue) * caruncle;
  const edge = smoothstep(1 + (0.5 * soft) / eye.irisRadius + 0.05, 1 - (0.5 * soft) / eye.irisRadius - 0.05, r);
  if (edge > 0) {
    const fibre = 1 + 0.3 * noise(Math.atan2(y, x) * 9, r * 2);
    const glow = (0.75 + 0.55 * clamp((-x * lightX - y * lightY) / eye.irisRadius)) * fibre;
    const limbus = 1 - 0.72 * smoothstep(0.7, 1, r);
    const pupil = smoothstep(0.38, 0.45 + (0.4 * soft) / eye.irisRadius, r);
    const shade = glow * limbus * pupil;
    red += (person.iris[0] * shade + 0.004 - red) * edge;
    green += (person.iris[1] * shade + 0.004 - green) * edge;
    blue += (person.iris[2] * shade + 0.004 - blue) * edge;
  }
  // The upper lid and its lashes shade the ball.
  const shade = 1 - 0.55 * smoothstep(0.045, 0, up - v) - 0.15 * smoothstep(0.015, 0, v - down);
  const glintX = x - 0.3 * eye.irisRadius * Math.sign(lightX || 1);
  const glintY = y - 0.34 * eye.irisRadius;
  const glint = smoothstep(0.3, 0.16, Math.hypot(glintX, glintY) / eye.irisRadius);
  paint(texel, red * shade + 0.75 * glint, green * shade + 0.75 * glint, blue * shade + 0.75 * glint, cover);
  texel.gloss += (0.06 - texel.gloss) * cover;
  texel.sharpness += 60 * cover;
  texel.relief *= 1 - cover;
}

function paintLashes(texel: Texel, person: Person, u: number, v: number, up: number, down: number, soft: number): void {
  const strength = person.lashes;
  if (Math.abs(u) < 1.06) {
    const thickness = (0.006 + 0.008 * strength) * (0.75 + 0.35 * u) + 0.35 * soft;
    const distance = v - up - thickness * 0.3;
    const line = smoothstep(thickness, thickness * 0.25, Math.abs(distance)) * smoothstep(1.06, 0.94, Math.abs(u));
    paint(texel, 0.012, 0.009, 0.008, Math.min(0.95, 0.62 + 0.28 * strength) * line);
    const below = Math.abs(v - down + 0.002);
    const under = smoothstep(0.009 + 0.3 * soft, 0.002, below) * smoothstep(-0.75, 0.3, u) * smoothstep(1.05, 0.9, u);
    paint(texel, 0.03, 0.018, 0.014, 0.5 * Math.min(1, strength) * under);
  }
  // Lashes that reach over the outer corner.
  if (strength > 0.7 && u > 0.5 && u < 1.3) {
    const curve = up + (u - 0.75) * 0.03;
    const wing =
      smoothstep(0.012 + 0.3 * soft, 0.002, Math.abs(v - curve - 0.012)) *
      smoothstep(0.5, 0.9, u) *
      smoothstep(1.28, 1.0, u);
    paint(texel, 0.015, 0.011, 0.01, 0.7 * (strength - 0.4) * wing);
  }
}

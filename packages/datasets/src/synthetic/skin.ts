import { type Gaze, paintEye } from './eyes.js';
import type { FaceGeometry } from './face-geometry.js';
import { paintMouth } from './mouth.js';
import { bump, clamp, noise, smoothstep } from './numeric.js';
import type { PaintMap } from './paint-map.js';
import { darken, paint, type Texel } from './texel.js';

/** Everything that is worked out once for a face before its pixels are painted. */
export interface SkinContext {
  readonly face: FaceGeometry;
  readonly wrinkles: PaintMap;
  readonly brows: PaintMap;
  /** See `hairEdgeTable`. */
  readonly hairEdges: Float32Array;
  readonly gaze: Gaze;
  /** Direction to the light, for the glow in the iris. */
  readonly lightX: number;
  readonly lightY: number;
  /** One pixel in face units. */
  readonly soft: number;
}

/** Fills `texel` (whose x and y are set) with the face's colour and finish there. */
export function paintSkin(texel: Texel, context: SkinContext): void {
  const { face } = context;
  const { person } = face;
  const { x, y } = texel;
  const mottle = 1 + 0.035 * noise(x * 23 + 40, y * 23) + 0.025 * noise(x * 70, y * 70 + 9);
  texel.red = person.skin[0] * mottle;
  texel.green = person.skin[1] * mottle;
  texel.blue = person.skin[2] * mottle;
  texel.gloss = 0.09;
  texel.sharpness = 14;
  texel.openness = 1;
  texel.relief = 0;
  const ax = Math.abs(x);
  paintHairline(texel, context);
  if (y > -1.3) paintBlood(texel, context, ax);
  paintNose(texel, context, ax);
  const wrinkle = context.wrinkles.at(x, y);
  if (wrinkle > 0) {
    darken(texel, 0.3 * wrinkle);
    texel.relief -= 0.011 * wrinkle;
  }
  if (person.beard > 0) paintBeard(texel, context, ax);
  paintMouth(texel, face, context.soft);
  paintEye(texel, face, context.gaze, context.lightX, context.lightY, context.soft);
  const brow = context.brows.at(x, y);
  if (brow > 0) paint(texel, person.brow[0], person.brow[1], person.brow[2], Math.min(0.95, brow * 1.15));
  texel.gloss *= 1 - 0.8 * Math.min(1, brow);
}

/** Roots and shade where the hair begins, so that it does not end like a cap. */
function paintHairline(texel: Texel, { face, hairEdges }: SkinContext): void {
  const { x, y } = texel;
  const column = (x + 0.7) * 40;
  if (y < 0.1 || column < 0 || column >= 56) return;
  const index = column | 0;
  const below = hairEdges[index] + (hairEdges[index + 1] - hairEdges[index]) * (column - index) - y;
  if (below > 0.1) return;
  const { hair } = face.person;
  const temple = smoothstep(0.6, 0.46, Math.abs(x)) * smoothstep(0.12, 0.32, y);
  const strand = 0.5 + 0.5 * noise(x * 95, y * 9 + 20);
  const roots = smoothstep(0.015 + 0.06 * strand, -0.005, below);
  darken(texel, 0.3 * smoothstep(0.1, 0, below) * temple);
  paint(texel, hair[0] * 0.7, hair[1] * 0.7, hair[2] * 0.7, 0.85 * roots * temple);
}

/** Redder where blood shows: cheeks, nose, chin. Freckles across the nose and the cheeks. */
function paintBlood(texel: Texel, { face }: SkinContext, ax: number): void {
  const { person } = face;
  const { x, y } = texel;
  const cheek = bump(ax - 0.36, y + 0.25, 0.2, 0.15);
  const nose = bump(x, y - face.nose.tipY, 0.12, 0.08);
  const chin = bump(x, y - face.chinY - 0.12, 0.14, 0.09);
  const red = person.blush * (0.2 * cheek + 0.16 * nose + 0.08 * chin);
  texel.green *= 1 - red;
  texel.blue *= 1 - 0.9 * red;
  texel.gloss += 0.05 * nose + 0.06 * bump(x, y - 0.4, 0.3, 0.14) + 0.03 * cheek;
  if (person.freckles > 0) {
    const field = bump(ax - 0.22, y + 0.2, 0.28, 0.16);
    const spot = smoothstep(0.45, 0.7, noise(x * 75 + 11, y * 75 + 3));
    darken(texel, 0.32 * person.freckles * field * spot);
  }
}

/** Shadow beside the wings and under the tip, and the nostrils. */
function paintNose(texel: Texel, { face, soft }: SkinContext, ax: number): void {
  const { nose } = face;
  const { x, y } = texel;
  if (ax > 0.26 || y > 0.1 || y < nose.baseY - 0.12) return;
  const groove = bump(ax - nose.halfWidth * 1.02, y - nose.wingY - 0.008, 0.018, 0.045);
  darken(texel, 0.3 * groove);
  texel.openness *= 1 - 0.32 * bump(x, y - nose.baseY + 0.018, 0.13, 0.032);
  const dx = ax - nose.halfWidth * 0.46;
  const dy = y - nose.baseY - 0.024 - 0.25 * dx;
  const q = (dx * dx) / 0.00125 + (dy * dy) / 0.00024;
  const spread = soft * 12;
  const nostril = smoothstep(1.35 + spread, 0.45, q);
  paint(texel, 0.03, 0.011, 0.009, 0.85 * nostril);
}

function paintBeard(texel: Texel, { face }: SkinContext, ax: number): void {
  const { person, mouth, chinY } = face;
  const { x, y } = texel;
  // From the sideburns along the jaw, over the chin and the upper lip.
  const jawLine = -0.33 - 0.34 * smoothstep(0.56, 0.2, ax);
  const jaw = smoothstep(jawLine + 0.06, jawLine - 0.07, y);
  const moustache = bump(ax - 0.1, y - mouth.y - 0.1 + 0.25 * Math.max(0, ax - 0.08), 0.14, 0.036) * 1.3;
  const bare =
    bump(x, y - mouth.y + mouth.openDown + mouth.lowerThickness + 0.05, 0.09, 0.022) +
    bump(ax - 0.3, y - mouth.y - 0.16, 0.1, 0.1);
  const cover = clamp(Math.max(jaw, Math.min(1, moustache)) - 0.7 * bare) * smoothstep(chinY - 0.25, chinY + 0.02, y);
  if (cover <= 0) return;
  const hair = 0.75 + 0.35 * noise(x * 120, y * 60) + 0.25 * noise(x * 60 + 50, y * 130);
  const amount = cover * person.beard * clamp(hair) * 0.95;
  paint(texel, person.brow[0] * 1.1, person.brow[1] * 1.1, person.brow[2] * 1.15, Math.min(0.93, amount));
  texel.gloss *= 1 - amount;
}

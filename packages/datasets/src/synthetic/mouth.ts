import { type FaceGeometry, type LipEdges, lipEdges } from './face-geometry.js';
import { bump, noise, smoothstep } from './numeric.js';
import { darken, paint, type Texel } from './texel.js';

const edges: LipEdges = { u: 0, outerUpper: 0, innerUpper: 0, innerLower: 0, outerLower: 0 };

/** Paints lips, teeth, tongue and the mouth's cavity where `texel` is near the mouth; `soft` is about a pixel in units. */
export function paintMouth(texel: Texel, face: FaceGeometry, soft: number): void {
  const { mouth, person } = face;
  const corner = Math.abs(mouth.cornerX[texel.x < 0 ? 0 : 1]);
  const { x, y } = texel;
  if (Math.abs(x) > corner + 0.1 || y > mouth.y + 0.25 || y < mouth.y - mouth.openDown - 0.3) return;
  lipEdges(mouth, x, edges);
  // Shadow in the corners and under the lower lip.
  const pit = bump(Math.abs(x) - corner - 0.004, y - mouth.cornerY[x < 0 ? 0 : 1], 0.024, 0.02);
  darken(texel, 0.5 * pit);
  texel.openness *= 1 - 0.3 * bump(x, y - edges.outerLower + 0.035, 0.16, 0.035);
  if (Math.abs(x) > corner + soft) return;
  const blur = Math.max(0.011, soft * 0.8);
  const upperLip =
    smoothstep(edges.outerUpper + blur * 0.6, edges.outerUpper - blur * 0.4, y) *
    smoothstep(edges.innerUpper - 0.002, edges.innerUpper, y);
  const lowerLip =
    smoothstep(edges.outerLower - blur, edges.outerLower + blur * 0.7, y) *
    smoothstep(edges.innerLower + 0.002, edges.innerLower, y);
  const ends = smoothstep(1.02, 0.93, Math.abs(edges.u));
  const lines = 1 + 0.1 * noise(x * 110, y * 14 + 7);
  if (upperLip > 0)
    paint(
      texel,
      person.lips[0] * 0.8 * lines,
      person.lips[1] * 0.76 * lines,
      person.lips[2] * 0.76 * lines,
      upperLip * ends * 0.92,
    );
  if (lowerLip > 0)
    paint(texel, person.lips[0] * lines, person.lips[1] * lines, person.lips[2] * lines, lowerLip * ends * 0.85);
  const lip = Math.max(upperLip, lowerLip) * ends;
  texel.gloss += (0.2 + (person.gender === 'female' ? 0.16 : 0) - texel.gloss) * lip;
  texel.sharpness += 22 * lip;
  texel.relief *= 1 - lip;
  // The line where the lips meet.
  const gap = edges.innerUpper - edges.innerLower;
  const line = smoothstep(0.011 + 0.5 * soft, 0.002, Math.abs(y - (edges.innerUpper + edges.innerLower) / 2) - gap / 2);
  paint(
    texel,
    0.045,
    0.014,
    0.012,
    0.85 * line * smoothstep(1.04, 0.9, Math.abs(edges.u)) * smoothstep(0.04, 0.01, gap),
  );
  if (gap > 0.004) {
    const inside =
      smoothstep(-soft * 0.4, soft * 0.6, edges.innerUpper - y) *
      smoothstep(-soft * 0.4, soft * 0.6, y - edges.innerLower);
    if (inside > 0) paintInside(texel, face, corner, soft, inside);
  }
}

function paintInside(texel: Texel, face: FaceGeometry, corner: number, soft: number, inside: number): void {
  const { mouth } = face;
  const { x, y } = texel;
  const depth = smoothstep(0, 0.06, edges.innerUpper - y);
  let red = 0.05;
  let green = 0.011;
  let blue = 0.011;
  // Tongue: lies behind the lower teeth.
  const tongueTop = mouth.lowerTeeth + 0.03 - 0.9 * x * x;
  const tongue = smoothstep(tongueTop + 0.02, tongueTop - 0.03, y) * smoothstep(0.17, 0.12, Math.abs(x));
  red += (0.3 - red) * tongue * 0.85;
  green += (0.075 - green) * tongue * 0.85;
  blue += (0.075 - blue) * tongue * 0.85;
  const tooth = 0.046;
  const gapDarkness = 0.22 * smoothstep(0.004 + 0.4 * soft, 0, Math.abs(x - Math.round(x / tooth) * tooth));
  const arch = 0.16 * x * x;
  const round = 0.012 * (2 * Math.abs(x / tooth - Math.round(x / tooth))) ** 2;
  const upperEdge = mouth.upperTeeth - 0.032 + arch * 2.2 - 0.006 + round;
  const upperTeeth =
    smoothstep(upperEdge - 0.5 * soft - 0.002, upperEdge + 0.5 * soft + 0.002, y) *
    smoothstep(0.205, 0.165, Math.abs(x));
  const lowerEdge = mouth.lowerTeeth - 0.4 * x * x;
  const lowerTeeth =
    smoothstep(lowerEdge + 0.5 * soft + 0.002, lowerEdge - 0.5 * soft - 0.002, y) * smoothstep(0.15, 0.11, Math.abs(x));
  const shadow =
    (1 - 0.4 * smoothstep(0.025, 0, edges.innerUpper - y)) * (1 - 0.55 * smoothstep(0.35, 1, Math.abs(x) / corner));
  const white = 0.8 * shadow * (1 - gapDarkness);
  const bright = Math.max(upperTeeth, 0.8 * lowerTeeth);
  red += (white - red) * bright;
  green += (white * 0.93 - green) * bright;
  blue += (white * 0.8 - blue) * bright;
  paint(texel, red, green, blue, inside);
  texel.openness += (0.9 - 0.35 * depth * (1 - bright) - texel.openness) * inside;
  texel.gloss += (0.12 * bright - texel.gloss) * inside;
  texel.relief *= 1 - inside;
}

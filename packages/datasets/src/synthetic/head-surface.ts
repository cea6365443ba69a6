import {
  type FaceGeometry,
  jawShift,
  type LipEdges,
  lipEdges,
  lowerFaceY,
  lowerLid,
  upperLid,
} from './face-geometry.js';
import { bump, clamp, smoothstep, spline } from './numeric.js';
import type { Person } from './person.js';

/**
 * The head without features, as horizontal sections from crown to under the chin: height, half width, and how far
 * each reaches to the front and to the back (z grows towards the viewer). Proportions: breadth .67 and length .85 of
 * half the head's height (mean adult head 23 × 15.4 × 19.6 cm).
 */
const SECTIONS = {
  y: [
    1.0, 0.985, 0.93, 0.83, 0.68, 0.5, 0.32, 0.14, -0.04, -0.2, -0.36, -0.5, -0.63, -0.75, -0.86, -0.94, -0.99, -1.0,
    -0.96,
  ],
  width: [
    0.0, 0.15, 0.305, 0.445, 0.56, 0.632, 0.665, 0.668, 0.66, 0.645, 0.615, 0.575, 0.525, 0.455, 0.355, 0.255, 0.155,
    0.08, 0.0,
  ],
  front: [
    -0.05, 0.16, 0.36, 0.53, 0.66, 0.735, 0.765, 0.765, 0.745, 0.74, 0.745, 0.75, 0.745, 0.735, 0.72, 0.69, 0.63, 0.54,
    0.35,
  ],
  back: [
    -0.05, -0.26, -0.46, -0.64, -0.78, -0.86, -0.89, -0.88, -0.83, -0.74, -0.6, -0.42, -0.24, -0.08, 0.06, 0.2, 0.33,
    0.38, 0.33,
  ],
};
/** z of the widest part of each section. */
const CENTRE = SECTIONS.front.map((front, row) => {
  const middle = (front + SECTIONS.back[row]) / 2;
  return row < 6 ? middle : Math.max(middle, row > 11 ? 0.3 * (front + SECTIONS.back[row]) : middle);
});
const ROWS = SECTIONS.y.length - 1;

export interface SurfacePoint {
  x: number;
  y: number;
  z: number;
}

/** The section's height at `t`, 0 at the crown to 1 under the chin, for one person with the jaw closed. */
function sectionHeight(person: Person, t: number): number {
  const y = spline(SECTIONS.y, t * ROWS);
  return y > 0 ? y * (0.95 + 0.05 * person.forehead) : lowerFaceY(y, person);
}

/** One horizontal section of a person's head: everything that does not depend on the angle. */
export interface HeadRow {
  readonly t: number;
  readonly y: number;
  readonly width: number;
  readonly centre: number;
  readonly front: number;
  readonly back: number;
}

export function headRow(person: Person, t: number): HeadRow {
  const row = t * ROWS;
  const jaw = smoothstep(-0.3, -0.6, spline(SECTIONS.y, row));
  const centre = spline(CENTRE, row);
  return {
    t,
    y: sectionHeight(person, t),
    width: Math.max(0, spline(SECTIONS.width, row)) * person.headWidth * (1 + (person.jawWidth - 1) * jaw),
    centre,
    front: spline(SECTIONS.front, row) - centre,
    back: centre - spline(SECTIONS.back, row),
  };
}

/** One vertical line of the head: `angle` 0 is the front, π the back, positive x at positive angles. */
export interface HeadColumn {
  readonly angle: number;
  readonly across: number;
  readonly deep: number;
}

/** A superellipse a little boxier than an ellipse: faces are flat in front and at the temples. */
export function headColumn(angle: number): HeadColumn {
  const sine = Math.sin(angle);
  const cosine = Math.cos(angle);
  return {
    angle,
    across: Math.sign(sine) * Math.abs(sine) ** 0.9,
    deep: Math.sign(cosine) * Math.abs(cosine) ** 0.86,
  };
}

/** A point of the bare head: no features, jaw closed. */
export function headPoint(row: HeadRow, column: HeadColumn, point: SurfacePoint): SurfacePoint {
  point.x = row.width * column.across;
  point.y = row.y;
  point.z = row.centre + column.deep * (column.deep > 0 ? row.front : row.back);
  return point;
}

/** The `t` at which the front of the head has height `y` (at rest), by bisection over the part above the chin's tip. */
export function sectionAtHeight(person: Person, y: number): number {
  let low = 0;
  let high = 17 / ROWS;
  for (let step = 0; step < 24; step++) {
    const middle = (low + high) / 2;
    if (sectionHeight(person, middle) > y) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const edges: LipEdges = { u: 0, outerUpper: 0, innerUpper: 0, innerLower: 0, outerLower: 0 };

function noseRelief(face: FaceGeometry, x: number, y: number): number {
  const { nose, person } = face;
  const ax = Math.abs(x);
  if (ax > 0.34 || y > 0.3 || y < nose.baseY - 0.06) return 0;
  const along = clamp((nose.rootY - y) / (nose.rootY - nose.tipY - 0.03));
  const below = smoothstep(nose.baseY - 0.016, nose.tipY + 0.014, y);
  const width = 0.062 + 0.05 * along * along * (nose.halfWidth / 0.14);
  const rise = nose.height * (0.2 + 0.8 * along ** 1.15) + 0.03 * person.noseBridge * bump(0, along - 0.42, 1, 0.3);
  const root = smoothstep(0.26, nose.rootY - 0.02, y);
  const q = ax / width;
  const ridge = rise * below * root * (q < 3 ? Math.exp(-(q ** 2.2)) : 0);
  const tip = 0.036 * bump(x, y - nose.tipY - 0.012, 0.09, 0.07) * below;
  const wing =
    nose.height *
    0.52 *
    bump(ax - nose.halfWidth * 0.68, y - nose.wingY - 0.012, 0.058, 0.066) *
    smoothstep(nose.baseY - 0.016, nose.baseY + 0.024, y);
  return Math.max(ridge, wing, 0.55 * (ridge + wing)) + tip;
}

function eyeRelief(face: FaceGeometry, x: number, y: number): number {
  const eye = face.eyes[x < 0 ? 0 : 1];
  const dx = x - eye.x;
  const dy = y - eye.y;
  if (dx * dx + dy * dy > 0.16) return 0;
  const socket = -0.075 * bump(dx, dy - 0.03, 0.2, 0.12) - 0.03 * bump(dx + eye.side * 0.14, dy - 0.03, 0.07, 0.08);
  const r = (dx * dx) / 0.026 + (dy * dy) / 0.014;
  const ball = r < 1 ? 0.062 * (1 - r) * (2 - r) * 0.6 : 0;
  const u = (dx * eye.side) / eye.halfWidth;
  let lids = 0;
  if (Math.abs(u) < 1.05) {
    const v = dy - (eye.tilt / 2) * u;
    const up = v - upperLid(eye, u);
    const down = v - lowerLid(eye, u);
    // The lids lie on the ball: a step at each edge.
    lids = 0.016 * bump(0, up - 0.016, 1, 0.022) + 0.01 * bump(0, down + 0.014, 1, 0.018);
  }
  return socket + ball + lids;
}

function mouthRelief(face: FaceGeometry, x: number, y: number): number {
  const { mouth, units } = face;
  const index = x < 0 ? 0 : 1;
  const corner = mouth.cornerX[index];
  const muzzle = 0.045 * bump(x, y - mouth.y - 0.03, 0.26, 0.2);
  if (Math.abs(x) > Math.abs(corner) + 0.16 || y > mouth.y + 0.3 || y < mouth.y - mouth.openDown - 0.3) return muzzle;
  lipEdges(mouth, x, edges);
  const u = Math.abs(edges.u);
  const fade = Math.max(0, 1 - u ** 3);
  const upperMiddle = edges.innerUpper + 0.4 * (edges.outerUpper - edges.innerUpper);
  const lowerMiddle = edges.innerLower + 0.45 * (edges.outerLower - edges.innerLower);
  const upperHalf = 0.014 + 0.62 * (edges.outerUpper - edges.innerUpper);
  const lowerHalf = 0.014 + 0.62 * (edges.innerLower - edges.outerLower);
  let relief =
    0.034 * fade * bump(0, y - upperMiddle, 1, upperHalf) + 0.04 * fade * bump(0, y - lowerMiddle, 1, lowerHalf);
  const opening = edges.innerUpper - edges.innerLower;
  if (opening > 0.012 && Math.abs(x) < Math.abs(corner)) {
    const inside = Math.min(edges.innerUpper - y, y - edges.innerLower);
    relief -= 0.1 * smoothstep(0, 0.05, inside);
  } else {
    relief -= 0.02 * fade * bump(0, y - edges.innerUpper, 1, 0.012);
  }
  const philtrum = -0.01 * bump(x, y - mouth.y - 0.11, 0.026, 0.05);
  const pit =
    -0.022 *
    bump(Math.abs(x) - Math.abs(corner) - 0.012, y - mouth.cornerY[index], 0.035, 0.05) *
    (1 + units.AU12.mean);
  return muzzle + relief + philtrum + pit;
}

/** How far the features stand out of the bare head at (x, y) seen from the front, in units along z. */
function faceRelief(face: FaceGeometry, x: number, y: number): number {
  const { person, units, mouth } = face;
  const ax = Math.abs(x);
  const side = x < 0 ? 'negative' : 'positive';
  const cheekRaise = Math.max(units.AU6[side], 0.75 * units.AU12[side]);
  const brow = face.brows[x < 0 ? 0 : 1].points[1][1];
  let relief = noseRelief(face, x, y) + eyeRelief(face, x, y) + mouthRelief(face, x, y);
  relief += 0.04 * person.browRidge * bump(ax - 0.2, y - 0.125, 0.2, 0.06) - 0.012 * bump(x, y - 0.17, 0.05, 0.07);
  relief += 0.012 * bump(ax - 0.26, y - brow, 0.16, 0.04);
  relief += 0.035 * person.cheekbone * bump(ax - 0.42, y + 0.19, 0.15, 0.13);
  relief += cheekRaise * 0.055 * bump(ax - 0.36, y + 0.235, 0.125, 0.1);
  relief -= 0.02 * bump(ax - 0.46, y + 0.5, 0.13, 0.18);
  const chin = face.chinY + 0.13;
  relief +=
    0.05 * person.chin * bump(x, y - chin, 0.15 + 0.04 * person.jawWidth, 0.1) +
    0.02 * units.AU17.mean * bump(x, y - chin - 0.05, 0.1, 0.06);
  const sulcus = mouth.y - mouth.openDown - mouth.lowerThickness - 0.055;
  relief -= 0.03 * (1 - 0.4 * units.AU26.mean) * bump(x, y - sulcus, 0.17, 0.045);
  return relief;
}

/** A point of the face's surface: the bare head, lowered by the jaw, with the features' relief in front. */
export function facePoint(face: FaceGeometry, row: HeadRow, column: HeadColumn, point: SurfacePoint): SurfacePoint {
  headPoint(row, column, point);
  if (face.jawDrop > 0 && row.y < 0) {
    const inFrontOfHinge = smoothstep(-0.05, 0.3, point.z);
    const shift = jawShift(row.y / face.person.lowerFace, face.jawDrop) * inFrontOfHinge;
    point.y += shift;
    point.z += 0.25 * shift;
    point.x *= 1 + 0.25 * shift;
  }
  const forward = smoothstep(-0.05, 0.3, column.deep);
  if (forward > 0 && row.t < 0.97) point.z += forward * faceRelief(face, point.x, point.y);
  return point;
}

import type { Camera } from './camera.js';
import { type FaceGeometry, type LipEdges, lipEdges, lowerLid, type Side, upperLid } from './face-geometry.js';
import { facePoint, headColumn, headRow, type SurfacePoint } from './head-surface.js';
import { smoothstep } from './numeric.js';

type Point = readonly [number, number];

/** The point of the face's surface that has the coordinates (x, y) seen from the front, found by bisection. */
function pointOnFace(face: FaceGeometry, x: number, y: number): SurfacePoint {
  const point: SurfacePoint = { x: 0, y: 0, z: 0 };
  let angle = 0;
  let t = 0.5;
  for (let round = 0; round < 3; round++) {
    let low = 0;
    let high = 0.94;
    for (let step = 0; step < 17; step++) {
      t = (low + high) / 2;
      facePoint(face, headRow(face.person, t), headColumn(angle), point);
      if (point.y > y) low = t;
      else high = t;
    }
    const row = headRow(face.person, t);
    let left = 0;
    let right = Math.PI / 2;
    for (let step = 0; step < 17; step++) {
      const middle = (left + right) / 2;
      facePoint(face, row, headColumn(middle), point);
      if (point.x < Math.abs(x)) left = middle;
      else right = middle;
    }
    angle = (Math.sign(x) * (left + right)) / 2;
  }
  return facePoint(face, headRow(face.person, t), headColumn(angle), point);
}

/**
 * The 68 landmarks of the iBUG 300-W mark-up (C. Sagonas et al.: *300 Faces in-the-Wild Challenge*, 2013) on the
 * face's surface, in face units, in that mark-up's order: the jaw 0–16 from the image's left, brows 17–26, nose
 * 27–35, eyes 36–47, lips 48–67.
 */
export function faceLandmarks(face: FaceGeometry): SurfacePoint[] {
  return [...jaw(face), ...features(face).map(([x, y]) => pointOnFace(face, x, y))];
}

/** The 68 landmarks in pixels of a picture taken by `camera`; hidden ones are where they would be. */
export function projectLandmarks(face: FaceGeometry, camera: Camera): Point[] {
  const out = [0, 0, 0];
  return faceLandmarks(face).map(({ x, y, z }) => {
    camera.project(x, y, z, out);
    return [out[0], out[1]];
  });
}

function jaw(face: FaceGeometry): SurfacePoint[] {
  return Array.from({ length: 17 }, (_, index) => {
    const s = (index - 8) / 8;
    const rest = -0.985 + 0.96 * Math.abs(s) ** 1.8;
    const angle = Math.sign(s) * (Math.PI / 2) * smoothstep(-0.12, 0.62, Math.abs(s)) * (s === 0 ? 0 : 0.97);
    const t = heightToSection(face, rest * face.person.lowerFace);
    return facePoint(face, headRow(face.person, t), headColumn(angle), { x: 0, y: 0, z: 0 });
  });
}

function heightToSection(face: FaceGeometry, y: number): number {
  let low = 0;
  let high = 0.94;
  for (let step = 0; step < 17; step++) {
    const middle = (low + high) / 2;
    if (headRow(face.person, middle).y > y) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function features(face: FaceGeometry): Point[] {
  const [leftBrow, rightBrow] = face.brows;
  const { nose } = face;
  const bridge = [0, 1, 2, 3].map((step): Point => [0, nose.rootY + ((nose.tipY - nose.rootY) * step) / 3]);
  const base = [-0.75, -0.4, 0, 0.4, 0.75].map(
    (x): Point => [x * nose.halfWidth, nose.baseY + 0.012 + 0.02 * Math.abs(x)],
  );
  return [
    ...[...leftBrow.points].reverse(),
    ...rightBrow.points,
    ...bridge,
    ...base,
    ...eye(face, -1),
    ...eye(face, 1),
    ...lips(face),
  ];
}

/** Six points from the image's left corner over the upper lid and back along the lower one. */
function eye(face: FaceGeometry, side: Side): Point[] {
  const shape = face.eyes[side < 0 ? 0 : 1];
  const at = (across: number, lid: typeof upperLid | undefined): Point => {
    const u = across * side;
    return [shape.x + across * shape.halfWidth, shape.y + (shape.tilt / 2) * u + (lid ? lid(shape, u) : 0)];
  };
  return [
    at(-1, undefined),
    at(-0.35, upperLid),
    at(0.35, upperLid),
    at(1, undefined),
    at(0.35, lowerLid),
    at(-0.35, lowerLid),
  ];
}

/** Twelve points around the lips, then eight around their opening, each from the image's left corner clockwise. */
function lips(face: FaceGeometry): Point[] {
  const { mouth } = face;
  const at = (across: number, edge: Exclude<keyof LipEdges, 'u'>): Point => {
    const x = across * Math.abs(mouth.cornerX[across < 0 ? 0 : 1]);
    const edges = lipEdges(mouth, x, { u: 0, outerUpper: 0, innerUpper: 0, innerLower: 0, outerLower: 0 });
    return [x, edges[edge]];
  };
  return [
    ...[-1, -0.62, -0.26, 0, 0.26, 0.62, 1].map((x) => at(x, 'outerUpper')),
    ...[0.6, 0.28, 0, -0.28, -0.6].map((x) => at(x, 'outerLower')),
    ...[-0.9, -0.35, 0, 0.35, 0.9].map((x) => at(x, 'innerUpper')),
    ...[0.35, 0, -0.35].map((x) => at(x, 'innerLower')),
  ];
}

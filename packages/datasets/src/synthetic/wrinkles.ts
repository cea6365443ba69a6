import type { FaceGeometry, Side } from './face-geometry.js';
import { PaintMap } from './paint-map.js';

type Point = readonly [number, number];

/** Draws the furrows of a face: those its action units make now, and those that age has left. */
export function createWrinkleMap(face: FaceGeometry): PaintMap {
  const map = new PaintMap(-0.72, -1.05, 0.72, 0.72, 130);
  for (const side of [-1, 1] as const) {
    forehead(map, face, side);
    glabella(map, face, side);
    eyeArea(map, face, side);
    noseSides(map, face, side);
    nasolabial(map, face, side);
    mouthSurroundings(map, face, side);
  }
  return map;
}

function au(face: FaceGeometry, unit: keyof FaceGeometry['units'], side: Side): number {
  return face.units[unit][side < 0 ? 'negative' : 'positive'];
}

/** AU1 folds the middle of the forehead, AU2 its sides; together they make lines right across. */
function forehead(map: PaintMap, face: FaceGeometry, side: Side): void {
  const age = 0.3 * face.person.age ** 2;
  const inner = au(face, 'AU1', side);
  const outer = au(face, 'AU2', side);
  const brow = face.brows[side < 0 ? 0 : 1].points;
  for (let line = 0; line < 3; line++) {
    const y = 0.335 + 0.078 * line + 0.35 * (brow[2][1] - 0.2);
    const middle = age + 0.75 * inner - 0.1 * line;
    const lateral = age + 0.8 * outer - 0.12 * line;
    const dip = 0.02 * (outer - inner);
    map.curve(
      [-0.02 * side, y - dip + 0.012 * inner],
      [side * 0.1, y + 0.012 * inner],
      [side * 0.22, y - 0.004],
      0.014,
      middle,
    );
    map.curve([side * 0.12, y + 0.006], [side * 0.26, y + 0.012], [side * 0.4, y - 0.03], 0.014, lateral);
  }
}

/** AU4 draws the brows together: upright furrows between them. */
function glabella(map: PaintMap, face: FaceGeometry, side: Side): void {
  const strength = 0.35 * face.person.age ** 2 + 0.95 * au(face, 'AU4', side) + 0.3 * au(face, 'AU9', side);
  const lift = 0.04 * au(face, 'AU1', side);
  map.curve([side * 0.05, 0.075 + lift], [side * 0.04, 0.14 + lift], [side * 0.052, 0.235 + lift], 0.015, strength);
  map.curve([side * 0.085, 0.16 + lift], [side * 0.083, 0.2 + lift], [side * 0.1, 0.235 + lift], 0.013, 0.5 * strength);
}

function eyeArea(map: PaintMap, face: FaceGeometry, side: Side): void {
  const eye = face.eyes[side < 0 ? 0 : 1];
  const age = face.person.age;
  const raise = Math.max(au(face, 'AU6', side), 0.5 * au(face, 'AU9', side));
  const tighten = au(face, 'AU7', side);
  // Crow's feet.
  const outerX = eye.x + side * eye.halfWidth;
  for (const [rise, slope] of [
    [0.03, 0.055],
    [0.0, 0.01],
    [-0.03, -0.045],
  ] as const) {
    const start: Point = [outerX + side * 0.035, rise];
    map.curve(
      start,
      [outerX + side * 0.075, rise + slope * 0.45],
      [outerX + side * 0.12, rise + slope],
      0.009,
      0.2 * age ** 2 + 0.6 * raise,
    );
  }
  // The bag under the eye, and a second fold where the cheek pushes up.
  const bag = 0.16 + 0.25 * age + 0.4 * raise + 0.3 * tighten;
  const y = -eye.lower - 0.042;
  map.curve([eye.x - side * 0.13, -0.028], [eye.x, y - 0.012], [eye.x + side * 0.12, y + 0.018], 0.015, bag);
  map.curve(
    [eye.x - side * 0.1, y - 0.03],
    [eye.x + side * 0.02, y - 0.055],
    [eye.x + side * 0.16, y - 0.02],
    0.016,
    0.1 * age + 0.45 * raise,
  );
}

/** AU9 folds the skin along the bridge. */
function noseSides(map: PaintMap, face: FaceGeometry, side: Side): void {
  const strength = au(face, 'AU9', side);
  for (let line = 0; line < 3; line++) {
    const y = 0.04 - 0.045 * line;
    map.curve([side * 0.01, y + 0.006], [side * 0.05, y - 0.004], [side * 0.105, y + 0.026], 0.011, 0.8 * strength);
  }
}

function nasolabial(map: PaintMap, face: FaceGeometry, side: Side): void {
  const index = side < 0 ? 0 : 1;
  const { nose, mouth } = face;
  const smile = au(face, 'AU12', side);
  const sneer = Math.max(au(face, 'AU9', side), 0.8 * au(face, 'AU10', side));
  const strength = Math.min(
    1,
    0.12 +
      0.3 * face.person.age +
      0.8 * smile +
      0.7 * sneer +
      0.25 * au(face, 'AU20', side) +
      0.15 * au(face, 'AU15', side),
  );
  const cornerX = mouth.cornerX[index];
  const cornerY = mouth.cornerY[index];
  const start: Point = [side * (nose.halfWidth + 0.012), nose.wingY + 0.035];
  const end: Point = [cornerX + side * (0.05 + 0.02 * smile), cornerY - 0.01 + 0.02 * sneer];
  const middle: Point = [
    (start[0] + end[0]) / 2 + side * (0.02 + 0.035 * smile + 0.015 * sneer),
    (start[1] + end[1]) / 2 + 0.02 + 0.012 * sneer,
  ];
  map.curve(start, middle, end, 0.02, strength);
}

function mouthSurroundings(map: PaintMap, face: FaceGeometry, side: Side): void {
  const index = side < 0 ? 0 : 1;
  const { mouth } = face;
  const x = mouth.cornerX[index];
  const y = mouth.cornerY[index];
  const down = au(face, 'AU15', side);
  const stretch = au(face, 'AU20', side);
  const smile = au(face, 'AU12', side);
  map.curve(
    [x, y - 0.004],
    [x + side * 0.022, y - 0.035],
    [x + side * 0.026, y - 0.095],
    0.015,
    0.12 * face.person.age + 0.8 * down + 0.3 * au(face, 'AU17', side),
  );
  map.curve(
    [x + side * 0.03, y + 0.04],
    [x + side * 0.05, y - 0.01],
    [x + side * 0.035, y - 0.06],
    0.014,
    0.75 * stretch,
  );
  map.curve(
    [x + side * 0.015, y + 0.028],
    [x + side * 0.03, y],
    [x + side * 0.015, y - 0.03],
    0.012,
    0.2 + 0.5 * smile,
  );
  // AU17 lifts the chin's boss: a bow above it.
  const chin = face.chinY + 0.2;
  const raise = 0.12 + 0.7 * au(face, 'AU17', side);
  map.curve([0, chin + 0.012], [side * 0.06, chin + 0.005], [side * 0.12, chin - 0.03], 0.018, raise);
}

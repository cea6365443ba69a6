import { expect, test } from 'vitest';
import { ACTION_UNITS, type ActionUnit, type ActionUnitIntensities } from './action-units.js';
import { createFaceGeometry } from './face-geometry.js';
import type { SurfacePoint } from './head-surface.js';
import { faceLandmarks } from './landmarks.js';
import { createPerson, type Gender, type Person } from './person.js';

const people = (['female', 'male'] as const).flatMap((gender: Gender) =>
  [1, 2, 3].map((number) => createPerson(5, gender, number)),
);

function landmarks(person: Person, units: ActionUnitIntensities, asymmetry = 0): SurfacePoint[] {
  return faceLandmarks(createFaceGeometry(person, units, asymmetry));
}

/** How much a measure of the 68 landmarks grows when one unit acts fully. */
function change(person: Person, units: ActionUnitIntensities, measure: (points: SurfacePoint[]) => number): number {
  return measure(landmarks(person, units)) - measure(landmarks(person, {}));
}

const innerBrow = (points: SurfacePoint[]): number => (points[21].y + points[22].y) / 2;
const outerBrow = (points: SurfacePoint[]): number => (points[17].y + points[26].y) / 2;
const browGap = (points: SurfacePoint[]): number => points[22].x - points[21].x;
const upperLids = (points: SurfacePoint[]): number => (points[37].y + points[38].y + points[43].y + points[44].y) / 4;
const lowerLids = (points: SurfacePoint[]): number => (points[40].y + points[41].y + points[46].y + points[47].y) / 4;
const corners = (points: SurfacePoint[]): number => (points[48].y + points[54].y) / 2;
const mouthWidth = (points: SurfacePoint[]): number => points[54].x - points[48].x;
const mouthOpening = (points: SurfacePoint[]): number => points[62].y - points[66].y;
const lipThickness = (points: SurfacePoint[]): number => points[51].y - points[62].y + points[66].y - points[57].y;
const chin = (points: SurfacePoint[]): number => points[8].y;
const wings = (points: SurfacePoint[]): number => (points[31].y + points[35].y) / 2;
const upperLip = (points: SurfacePoint[]): number => points[51].y;
const lowerLip = (points: SurfacePoint[]): number => points[57].y;

/** What FACS says each unit does to the appearance of the face: the measure, and whether it grows (1) or shrinks (−1). */
const EFFECTS: Readonly<Record<string, readonly [ActionUnit, (points: SurfacePoint[]) => number, 1 | -1]>> = {
  'AU1 raises the inner brows': ['AU1', innerBrow, 1],
  'AU2 raises the outer brows': ['AU2', outerBrow, 1],
  'AU4 lowers the brows': ['AU4', innerBrow, -1],
  'AU4 draws the brows together': ['AU4', browGap, -1],
  'AU5 raises the upper lids': ['AU5', upperLids, 1],
  'AU6 raises the lower lids': ['AU6', lowerLids, 1],
  'AU7 raises the lower lids': ['AU7', lowerLids, 1],
  'AU9 raises the wings of the nose': ['AU9', wings, 1],
  'AU9 raises the upper lip': ['AU9', upperLip, 1],
  'AU10 raises the upper lip': ['AU10', upperLip, 1],
  'AU12 raises the lip corners': ['AU12', corners, 1],
  'AU12 widens the mouth': ['AU12', mouthWidth, 1],
  'AU15 lowers the lip corners': ['AU15', corners, -1],
  'AU16 lowers the lower lip': ['AU16', lowerLip, -1],
  'AU17 raises the lower lip': ['AU17', (points) => points[66].y, 1],
  'AU20 widens the mouth': ['AU20', mouthWidth, 1],
  'AU23 thins the lips': ['AU23', lipThickness, -1],
  'AU23 narrows the mouth': ['AU23', mouthWidth, -1],
  'AU24 thins the lips': ['AU24', lipThickness, -1],
  'AU25 parts the lips': ['AU25', mouthOpening, 1],
  'AU26 lowers the chin': ['AU26', chin, -1],
  'AU26 opens the mouth': ['AU26', mouthOpening, 1],
};

test.each(Object.entries(EFFECTS))('%s, the more the stronger, in every person', (_, [unit, measure, sign]) => {
  for (const person of people) {
    const half = sign * change(person, { [unit]: 0.5 }, measure);
    const full = sign * change(person, { [unit]: 1 }, measure);
    // A thousandth of the head's half height is about .1 mm.
    expect(half, person.id).toBeGreaterThan(0.001);
    expect(full, person.id).toBeGreaterThan(half);
  }
});

test('every action unit is tested above', () => {
  expect([...new Set(Object.values(EFFECTS).map(([unit]) => unit))].sort()).toEqual(Object.keys(ACTION_UNITS).sort());
});

test('a face at rest has the proportions of the textbook', () => {
  for (const person of people) {
    const points = landmarks(person, {});
    const eyeWidth = points[39].x - points[36].x;
    const gap = points[42].x - points[39].x;
    expect(gap / eyeWidth, 'one eye between the eyes').toBeGreaterThan(0.8);
    expect(gap / eyeWidth).toBeLessThan(1.25);
    expect(
      Math.abs(points[36].y) + Math.abs(points[45].y),
      'eyes half way between crown (1) and chin (−1)',
    ).toBeLessThan(0.1);
    expect(points[33].y / chin(points), 'nose').toBeGreaterThan(0.32);
    expect(points[33].y / chin(points)).toBeLessThan(0.48);
    expect(corners(points) / chin(points), 'mouth').toBeGreaterThan(0.52);
    expect(corners(points) / chin(points)).toBeLessThan(0.64);
    expect(points[30].z, 'the tip of the nose is the foremost point').toBe(Math.max(...points.map((point) => point.z)));
  }
});

test('lids, lips and teeth never cross, whatever the units', () => {
  const units = Object.keys(ACTION_UNITS) as ActionUnit[];
  for (const person of people) {
    for (let mask = 0; mask < 60; mask++) {
      const mixed = Object.fromEntries(units.map((unit, index) => [unit, ((mask * 2654435761) >>> (index % 28)) & 1]));
      const points = landmarks(person, mixed);
      expect(upperLids(points)).toBeGreaterThan(lowerLids(points));
      expect(mouthOpening(points)).toBeGreaterThanOrEqual(-1e-6);
      expect(points[51].y).toBeGreaterThan(points[62].y);
      expect(points[66].y).toBeGreaterThan(points[57].y);
      expect(points[57].y).toBeGreaterThan(chin(points));
    }
  }
});

test('without asymmetry the face is its own mirror image; with it the named side moves more', () => {
  const person = people[0];
  const even = landmarks(person, { AU12: 1, AU2: 1 });
  expect(even[48].x).toBeCloseTo(-even[54].x, 9);
  expect(even[48].y).toBeCloseTo(even[54].y, 9);
  const uneven = landmarks(person, { AU12: 1, AU2: 1 }, 0.8);
  expect(uneven[54].y).toBeGreaterThan(uneven[48].y + 0.01);
  expect(uneven[26].y).toBeGreaterThan(uneven[17].y + 0.01);
});

test('the same seed gives the same person; women and men differ in their means and overlap', () => {
  expect(createPerson(5, 'female', 2)).toEqual(people[1]);
  expect(createPerson(6, 'female', 2)).not.toEqual(people[1]);
  const many = (gender: Gender): number[] =>
    Array.from({ length: 60 }, (_, index) => createPerson(1, gender, index + 1).jawWidth);
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(many('male'))).toBeGreaterThan(mean(many('female')) + 0.05);
  expect(Math.min(...many('male'))).toBeLessThan(Math.max(...many('female')));
});

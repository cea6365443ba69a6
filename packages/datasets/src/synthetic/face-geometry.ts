import { type ActionUnit, type ActionUnitIntensities, type SidedIntensity, sidedIntensity } from './action-units.js';
import { clamp, smoothstep } from './numeric.js';
import type { Person } from './person.js';

/** −1: the side with negative x (the image's left, the person's right); 1: the other. */
export type Side = -1 | 1;

export interface EyeGeometry {
  readonly side: Side;
  readonly x: number;
  readonly y: number;
  readonly halfWidth: number;
  /** Rise from inner to outer corner, in units. */
  readonly tilt: number;
  /** Heights of the lids' edges above and below the line between the corners, at their highest. */
  readonly upper: number;
  readonly lower: number;
  /** Where the lids would be on a relaxed face; the eyeball and the iris do not move with the lids. */
  readonly irisY: number;
  readonly irisRadius: number;
  readonly crease: number;
}

export interface BrowGeometry {
  readonly side: Side;
  /** From the inner end to the tail. */
  readonly points: readonly (readonly [number, number])[];
  readonly thickness: number;
}

export interface MouthGeometry {
  /** x of the corners (negative and positive side) and their heights. */
  readonly cornerX: readonly [number, number];
  readonly cornerY: readonly [number, number];
  /** Height of the line where the lips meet, in the middle, and how far each lip's edge is from it. */
  readonly y: number;
  readonly openUp: number;
  readonly openDown: number;
  readonly upperThickness: number;
  readonly lowerThickness: number;
  /** Heights of the edges of the upper teeth (fixed to the skull) and of the lower ones (fixed to the jaw). */
  readonly upperTeeth: number;
  readonly lowerTeeth: number;
}

export interface NoseGeometry {
  readonly rootY: number;
  readonly tipY: number;
  readonly baseY: number;
  readonly halfWidth: number;
  /** Height of the wings, raised by the nose wrinkler. */
  readonly wingY: number;
  readonly height: number;
}

/** Where every feature of a face is, for one person and one set of action units, in face units seen from the front. */
export interface FaceGeometry {
  readonly person: Person;
  readonly units: Readonly<Record<ActionUnit, SidedIntensity>>;
  readonly eyes: readonly [EyeGeometry, EyeGeometry];
  readonly brows: readonly [BrowGeometry, BrowGeometry];
  readonly mouth: MouthGeometry;
  readonly nose: NoseGeometry;
  /** How far the chin has gone down. */
  readonly jawDrop: number;
  readonly chinY: number;
}

const ALL_UNITS: readonly ActionUnit[] = [
  'AU1',
  'AU2',
  'AU4',
  'AU5',
  'AU6',
  'AU7',
  'AU9',
  'AU10',
  'AU12',
  'AU15',
  'AU16',
  'AU17',
  'AU20',
  'AU23',
  'AU24',
  'AU25',
  'AU26',
];

/** Where the jaw's hinge acts: nothing above `JAW_FROM` moves, the chin moves fully. */
const JAW_FROM = -0.42;
const JAW_TO = -0.86;

/** How far down a point of the face at rest height `y` goes when the jaw drops by `drop`. */
export function jawShift(y: number, drop: number): number {
  return -drop * smoothstep(JAW_FROM, JAW_TO, y);
}

/** Lower faces differ in length: everything under the eyes is scaled by the person's factor. */
export function lowerFaceY(y: number, person: Person): number {
  return y < 0 ? y * person.lowerFace : y;
}

type Units = FaceGeometry['units'];

function ofSide(intensity: SidedIntensity, side: Side): number {
  return side < 0 ? intensity.negative : intensity.positive;
}

function eyeGeometry(person: Person, units: Units, side: Side): EyeGeometry {
  const au = (unit: ActionUnit): number => ofSide(units[unit], side);
  const size = person.eyeSize;
  const squint = Math.min(1, 0.55 * au('AU6') + 0.6 * au('AU7') + 0.45 * au('AU9'));
  return {
    side,
    x: side * 0.277 * person.eyeSpacing,
    y: 0,
    halfWidth: 0.131 * size * (1 + 0.03 * au('AU5')),
    tilt: person.eyeTilt + 0.02 * au('AU6') - 0.034 * Math.min(1, au('AU1') * (1 - 0.8 * au('AU2'))),
    upper: size * (0.056 + 0.034 * au('AU5') - 0.006 * au('AU4') - 0.012 * squint - 0.016 * au('AU15')),
    lower: size * (0.037 + 0.008 * au('AU5') - 0.032 * squint),
    irisY: 0.008,
    irisRadius: 0.053 * size ** 0.5,
    crease: clamp(person.lidCrease * (1 - 0.5 * au('AU5') - 0.5 * au('AU4')) + 0.012 * au('AU1'), 0.008, 0.08),
  };
}

function browGeometry(person: Person, units: Units, side: Side): BrowGeometry {
  const au = (unit: ActionUnit): number => ofSide(units[unit], side);
  const inner = 0.098 * au('AU1') - 0.074 * au('AU4') - 0.03 * au('AU9');
  const middle = 0.035 * au('AU1') + 0.07 * au('AU2') - 0.058 * au('AU4') - 0.03 * au('AU9');
  const outer = 0.085 * au('AU2') - 0.016 * au('AU4') - 0.012 * au('AU6') - 0.028 * au('AU1') * (1 - au('AU2'));
  const knit = 0.038 * au('AU4') + 0.015 * au('AU9');
  const y = 0.158 + person.browHeight;
  const arch = 0.03 * person.browArch;
  const x = person.eyeSpacing;
  return {
    side,
    points: [
      [side * (0.118 * x - knit), y - 0.012 + inner],
      [side * (0.2 * x - 0.8 * knit), y + 0.018 + 0.3 * arch + 0.6 * inner + 0.4 * middle],
      [side * (0.3 * x - 0.5 * knit), y + 0.022 + arch + middle],
      [side * (0.385 * x - 0.2 * knit), y + 0.006 + 0.8 * arch + 0.4 * middle + 0.6 * outer],
      [side * 0.462 * x, y - 0.05 + 0.3 * arch + outer],
    ],
    thickness: 0.031 * person.browThickness * (1 + 0.1 * au('AU4')),
  };
}

function mouthGeometry(person: Person, units: Units, jawDrop: number): MouthGeometry {
  const mean = (unit: ActionUnit): number => units[unit].mean;
  const part = Math.max(mean('AU25'), 0.7 * mean('AU16'), 0.45 * mean('AU10') * mean('AU25'));
  const tight = Math.min(1, mean('AU23') + mean('AU24'));
  const rest = lowerFaceY(-0.575, person);
  const y =
    rest + 0.02 * mean('AU17') + 0.018 * mean('AU9') + 0.018 * mean('AU10') + 0.008 * mean('AU12') - 0.18 * jawDrop;
  const corner = (side: Side): [number, number] => {
    const au = (unit: ActionUnit): number => ofSide(units[unit], side);
    const width =
      1 +
      0.24 * au('AU12') +
      0.24 * au('AU20') -
      0.14 * au('AU23') -
      0.05 * au('AU24') -
      0.03 * au('AU9') -
      0.55 * jawDrop;
    const height =
      0.082 * au('AU12') -
      0.074 * au('AU15') -
      0.03 * au('AU20') -
      0.02 * au('AU17') -
      0.018 * au('AU9') -
      0.42 * jawDrop;
    return [side * 0.212 * person.mouthWidth * width, rest + 0.004 + height];
  };
  const negative = corner(-1);
  const positive = corner(1);
  const smile = mean('AU12');
  const thin = 1 - 0.55 * mean('AU23') - 0.75 * mean('AU24');
  return {
    cornerX: [negative[0], positive[0]],
    cornerY: [negative[1], positive[1]],
    y,
    openUp:
      (0.014 * part + 0.036 * part * smile + 0.03 * part * (mean('AU9') + mean('AU10')) + 0.17 * jawDrop) *
      (1 - 0.5 * tight),
    openDown:
      (0.016 * part + 0.03 * part * smile + 0.045 * mean('AU16') + 0.03 * part * mean('AU20') + 0.74 * jawDrop) *
      (1 - 0.3 * tight),
    upperThickness:
      0.049 *
      person.upperLip *
      Math.max(0.25, thin * (1 - 0.32 * smile - 0.25 * mean('AU20') - 0.25 * mean('AU9') - 0.1 * mean('AU17'))),
    lowerThickness:
      0.064 *
      person.lowerLip *
      Math.max(0.25, thin * (1 - 0.22 * smile - 0.25 * mean('AU20') + 0.22 * mean('AU17') + 0.1 * mean('AU16'))),
    upperTeeth: rest - 0.022,
    lowerTeeth: rest - 0.03 + jawShift(rest - 0.17, jawDrop) * 0.98,
  };
}

/**
 * Places every feature of a face.
 * @param asymmetry −1..1: how much stronger the side with positive x moves (see `sidedIntensity`).
 */
export function createFaceGeometry(person: Person, intensities: ActionUnitIntensities, asymmetry = 0): FaceGeometry {
  const units = Object.fromEntries(
    ALL_UNITS.map((unit) => [unit, sidedIntensity(intensities, unit, asymmetry)]),
  ) as Record<ActionUnit, SidedIntensity>;
  const jawDrop = 0.25 * units.AU26.mean;
  const tipY = lowerFaceY(-0.325, person) * person.noseLength;
  const wrinkle = Math.min(1, units.AU9.mean + 0.4 * units.AU10.mean);
  return {
    person,
    units,
    eyes: [eyeGeometry(person, units, -1), eyeGeometry(person, units, 1)],
    brows: [browGeometry(person, units, -1), browGeometry(person, units, 1)],
    mouth: mouthGeometry(person, units, jawDrop),
    nose: {
      rootY: 0.05,
      tipY: tipY + 0.012 * wrinkle - 0.02 * jawDrop,
      baseY: tipY - 0.075 + 0.01 * wrinkle - 0.02 * jawDrop,
      halfWidth: 0.14 * person.noseWidth * (1 + 0.1 * wrinkle + 0.08 * units.AU12.mean),
      wingY: tipY - 0.022 + 0.026 * wrinkle - 0.02 * jawDrop,
      height: 0.2 * person.noseHeight,
    },
    jawDrop,
    chinY: -person.lowerFace - jawDrop,
  };
}

/** Heights of the two lid edges at `u`, −1 at the inner corner to 1 at the outer one, over the line between the corners. */
export function upperLid(eye: EyeGeometry, u: number): number {
  const w = Math.max(0, 1 - u * u);
  return eye.upper * w ** 0.72 * (1 - 0.16 * u);
}

export function lowerLid(eye: EyeGeometry, u: number): number {
  const w = Math.max(0, 1 - u * u);
  return -eye.lower * w ** 0.85 * (1 + 0.2 * u);
}

/** The four edges of the lips at one x, from top to bottom, and `u`: −1 at the negative corner, 1 at the positive one. */
export interface LipEdges {
  u: number;
  outerUpper: number;
  innerUpper: number;
  innerLower: number;
  outerLower: number;
}

/** Fills `edges` for face coordinate `x`; outside the corners all four lie on the corner's height. */
export function lipEdges(mouth: MouthGeometry, x: number, edges: LipEdges): LipEdges {
  const index = x < 0 ? 0 : 1;
  const u = clamp(Math.abs(x / mouth.cornerX[index]), 0, 1);
  const u2 = u * u;
  const middle = mouth.y + (mouth.cornerY[index] - mouth.y) * u2 * (0.72 + 0.28 * u2);
  const rest = Math.max(0, 1 - u2);
  const innerUpper = middle + mouth.openUp * rest ** 0.8 - 0.004 * bumpAtMiddle(u);
  const innerLower = Math.min(innerUpper, middle - mouth.openDown * rest ** 0.62);
  const cupid = 1 - 0.2 * bumpAtMiddle(u * 1.2) + 0.08 * Math.max(0, 1 - ((u - 0.28) / 0.2) ** 2);
  edges.u = x < 0 ? -u : u;
  edges.innerUpper = innerUpper;
  edges.innerLower = innerLower;
  edges.outerUpper = innerUpper + mouth.upperThickness * (1 - u2 * u ** 0.3) * cupid;
  edges.outerLower = innerLower - mouth.lowerThickness * rest ** 0.75;
  return edges;
}

/** 1 at the middle of the mouth, 0 from a fifth of its half-width on. */
function bumpAtMiddle(u: number): number {
  const t = 1 - Math.min(1, u * 5);
  return t * t * (3 - 2 * t);
}

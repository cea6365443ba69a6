import { createRandom, type Random } from '@mien/core';
import { type Colour, clamp, fromBytes, lerp, mixColours } from './numeric.js';

export type Gender = 'female' | 'male';
export type HairStyle = 'short' | 'crop' | 'bald' | 'bob' | 'long' | 'tied';

/**
 * What makes one face differ from another. Shape values are factors around 1 or offsets around 0; lengths are in face
 * units: the head from chin to crown is 2 units high and the eyes lie half way, at y = 0.
 */
export interface Person {
  readonly id: string;
  readonly gender: Gender;
  /** Widths of the head, of the jaw and of the cheekbones, and the heights of the lower face and of the forehead. */
  readonly headWidth: number;
  readonly jawWidth: number;
  readonly cheekbone: number;
  readonly lowerFace: number;
  readonly forehead: number;
  readonly chin: number;
  readonly browRidge: number;
  readonly noseLength: number;
  readonly noseWidth: number;
  readonly noseHeight: number;
  /** Bump (positive) or hollow (negative) of the nose's bridge. */
  readonly noseBridge: number;
  readonly eyeSize: number;
  readonly eyeSpacing: number;
  /** Rise of the outer eye corner over the inner one, in units. */
  readonly eyeTilt: number;
  /** Distance of the lid's crease from its edge, in units. */
  readonly lidCrease: number;
  readonly browThickness: number;
  readonly browHeight: number;
  readonly browArch: number;
  readonly browDensity: number;
  readonly mouthWidth: number;
  readonly upperLip: number;
  readonly lowerLip: number;
  readonly neckWidth: number;
  readonly earSize: number;
  /** 0 young … 1 old: how much of each wrinkle stays on a face at rest. */
  readonly age: number;
  /** How strongly this person poses an expression, around 1. */
  readonly expressiveness: number;
  /** Which side this person moves more, −1..1. */
  readonly asymmetry: number;
  readonly skin: Colour;
  readonly blush: number;
  readonly freckles: number;
  readonly lips: Colour;
  readonly hair: Colour;
  readonly brow: Colour;
  readonly iris: Colour;
  readonly lashes: number;
  readonly eyeShadow: number;
  readonly hairStyle: HairStyle;
  /** Side of the parting, −1..1, and waviness, 0..1. */
  readonly parting: number;
  readonly wave: number;
  readonly hairline: number;
  /** 0 none, up to .4 stubble, 1 full beard. */
  readonly beard: number;
  readonly glasses: boolean;
  readonly clothes: Colour;
}

/** Skin tones from light to dark, sRGB. */
const SKIN_TONES: readonly Colour[] = [
  fromBytes(241, 208, 188),
  fromBytes(232, 190, 164),
  fromBytes(219, 171, 140),
  fromBytes(196, 146, 112),
  fromBytes(163, 114, 82),
  fromBytes(122, 81, 58),
  fromBytes(92, 60, 44),
];

const HAIR_COLOURS: readonly Colour[] = [
  fromBytes(28, 22, 20),
  fromBytes(52, 36, 27),
  fromBytes(84, 56, 36),
  fromBytes(122, 84, 50),
  fromBytes(176, 132, 80),
  fromBytes(204, 168, 112),
  fromBytes(136, 66, 34),
];

const IRIS_COLOURS: readonly Colour[] = [
  fromBytes(70, 46, 30),
  fromBytes(92, 64, 38),
  fromBytes(108, 96, 58),
  fromBytes(84, 112, 92),
  fromBytes(92, 124, 150),
  fromBytes(120, 132, 140),
];

const CLOTHES: readonly Colour[] = [
  fromBytes(120, 122, 126),
  fromBytes(64, 70, 84),
  fromBytes(150, 142, 130),
  fromBytes(88, 52, 56),
  fromBytes(56, 82, 74),
  fromBytes(186, 184, 180),
];

function drawSkin(random: Random): { skin: Colour; tone: number } {
  // Squared, so that lighter tones are commoner, as in the sets this one stands in for; every tone occurs.
  const tone = random.next() ** 1.6 * (SKIN_TONES.length - 1);
  const index = Math.min(Math.floor(tone), SKIN_TONES.length - 2);
  return {
    skin: mixColours(SKIN_TONES[index], SKIN_TONES[index + 1], tone - index),
    tone: tone / (SKIN_TONES.length - 1),
  };
}

function drawHair(random: Random, tone: number, age: number): Colour {
  const dark = tone > 0.45 || random.chance(0.25);
  const index = dark ? random.integer(0, 1) : random.integer(1, HAIR_COLOURS.length - 1);
  const colour = mixColours(HAIR_COLOURS[index], HAIR_COLOURS[Math.max(0, index - 1)], random.uniform(0, 0.5));
  return mixColours(colour, fromBytes(170, 168, 166), age > 0.75 ? random.uniform(0.2, 0.9) * (age - 0.45) * 1.6 : 0);
}

/**
 * A person drawn at random: the same seed, gender and number give the same face, whatever else is drawn.
 * Women and men differ in jaw, brow ridge, chin, nose, brows, lips, eyes, neck, hair and beard; within a gender every
 * measure varies enough that the two overlap.
 * @param number from 1, as in KDEF's names (F01, M35).
 */
export function createPerson(seed: number, gender: Gender, number: number): Person {
  const random = createRandom(seed, 'synthetic-person', gender, number);
  const male = gender === 'male';
  /** Around `value` for a woman, moved by `shift` for a man, with standard deviation `spread`, kept within 2.2 of it. */
  const around = (value: number, shift: number, spread: number): number =>
    value + (male ? shift : 0) + spread * clamp(random.normal(), -2.2, 2.2);
  const age = random.next() ** 1.5;
  const { skin, tone } = drawSkin(random);
  const hair = drawHair(random, tone, age);
  const lipstick = male ? 0 : Math.max(0, random.uniform(-0.3, 0.8));
  const bareLips: Colour = [skin[0] * 0.74, skin[1] * 0.46, skin[2] * 0.46];
  const hairStyle: HairStyle = male
    ? random.pick(['short', 'short', 'short', 'crop', 'crop', 'crop', 'bald'] as const)
    : random.pick(['bob', 'long', 'long', 'tied', 'bob'] as const);
  return {
    id: `${male ? 'M' : 'F'}${String(number).padStart(2, '0')}`,
    gender,
    headWidth: around(0.985, 0.02, 0.025),
    jawWidth: around(0.95, 0.1, 0.04),
    cheekbone: around(1, -0.1, 0.2),
    lowerFace: around(0.97, 0.055, 0.022),
    forehead: around(1, 0, 0.02),
    chin: around(0.8, 0.5, 0.25),
    browRidge: around(0.25, 0.75, 0.2),
    noseLength: around(0.98, 0.05, 0.04),
    noseWidth: around(0.94, 0.12, 0.06) + 0.12 * tone,
    noseHeight: around(0.93, 0.12, 0.07),
    noseBridge: around(-0.1, 0.25, 0.35),
    eyeSize: around(1.06, -0.07, 0.04),
    eyeSpacing: around(1, 0, 0.03),
    eyeTilt: around(0.02, -0.006, 0.01),
    lidCrease: around(0.034, -0.008, 0.007),
    browThickness: around(0.88, 0.32, 0.12),
    browHeight: around(0.01, -0.017, 0.012),
    browArch: around(1.1, -0.5, 0.25),
    browDensity: clamp(around(0.75, 0.2, 0.1), 0.5, 1),
    mouthWidth: around(0.98, 0.05, 0.04),
    upperLip: around(1.05, -0.28, 0.14) + 0.2 * tone,
    lowerLip: around(1.08, -0.22, 0.13) + 0.15 * tone,
    neckWidth: around(0.86, 0.22, 0.03),
    earSize: around(0.95, 0.1, 0.06),
    age,
    expressiveness: clamp(around(0.94, 0, 0.07), 0.75, 1.05),
    asymmetry: clamp(random.normal(0, 0.18), -0.5, 0.5),
    skin,
    blush: random.uniform(0.3, 1) * (1 - 0.6 * tone),
    freckles: tone < 0.3 && random.chance(0.25) ? random.uniform(0.3, 1) : 0,
    lips: mixColours(
      bareLips,
      random.pick([fromBytes(172, 60, 66), fromBytes(188, 92, 92), fromBytes(150, 48, 62)]),
      lipstick,
    ),
    hair,
    brow: mixColours([hair[0] * 0.4, hair[1] * 0.38, hair[2] * 0.36], fromBytes(34, 25, 20), 0.55),
    iris: tone > 0.4 ? IRIS_COLOURS[random.integer(0, 1)] : random.pick(IRIS_COLOURS),
    lashes: male ? 0.5 : random.uniform(0.8, 1.3),
    eyeShadow: male ? 0 : Math.max(0, random.uniform(-0.4, 0.8)),
    hairStyle,
    parting: random.uniform(-0.7, 0.7),
    wave: random.next(),
    hairline: lerp(-0.03, 0.05, random.next()) + (male ? 0.05 * age : 0),
    beard: male ? random.pick([0, 0, 0.15, 0.3, 0.4, 1]) * random.uniform(0.8, 1) : 0,
    glasses: random.chance(0.12),
    clothes: random.pick(CLOTHES),
  };
}

import { createRandom, type Emotion, type Random } from '@mien/core';
import type { Background } from './background.js';
import { sampleActionUnits, scaleActionUnits } from './expressions.js';
import type { Light } from './light.js';
import { type Colour, clamp, fromBytes } from './numeric.js';
import type { Person } from './person.js';
import type { FaceParameters } from './render.js';

/** KDEF's camera angles: full left profile, half left, straight, half right, full right. */
export const ANGLES = ['FL', 'HL', 'S', 'HR', 'FR'] as const;
export type Angle = (typeof ANGLES)[number];
/** A left angle shows the left half of the face, so the nose points to the image's left. */
const YAW_DEGREES: Readonly<Record<Angle, number>> = { FL: -90, HL: -45, S: 0, HR: 45, FR: 90 };

export const SESSIONS = ['A', 'B'] as const;
export type Session = (typeof SESSIONS)[number];

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

export interface SampleKey {
  readonly seed: number;
  readonly person: Person;
  readonly session: Session;
  readonly emotion: Emotion;
  readonly angle: Angle;
  readonly size: ImageSize;
}

const WALLS: readonly Colour[] = [
  fromBytes(186, 184, 178),
  fromBytes(146, 152, 158),
  fromBytes(196, 182, 160),
  fromBytes(118, 134, 128),
  fromBytes(164, 148, 152),
  fromBytes(96, 104, 120),
  fromBytes(214, 212, 206),
];

function sampleLight(random: Random): Light {
  return {
    azimuth: random.uniform(-0.7, 0.7),
    elevation: random.uniform(0.25, 0.85),
    key: random.uniform(0.68, 0.95),
    ambient: random.uniform(0.38, 0.58),
    warmth: random.uniform(-0.8, 1),
  };
}

function sampleBackground(random: Random): Background {
  return {
    kind: random.pick(['plain', 'gradient', 'wall', 'blurred'] as const),
    first: random.pick(WALLS),
    second: random.pick(WALLS),
    phase: random.uniform(0, 6),
  };
}

/**
 * The parameters of one picture of a set. As in KDEF, the five angles of one pose show the same expression, taken at
 * once; light, background, framing and camera differ from picture to picture.
 */
export function sampleFaceParameters({ seed, person, session, emotion, angle, size }: SampleKey): FaceParameters {
  const posing = createRandom(seed, 'pose', person.id, session, emotion);
  const camera = createRandom(seed, 'camera', person.id, session, emotion, angle);
  const actionUnits = sampleActionUnits(posing, emotion, person.expressiveness);
  const asymmetry = clamp(person.asymmetry + posing.normal(0, 0.12), -0.7, 0.7);
  const radians = Math.PI / 180;
  // Fixed order: every value below comes from the camera's stream.
  return {
    person,
    actionUnits,
    asymmetry,
    gaze: { x: posing.normal(0, 0.006), y: posing.normal(0, 0.004) },
    pose: {
      yaw: (YAW_DEGREES[angle] + clamp(camera.normal(0, 3), -6, 6)) * radians,
      pitch: clamp(posing.normal(0, 2.5), -6, 6) * radians,
      roll: clamp(posing.normal(0, 2), -5, 5) * radians,
    },
    light: sampleLight(camera),
    background: sampleBackground(camera),
    zoom: camera.uniform(0.94, 1.06),
    shiftX: camera.normal(0, 0.04),
    shiftY: camera.normal(0, 0.04),
    blur: camera.uniform(0.4, 1.5),
    noise: camera.uniform(0.8, 4),
    noiseSeed: camera.integer(0, 0x7fffffff),
    width: size.width,
    height: size.height,
  };
}

/**
 * The parameters of a sequence's frames, from neutral to the apex that `sampleFaceParameters` gives for the key: the action
 * units grow evenly (intensity 0 … 1, `sequenceIntensity`), the camera stays, the sensor's noise is new in each frame.
 * @param frames at least 2.
 */
export function sampleSequenceParameters(key: SampleKey, frames: number): FaceParameters[] {
  const apex = sampleFaceParameters(key);
  return Array.from({ length: frames }, (_, frame) => ({
    ...apex,
    actionUnits: scaleActionUnits(apex.actionUnits, sequenceIntensity(frame, frames)),
    noiseSeed: (apex.noiseSeed + frames - 1 - frame) & 0x7fffffff,
  }));
}

/** How far the expression has come in frame `frame` (from 0) of `frames`: 0 neutral … 1 apex. */
export function sequenceIntensity(frame: number, frames: number): number {
  return frame / (frames - 1);
}

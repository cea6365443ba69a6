import { createRandom, InvalidConfigurationError, type PixelImage } from '@mien/core';
import sharp from 'sharp';
import type { ActionUnitIntensities } from './action-units.js';
import type { Background } from './background.js';
import { createBody, createEar } from './body.js';
import { createBrowMap } from './brows.js';
import { Camera, type HeadPose } from './camera.js';
import type { Gaze } from './eyes.js';
import { createFaceGeometry } from './face-geometry.js';
import { createGlasses } from './glasses.js';
import { createHair, createKnot, hairEdgeTable } from './hair.js';
import { createHeadMesh } from './head-mesh.js';
import { headRow, sectionAtHeight } from './head-surface.js';
import { projectLandmarks } from './landmarks.js';
import { type Light, lightDirection } from './light.js';
import type { Mesh } from './mesh.js';
import type { Person } from './person.js';
import { SurfaceBuffer } from './rasterizer.js';
import { shade } from './shading.js';
import { createWrinkleMap } from './wrinkles.js';

/** Everything that a picture of a face depends on: the same parameters give the same pixels. */
export interface FaceParameters {
  readonly person: Person;
  readonly actionUnits: ActionUnitIntensities;
  /** −1..1: which side of the face moves more. */
  readonly asymmetry: number;
  readonly gaze: Gaze;
  readonly pose: HeadPose;
  readonly light: Light;
  readonly background: Background;
  /** Size and place of the face in the picture: 1 and 0, 0 are those of KDEF; shifts in face units. */
  readonly zoom: number;
  readonly shiftX: number;
  readonly shiftY: number;
  /** Standard deviation of the lens blur in pixels of a 562-pixel-wide picture; of the sensor noise in grey levels. */
  readonly blur: number;
  readonly noise: number;
  readonly noiseSeed: number;
  /** Pixels; KDEF's pictures are 562 × 762. */
  readonly width: number;
  readonly height: number;
}

export const KDEF_SIZE = { width: 562, height: 762 } as const;
/** Pixels per face unit, and the middle between the eyes, as shares of the picture's height and width. */
const SCALE = 0.262;
const EYES_X = 0.5;
const EYES_Y = 0.45;

/** The camera of a picture: from face coordinates to its pixels. */
function createCamera(parameters: FaceParameters, oversampling = 1): Camera {
  const width = parameters.width * oversampling;
  const height = parameters.height * oversampling;
  const scale = SCALE * parameters.zoom * height;
  return new Camera(parameters.pose, scale, [
    EYES_X * width + parameters.shiftX * scale,
    EYES_Y * height - parameters.shiftY * scale,
  ]);
}

/** Where the 68 landmarks (iBUG 300-W order) of the face lie in its picture, in pixels: exact, because the face is a model. */
export function locateLandmarks(parameters: FaceParameters): (readonly [number, number])[] {
  const face = createFaceGeometry(parameters.person, parameters.actionUnits, parameters.asymmetry);
  return projectLandmarks(face, createCamera(parameters));
}

/**
 * Draws a face: a three-dimensional head whose surface and paint follow from the person and the action units, seen
 * from any side, lit by one lamp, with blur and noise. RGB, `width × height`.
 * @throws {InvalidConfigurationError} when the size is not a whole number from 16 to 4096.
 */
export async function renderFace(parameters: FaceParameters): Promise<PixelImage> {
  const { width, height } = parameters;
  for (const length of [width, height]) {
    if (!Number.isInteger(length) || length < 16 || length > 4096) {
      throw new InvalidConfigurationError({
        expected: 'a picture size of 16 to 4096 whole pixels a side',
        found: `${width} × ${height}`,
        fix: 'give another width and height',
      });
    }
  }
  // Drawn larger and scaled down: smooth outlines at less than the cost of twice as large.
  const oversampling = 1.3;
  const drawnWidth = Math.round(width * oversampling);
  const drawnHeight = Math.round(height * oversampling);
  const pixels = drawFace(parameters, drawnWidth, drawnHeight, oversampling);
  let image = sharp(pixels, { raw: { width: drawnWidth, height: drawnHeight, channels: 3 } });
  const sigma = (parameters.blur * width * oversampling) / KDEF_SIZE.width;
  if (sigma >= 0.3) image = image.blur(sigma);
  const { data } = await image
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  addNoise(new Uint8ClampedArray(data.buffer, data.byteOffset, data.length), parameters.noise, parameters.noiseSeed);
  return { width, height, channels: 3, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
}

/** Kept from picture to picture, because drawing is synchronous and a fresh one costs more than clearing. */
let kept: SurfaceBuffer | undefined;

function surfaceBuffer(width: number, height: number): SurfaceBuffer {
  if (kept?.width === width && kept.height === height) kept.clear();
  else kept = new SurfaceBuffer(width, height);
  return kept;
}

interface PersonMeshes {
  /** Ears and hair, which no expression moves. */
  readonly rigid: readonly Mesh[];
  readonly body: Mesh;
  readonly hairEdges: Float32Array;
}

const meshesOf = new WeakMap<Person, PersonMeshes>();

/** What is the same in every picture of a person, made once. */
function personMeshes(person: Person): PersonMeshes {
  const known = meshesOf.get(person);
  if (known) return known;
  const rigid = [createHair(person), ...createGlasses(person)];
  if (person.hairStyle === 'tied') rigid.push(createKnot(person));
  if (person.hairStyle !== 'long' && person.hairStyle !== 'bob') {
    const { width } = headRow(person, sectionAtHeight(person, -0.05));
    rigid.push(createEar(person, -1, width), createEar(person, 1, width));
  }
  const forehead = headRow(person, sectionAtHeight(person, 0.5)).width;
  const meshes = { rigid, body: createBody(person), hairEdges: hairEdgeTable(person, forehead) };
  meshesOf.set(person, meshes);
  return meshes;
}

function drawFace(parameters: FaceParameters, width: number, height: number, oversampling: number): Uint8Array {
  const { person } = parameters;
  const face = createFaceGeometry(person, parameters.actionUnits, parameters.asymmetry);
  const camera = createCamera(parameters, oversampling);
  const buffer = surfaceBuffer(width, height);
  const { rigid, body, hairEdges } = personMeshes(person);
  buffer.draw(createHeadMesh(face, Math.max(0.015, 2.4 / camera.scale)), camera);
  for (const mesh of rigid) buffer.draw(mesh, camera);
  // The body turns with the head but does not nod or tip.
  const upright = createCamera({ ...parameters, pose: { yaw: parameters.pose.yaw, pitch: 0, roll: 0 } }, oversampling);
  buffer.draw(body, upright);
  const [lightX, lightY] = lightDirection(parameters.light);
  const context = {
    face,
    wrinkles: createWrinkleMap(face),
    brows: createBrowMap(face),
    hairEdges,
    gaze: parameters.gaze,
    lightX,
    lightY,
    soft: 1 / camera.scale,
  };
  return shade(buffer, camera, context, parameters.light, parameters.background);
}

/** Adds sensor noise: the sum of two uniform numbers from a small generator; grey, with a little colour. */
function addNoise(data: Uint8ClampedArray, deviation: number, seed: number): void {
  if (deviation <= 0) return;
  let state = createRandom(seed, 'noise').integer(1, 0x7fffffff);
  const factor = (deviation * Math.sqrt(6)) / 0x1000000;
  const tinting = deviation / 255;
  for (let index = 0; index < data.length; index += 3) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const first = state >>> 8;
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const grey = (first + (state >>> 8) - 0x1000000) * factor;
    const tint = (((state >>> 4) & 255) - 127.5) * tinting;
    data[index] += grey - tint;
    data[index + 1] += grey;
    data[index + 2] += grey + tint;
  }
}

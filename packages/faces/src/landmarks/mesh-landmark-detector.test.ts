import { readFileSync } from 'node:fs';
import { InvalidImageError, type PixelImage } from '@mien/core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  alignmentOf,
  createCnnDetector,
  createHaarDetector,
  createLandmarkDetector,
  type FaceDetector,
  type LandmarkDetector,
} from '../index.js';
import { readAstronaut, toGrey, turned } from '../testing/pictures.js';

/** Generated faces, whose landmarks are known; `fixtures/make-generated-faces.mjs` draws them: four from the front, one half left. */
const { size, landmarks: truths } = JSON.parse(
  readFileSync(new URL('../fixtures/generated-faces.json', import.meta.url), 'utf8'),
) as { size: { width: number; height: number }; landmarks: [number, number][][] };

let detector: FaceDetector;
let locator: LandmarkDetector;
const faces: PixelImage[] = [];

beforeAll(async () => {
  detector = await createCnnDetector();
  locator = await createLandmarkDetector();
  const row = sharp(new URL('../fixtures/generated-faces.webp', import.meta.url).pathname);
  for (const index of truths.keys()) {
    const data = await row
      .clone()
      .extract({ left: index * size.width, top: 0, ...size })
      .raw()
      .toBuffer();
    faces.push({ ...size, channels: 3, data });
  }
});

afterAll(() => {
  detector.dispose();
  locator.dispose();
});

function distance([x, y]: readonly [number, number], [otherX, otherY]: readonly [number, number]): number {
  return Math.hypot(x - otherX, y - otherY);
}

/** Mean distance of points from..to of the truth, in distances between the outer corners of the eyes. */
function errorOf(
  points: readonly [number, number][],
  truth: readonly [number, number][],
  from: number,
  to: number,
): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum += distance(points[at], truth[at]);
  return sum / (to - from) / distance(truth[36], truth[45]);
}

describe('68 landmarks', () => {
  test.each([0, 1, 2, 3])('are where generated face %d has them', async (index) => {
    const [face] = await detector.detect(faces[index], { bestOnly: true });
    const { landmarks, presence } = await locator.locate(faces[index], face);
    expect(landmarks.scheme).toBe('ibug-68');
    expect(landmarks.points).toHaveLength(68);
    expect(presence).toBeGreaterThan(0.9);
    const error = (from: number, to: number) => errorOf(landmarks.points, truths[index], from, to);
    expect(error(0, 17), 'jaw').toBeLessThan(0.09);
    expect(error(17, 27), 'brows').toBeLessThan(0.09);
    expect(error(27, 36), 'nose').toBeLessThan(0.045);
    expect(error(36, 48), 'eyes').toBeLessThan(0.035);
    expect(error(48, 68), 'mouth').toBeLessThan(0.05);
  });

  test('follow a head turned by 45°', async () => {
    const [face] = await detector.detect(faces[4], { bestOnly: true });
    const { landmarks } = await locator.locate(faces[4], face);
    expect(errorOf(landmarks.points, truths[4], 17, 68)).toBeLessThan(0.13);
  });

  test('are nearly the same whichever detector found the face', async () => {
    const haar = await createHaarDetector();
    const [cascades] = await haar.detect(faces[0], { bestOnly: true });
    const [cnn] = await detector.detect(faces[0], { bestOnly: true });
    const [one, other] = [await locator.locate(faces[0], cascades), await locator.locate(faces[0], cnn)];
    expect(errorOf(one.landmarks.points, other.landmarks.points, 0, 68)).toBeLessThan(0.03);
    haar.dispose();
  });

  test('turn with a photograph, and are the same in grey and at twice the size', async () => {
    const astronaut = await readAstronaut();
    const at = async (image: PixelImage) => (await locator.locate(image, (await detector.detect(image))[0])).landmarks;
    const upright = await at(astronaut);
    const tilted = await at(await turned(astronaut, 25));
    const [from, to] = [alignmentOf(upright), alignmentOf(tilted)];
    expect(Math.abs(((to.angle - from.angle) * 180) / Math.PI - 25)).toBeLessThan(1.5);
    expect(to.interOcular / from.interOcular).toBeCloseTo(1, 1);
    // Pupils, read off the picture.
    expect(distance(from.rightEye, [57, 73])).toBeLessThan(3);
    expect(distance(from.leftEye, [104, 74])).toBeLessThan(3);
    expect(errorOf((await at(await toGrey(astronaut))).points, upright.points, 0, 68)).toBeLessThan(0.03);
    const twice = (await at(await readAstronaut(320))).points.map(([x, y]): [number, number] => [x / 2, y / 2]);
    expect(errorOf(twice, upright.points, 0, 68)).toBeLessThan(0.03);
  });

  test('of a box without a face come with little presence', async () => {
    const { width, height } = faces[0];
    const flat = { width, height, channels: 3, data: new Uint8Array(width * height * 3).fill(120) } as const;
    const { presence } = await locator.locate(flat, { box: { x: 30, y: 30, width: 80, height: 80 } });
    expect(presence).toBeLessThan(0.5);
  });
});

test('a picture whose bytes do not fit its shape is refused, and so is work after the end', async () => {
  const short = await createLandmarkDetector();
  const box = { x: 0, y: 0, width: 5, height: 5 };
  const broken = { width: 10, height: 10, channels: 3, data: new Uint8Array(100) } as const;
  await expect(short.locate(broken, { box })).rejects.toThrow(InvalidImageError);
  short.dispose();
  await expect(short.locate(faces[0], { box })).rejects.toThrow(/disposed/);
});

import { EMOTIONS, InvalidConfigurationError, type PixelImage } from '@mien/core';
import { expect, test } from 'vitest';
import { Camera } from './camera.js';
import { createFaceGeometry } from './face-geometry.js';
import { createHeadMesh } from './head-mesh.js';
import { createPerson } from './person.js';
import { type FaceParameters, locateLandmarks, renderFace } from './render.js';
import { sampleFaceParameters } from './sample-parameters.js';

const person = { ...createPerson(3, 'female', 1), skin: [0.75, 0.5, 0.38] } as const;
const size = { width: 105, height: 143 };
const straight: FaceParameters = {
  ...sampleFaceParameters({ seed: 3, person, session: 'A', emotion: 'neutral', angle: 'S', size }),
  actionUnits: {},
  asymmetry: 0,
  gaze: { x: 0, y: 0 },
  pose: { yaw: 0, pitch: 0, roll: 0 },
  light: { azimuth: 0.3, elevation: 0.6, key: 0.8, ambient: 0.45, warmth: 0 },
  zoom: 1,
  shiftX: 0,
  shiftY: 0,
  blur: 0,
  noise: 0,
};

function difference(first: PixelImage, second: PixelImage): number {
  let sum = 0;
  for (let index = 0; index < first.data.length; index++) sum += Math.abs(first.data[index] - second.data[index]);
  return sum / first.data.length;
}

/** Mean grey of a disc around a point, with `radius` in pixels. */
function greyAround(image: PixelImage, [x, y]: readonly [number, number], radius: number): number {
  let sum = 0;
  let count = 0;
  for (let row = Math.ceil(y - radius); row <= y + radius; row++) {
    for (let column = Math.ceil(x - radius); column <= x + radius; column++) {
      const index = (row * image.width + column) * 3;
      sum += image.data[index] + image.data[index + 1] + image.data[index + 2];
      count += 3;
    }
  }
  return sum / count;
}

test('the picture is a pure function of its parameters', async () => {
  const noisy = { ...straight, noise: 3, blur: 1 };
  const first = await renderFace(noisy);
  await renderFace({ ...noisy, width: 60, height: 80 });
  await renderFace({ ...noisy, person: createPerson(4, 'male', 1) });
  const again = await renderFace(noisy);
  expect(first).toMatchObject({ width: 105, height: 143, channels: 3 });
  expect(first.data.length).toBe(105 * 143 * 3);
  expect(Buffer.compare(first.data, again.data)).toBe(0);
  const otherNoise = await renderFace({ ...noisy, noiseSeed: noisy.noiseSeed + 1 });
  expect(difference(first, otherNoise)).toBeGreaterThan(1);
});

test('every expression, angle and light changes the picture', async () => {
  const base = await renderFace(straight);
  for (const emotion of EMOTIONS.filter((name) => name !== 'neutral')) {
    const { actionUnits } = sampleFaceParameters({ seed: 3, person, session: 'A', emotion, angle: 'S', size });
    expect(difference(base, await renderFace({ ...straight, actionUnits })), emotion).toBeGreaterThan(0.3);
  }
  const turned = await renderFace({ ...straight, pose: { yaw: 0.8, pitch: 0, roll: 0 } });
  expect(difference(base, turned)).toBeGreaterThan(5);
  const lit = await renderFace({ ...straight, light: { ...straight.light, azimuth: -0.8 } });
  expect(difference(base, lit)).toBeGreaterThan(1);
});

test('light from one side brightens that cheek', async () => {
  const fromRight = await renderFace({ ...straight, light: { ...straight.light, azimuth: 0.9 } });
  const points = locateLandmarks(straight);
  // Cheeks: half way between the nose's wing and the jaw.
  const cheek = (nose: number, jaw: number): readonly [number, number] => [
    (points[nose][0] + points[jaw][0]) / 2,
    (points[nose][1] + points[jaw][1]) / 2,
  ];
  expect(greyAround(fromRight, cheek(35, 14), 3)).toBeGreaterThan(greyAround(fromRight, cheek(31, 2), 3) + 10);
});

test('the landmarks lie on what is drawn: pupils and brows are darker than the cheeks', async () => {
  const image = await renderFace(straight);
  const points = locateLandmarks(straight);
  const middle = (indices: readonly number[]): readonly [number, number] => [
    indices.reduce((sum, index) => sum + points[index][0], 0) / indices.length,
    indices.reduce((sum, index) => sum + points[index][1], 0) / indices.length,
  ];
  const cheek = greyAround(image, middle([35, 14]), 3);
  expect(greyAround(image, middle([36, 37, 38, 39, 40, 41]), 1.5)).toBeLessThan(cheek - 30);
  expect(greyAround(image, middle([42, 43, 44, 45, 46, 47]), 1.5)).toBeLessThan(cheek - 30);
  expect(greyAround(image, middle([19]), 1)).toBeLessThan(cheek - 15);
});

test('a head turned the other way is the mirror image: outline, and the depth-correct order of points', () => {
  const mesh = createHeadMesh(createFaceGeometry(person, { AU26: 0.6 }));
  const outline = (yaw: number): number[][] => {
    const points = new Camera({ yaw, pitch: 0, roll: 0 }, 100, [150, 200]).projectMesh(mesh);
    const rows = new Map<number, [number, number]>();
    for (let index = 0; index < mesh.positions.length; index += 3) {
      const row = Math.round(points[index + 1]);
      const range = rows.get(row) ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      rows.set(row, [Math.min(range[0], points[index]), Math.max(range[1], points[index])]);
    }
    return [...rows.entries()].sort((a, b) => a[0] - b[0]).map(([row, [low, high]]) => [row, low, high]);
  };
  for (const yaw of [0.4, Math.PI / 4, Math.PI / 2]) {
    const right = outline(yaw);
    const left = outline(-yaw);
    expect(left.length).toBe(right.length);
    for (let index = 0; index < left.length; index++) {
      expect(left[index][1]).toBeCloseTo(300 - right[index][2], 1);
      expect(left[index][2]).toBeCloseTo(300 - right[index][1], 1);
    }
  }
});

test('left angles point the nose to the image’s left, right angles to its right', () => {
  const noseOffset = (angle: 'FL' | 'HL' | 'S' | 'HR' | 'FR'): number => {
    const points = locateLandmarks(
      sampleFaceParameters({
        seed: 3,
        person,
        session: 'A',
        emotion: 'neutral',
        angle,
        size: { width: 562, height: 762 },
      }),
    );
    return points[30][0] - (points[0][0] + points[16][0]) / 2;
  };
  const offsets = (['FL', 'HL', 'S', 'HR', 'FR'] as const).map(noseOffset);
  expect([...offsets].sort((a, b) => a - b)).toEqual(offsets);
  expect(Math.abs(offsets[2])).toBeLessThan(40);
  expect(offsets[0]).toBeLessThan(-100);
  expect(offsets[4]).toBeGreaterThan(100);
});

test('a size that cannot be drawn is refused', async () => {
  for (const width of [0, 10.5, 30_000, Number.NaN]) {
    await expect(renderFace({ ...straight, width })).rejects.toThrow(InvalidConfigurationError);
  }
});

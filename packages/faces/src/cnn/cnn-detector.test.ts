import { readFileSync } from 'node:fs';
import { InvalidConfigurationError, InvalidImageError, type Landmarks, type PixelImage } from '@mien/core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  alignmentOf,
  createCnnDetector,
  createFaceDetector,
  detectorOptionsSchema,
  type FaceDetector,
} from '../index.js';
import { placed, readAstronaut, toGrey, turned } from '../testing/pictures.js';

let astronaut: PixelImage;
let detector: FaceDetector;

beforeAll(async () => {
  astronaut = await readAstronaut();
  detector = await createCnnDetector();
});

describe('the CNN detector', () => {
  test('finds the one face, its eyes, nose and mouth', async () => {
    const faces = await detector.detect(astronaut);
    expect(faces).toHaveLength(1);
    const [{ box, score, landmarks }] = faces;
    expect(score).toBeGreaterThan(0.7);
    expect(landmarks?.scheme).toBe('blazeface-6');
    // Read off the picture: pupils, the tip of the nose, the mouth's middle.
    const marks = [
      [57, 73],
      [104, 74],
      [79, 96],
      [80, 114],
    ];
    marks.forEach(([x, y], index) => {
      const [foundX, foundY] = landmarks?.points[index] ?? [Number.NaN, Number.NaN];
      expect(Math.hypot(foundX - x, foundY - y), `point ${index}`).toBeLessThan(7);
      expect(x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height).toBe(true);
    });
    expect(box.width).toBeLessThan(120);
  });

  test('finds nothing where nothing is, also in a picture of one pixel', async () => {
    const flat = { width: 200, height: 120, channels: 1, data: new Uint8Array(200 * 120).fill(90) } as const;
    const tiny = { width: 1, height: 1, channels: 1, data: Uint8Array.of(7) } as const;
    const narrow = { width: 2000, height: 1, channels: 3, data: new Uint8Array(6000).fill(7) } as const;
    for (const image of [flat, tiny, narrow]) expect(await detector.detect(image)).toEqual([]);
  });

  test('finds a face that fills the picture from brow to chin, and one turned by 30°', async () => {
    const side = 80;
    const data = new Uint8Array(side * side * 3);
    for (let y = 0; y < side; y++)
      data.set(astronaut.data.subarray(((50 + y) * 160 + 40) * 3, ((50 + y) * 160 + 40 + side) * 3), y * side * 3);
    expect(await detector.detect({ width: side, height: side, channels: 3, data })).toHaveLength(1);
    const [face] = await detector.detect(await turned(astronaut, 30));
    const { angle } = alignmentOf(face.landmarks as Landmarks);
    expect(Math.abs((angle * 180) / Math.PI - 30)).toBeLessThan(8);
  });

  test('gives boxes in pixels of the picture, which move with the face', async () => {
    const [{ box: near }] = await detector.detect(placed(astronaut, [[20, 10]], 400, 300));
    const [{ box: far }] = await detector.detect(placed(astronaut, [[220, 110]], 400, 300));
    expect(Math.abs(far.x - near.x - 200)).toBeLessThan(6);
    expect(Math.abs(far.y - near.y - 100)).toBeLessThan(6);
    expect(Math.abs(far.width - near.width)).toBeLessThan(8);
  });

  test('finds several, best first; the best alone is the first of them', async () => {
    const two = placed(
      astronaut,
      [
        [0, 0],
        [250, 30],
      ],
      420,
      200,
    );
    const faces = await detector.detect(two);
    expect(faces).toHaveLength(2);
    expect(faces[0].score).toBeGreaterThanOrEqual(faces[1].score);
    expect(await detector.detect(two, { bestOnly: true })).toEqual([faces[0]]);
    // Calls may overlap.
    expect(await Promise.all([detector.detect(two), detector.detect(astronaut), detector.detect(two)])).toMatchObject([
      faces,
      [{}],
      faces,
    ]);
  });

  test('finds small faces at a larger size, which takes no part of a large face for another', async () => {
    const small = await readAstronaut(40);
    const group = placed(
      small,
      [
        [100, 100],
        [400, 300],
      ],
      640,
      480,
    );
    expect(await detector.detect(group)).toEqual([]);
    const thorough = await createFaceDetector({ type: 'cnn', inputSizes: [192, 512] });
    expect(await thorough.detect(group)).toHaveLength(2);
    expect(await thorough.detect(astronaut)).toHaveLength(1);
    thorough.dispose();
  });

  test('looks twice at doubtful faces, and only at these', async () => {
    const asked: string[] = [];
    const assets = async (path: string) => {
      asked.push(path);
      return readFileSync(new URL(`../../dist/${path}`, import.meta.url));
    };
    // 40 pixels are few: the first network is not sure, and the second gives 0.78.
    const doubtful = placed(await readAstronaut(40), [[100, 100]], 400, 300);
    const scores = async (minPresence: number, image: PixelImage) => {
      const one = await createCnnDetector({ minPresence }, { assets });
      const found = await one.detect(image);
      one.dispose();
      return found.map(({ score }) => score);
    };
    expect(await scores(1, astronaut)).toHaveLength(1);
    const [score] = await scores(0, doubtful);
    expect(score).toBeLessThan(0.8);
    expect(asked).toEqual(Array(2).fill('models/blazeface-back.onnx'));
    expect(await scores(0.1, doubtful)).toEqual([score]);
    expect(await scores(1, doubtful)).toEqual([]);
    expect(asked.slice(2).sort()).toEqual([
      ...Array(2).fill('models/blazeface-back.onnx'),
      ...Array(2).fill('models/facemesh.onnx'),
    ]);
  });

  test('finds the same in grey', async () => {
    const [grey] = await detector.detect(await toGrey(astronaut));
    const [colour] = await detector.detect(astronaut);
    expect(Math.abs(grey.box.x - colour.box.x)).toBeLessThan(5);
    expect(Math.abs(grey.box.width - colour.box.width)).toBeLessThan(8);
  });
});

describe('options', () => {
  test.each([
    [{ inputSizes: [] }, /inputSizes/],
    [{ inputSizes: [200] }, /inputSizes.0/],
    [{ minScore: 2 }, /minScore/],
    [{ passes: [] }, /passes/],
  ])('%j are refused by name', async (options, message) => {
    const failure = createCnnDetector(options as never);
    await expect(failure).rejects.toThrow(InvalidConfigurationError);
    await expect(failure).rejects.toThrow(message);
    await expect(createFaceDetector({ type: 'cnn', ...options } as never)).rejects.toThrow(message);
  });

  test('of either detector are one choice; without a type they are the cascade’s, as before there was one', () => {
    expect(detectorOptionsSchema.parse({})).toMatchObject({ searchSize: 1024 });
    expect(detectorOptionsSchema.parse({})).not.toHaveProperty('type');
    expect(detectorOptionsSchema.parse({ type: 'haar', overlap: 0.5 })).toMatchObject({ type: 'haar', overlap: 0.5 });
    const cnn = detectorOptionsSchema.parse({ type: 'cnn' });
    expect(cnn).toEqual({
      type: 'cnn',
      network: 'blazeface-back',
      inputSizes: [192],
      minScore: 0.4,
      minPresence: 0.1,
      overlap: 0.3,
      border: 0.1,
    });
    expect(detectorOptionsSchema.parse(JSON.parse(JSON.stringify(cnn)))).toEqual(cnn);
    expect(detectorOptionsSchema.safeParse({ type: 'other' }).success).toBe(false);
  });
});

test('a picture whose bytes do not fit its shape is refused, and so is work after the end', async () => {
  const short = await createCnnDetector();
  await expect(short.detect({ width: 10, height: 10, channels: 3, data: new Uint8Array(100) })).rejects.toThrow(
    InvalidImageError,
  );
  short.dispose();
  short.dispose();
  await expect(short.detect(astronaut)).rejects.toThrow(/disposed/);
});

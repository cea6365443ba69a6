import type { PixelImage } from '@mien/core';
import { InvalidConfigurationError, InvalidImageError } from '@mien/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createHaarDetector, haarOptionsSchema } from '../index.js';
import { placed, readAstronaut, toGrey } from '../testing/pictures.js';
import { loadOpenCv } from './opencv.js';

let astronaut: PixelImage;

beforeAll(async () => {
  astronaut = await readAstronaut();
});

describe('the default recipe', () => {
  test('finds the one face, its box round the eyes and mouth', async () => {
    const detector = await createHaarDetector();
    const faces = await detector.detect(astronaut);
    expect(faces).toHaveLength(1);
    const { box, score } = faces[0];
    // Read off the picture: pupils at (57, 73) and (104, 74), the mouth's middle at (80, 114).
    expect(box.x).toBeLessThan(50);
    expect(box.x + box.width).toBeGreaterThan(111);
    expect(box.y).toBeLessThan(62);
    expect(box.y + box.height).toBeGreaterThan(120);
    expect(box.width).toBeLessThan(130);
    expect(box.width).toBe(box.height);
    expect(score).toBeGreaterThan(0);
    detector.dispose();
    await expect(detector.detect(astronaut)).rejects.toThrow(/disposed/);
  });

  test('finds nothing where nothing is', async () => {
    const detector = await createHaarDetector();
    const flat = { width: 200, height: 120, channels: 1, data: new Uint8Array(200 * 120).fill(90) } as const;
    const tiny = { width: 1, height: 1, channels: 1, data: Uint8Array.of(7) } as const;
    expect(await detector.detect(flat)).toEqual([]);
    expect(await detector.detect(tiny)).toEqual([]);
  });

  test('finds a tight crop only by its border, and gives the box in the picture’s own pixels', async () => {
    const [{ box }] = await (await createHaarDetector()).detect(astronaut);
    // From the brows to the chin, as sets of aligned faces are cut.
    const margin = box.width * 0.16;
    const [left, top, side] = [box.x + margin, box.y + margin, box.width - 2 * margin].map(Math.round);
    const data = new Uint8Array(side * side * 3);
    for (let y = 0; y < side; y++) {
      const from = ((top + y) * 160 + left) * 3;
      data.set(astronaut.data.subarray(from, from + side * 3), y * side * 3);
    }
    const crop: PixelImage = { width: side, height: side, channels: 3, data };
    const bare = await createHaarDetector({ passes: [{ cascade: 'frontalface-alt2', minNeighbours: 3 }] });
    expect(await bare.detect(crop)).toEqual([]);
    const [found] = await (await createHaarDetector()).detect(crop);
    expect(found.box.x).toBeLessThan(0);
    expect(Math.abs(found.box.x + margin)).toBeLessThan(12);
    expect(Math.abs(found.box.y + margin)).toBeLessThan(12);
    expect(Math.abs(found.box.width - box.width)).toBeLessThan(16);
  });
});

describe('boxes', () => {
  test('move with the face and are in pixels of the picture given, also when it is searched at a smaller size', async () => {
    const detector = await createHaarDetector();
    const [{ box: near }] = await detector.detect(placed(astronaut, [[20, 10]], 400, 300));
    const [{ box: far }] = await detector.detect(placed(astronaut, [[220, 110]], 400, 300));
    expect(Math.abs(far.x - near.x - 200)).toBeLessThanOrEqual(6);
    expect(Math.abs(far.y - near.y - 100)).toBeLessThanOrEqual(6);
    const smaller = await createHaarDetector({ searchSize: 200 });
    const [{ box: coarse }] = await smaller.detect(placed(astronaut, [[220, 110]], 400, 300));
    expect(Math.abs(coarse.x - far.x)).toBeLessThan(15);
    expect(Math.abs(coarse.width - far.width)).toBeLessThan(25);
  });

  test('two faces are two boxes; the best alone is the first of them', async () => {
    const two = placed(
      astronaut,
      [
        [0, 0],
        [250, 0],
      ],
      420,
      160,
    );
    const detector = await createHaarDetector();
    const faces = await detector.detect(two);
    expect(faces).toHaveLength(2);
    expect(faces[0].score).toBeGreaterThanOrEqual(faces[1].score);
    expect(await detector.detect(two, { bestOnly: true })).toEqual([faces[0]]);
  });

  test('grey and colour pictures give the same faces', async () => {
    const detector = await createHaarDetector();
    const [grey] = await detector.detect(await toGrey(astronaut));
    const [colour] = await detector.detect(astronaut);
    expect(Math.abs(grey.box.x - colour.box.x)).toBeLessThan(8);
    expect(Math.abs(grey.box.width - colour.box.width)).toBeLessThan(12);
  });
});

describe('mistakes', () => {
  test.each([
    [{ passes: [] }, /passes/],
    [{ passes: [{ cascade: 'frontalface' }] }, /passes.0.cascade/],
    [{ passes: [{ scaleFactor: 1 }] }, /passes.0.scaleFactor/],
    [{ scalefactor: 1.1 }, /scalefactor/],
  ])('options %j are refused by name', async (options, message) => {
    const failure = createHaarDetector(options as never);
    await expect(failure).rejects.toThrow(InvalidConfigurationError);
    await expect(failure).rejects.toThrow(message);
  });

  test('a picture whose bytes do not fit its shape is refused', async () => {
    const detector = await createHaarDetector();
    const failure = detector.detect({ width: 10, height: 10, channels: 3, data: new Uint8Array(100) });
    await expect(failure).rejects.toThrow(InvalidImageError);
  });

  test('defaults are written out by the schema, so that a card carries them', () => {
    const options = haarOptionsSchema.parse({});
    expect(options.passes).toHaveLength(4);
    expect(haarOptionsSchema.parse(JSON.parse(JSON.stringify(options)))).toEqual(options);
  });
});

test('OpenCV’s memory does not grow over 200 detections, and it leaves the process’s error handling alone', async () => {
  const { cv } = await loadOpenCv();
  expect(process.listeners('unhandledRejection').map(String).join()).not.toContain('abort');
  const detector = await createHaarDetector({ passes: [{ padding: 60, equalise: true, minSize: 0.4 }] });
  await detector.detect(astronaut);
  // A block of this size is given the same address again and again as long as nothing is left behind.
  const address = () => {
    const mat = new cv.Mat(1000, 1000, cv.CV_8UC1);
    const { byteOffset } = mat.data;
    mat.delete();
    return byteOffset;
  };
  const before = { bytes: cv.HEAPU8.length, address: address() };
  for (let turn = 0; turn < 200; turn++) await detector.detect(astronaut);
  expect({ bytes: cv.HEAPU8.length, address: address() }).toEqual(before);
});

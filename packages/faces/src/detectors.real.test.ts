import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Box, PixelImage } from '@mien/core';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { alignmentOf, createFaceDetector, createLandmarkDetector } from './index.js';

type FaceDetectorType = 'haar' | 'cnn';

/** The folder of real pictures (KDEF, SFEW, JAFFE, photographs), which cannot be shipped; without it these tests are skipped. */
const root = process.env.MIEN_REAL_DATA;

async function read(path: string): Promise<PixelImage> {
  const { data, info } = await sharp(path)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: info.channels as 1 | 3, data };
}

function pictures(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(png|jpe?g|tiff)$/i.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}

/** Whether a box is the face in the middle of a portrait. */
function isCentral({ x, y, width, height }: Box, image: PixelImage): boolean {
  const [centreX, centreY] = [image.width * 0.5, image.height * 0.55];
  return x < centreX && x + width > centreX && y < centreY && y + height > centreY && width > image.width * 0.3;
}

/** Tips of the noses in multi_face.jpg, read off it: the man with sunglasses, two in the middle, two in front. */
const NOSES = [
  [266, 122],
  [368, 300],
  [479, 262],
  [575, 375],
  [733, 358],
];

describe.skipIf(!root).each<FaceDetectorType>(['haar', 'cnn'])(
  '%s on real pictures',
  { timeout: 1_800_000 },
  (type) => {
    const folder = (name: string) => join(root as string, name);

    test.each<[name: string, least: Record<FaceDetectorType, number>, most: Record<FaceDetectorType, number>]>([
      // Set, least share of pictures whose face is found, most boxes elsewhere a picture.
      ['photos/kdef-colour', { haar: 0.99, cnn: 0.99 }, { haar: 0.01, cnn: 0.01 }],
      ['kdef', { haar: 0.99, cnn: 0.99 }, { haar: 0.01, cnn: 0.01 }],
      ['sfew/Train', { haar: 0.69, cnn: 0.96 }, { haar: 0.1, cnn: 0.01 }],
      ['jaffe', { haar: 0.99, cnn: 0.99 }, { haar: 0.01, cnn: 0.01 }],
    ])('%s', async (name, least, most) => {
      const detector = await createFaceDetector({ type });
      const files = pictures(folder(name));
      let hits = 0;
      let elsewhere = 0;
      let milliseconds = 0;
      for (const file of files) {
        const image = await read(file);
        const start = performance.now();
        const faces = await detector.detect(image);
        milliseconds += performance.now() - start;
        const central = faces.findIndex(({ box }) => isCentral(box, image));
        if (central === 0) hits++;
        elsewhere += faces.length - (central >= 0 ? 1 : 0);
      }
      const each = (milliseconds / files.length).toFixed(1);
      process.stdout.write(
        `${type}, ${name}: ${hits} of ${files.length}, ${elsewhere} boxes elsewhere, ${each} ms a picture\n`,
      );
      expect(hits / files.length).toBeGreaterThanOrEqual(least[type]);
      expect(elsewhere / files.length).toBeLessThanOrEqual(most[type]);
    });

    test('the five people of multi_face.jpg and nobody else', async () => {
      const faces = await (await createFaceDetector({ type })).detect(await read(folder('photos/multi_face.jpg')));
      expect(faces).toHaveLength(NOSES.length);
      for (const [x, y] of NOSES) {
        const around = faces.filter(({ box }) => {
          const [dx, dy] = [x - box.x - box.width / 2, y - box.y - box.height / 2];
          return Math.hypot(dx, dy) < box.width * 0.3 && box.width > 70 && box.width < 180;
        });
        expect(around, `the face at ${x}, ${y}`).toHaveLength(1);
      }
    });

    test('the one face of astronaut.png', async () => {
      const faces = await (await createFaceDetector({ type })).detect(await read(folder('photos/astronaut.png')));
      expect(faces).toHaveLength(1);
    });
  },
);

describe.skipIf(!root)('landmarks on real pictures', { timeout: 1_800_000 }, () => {
  test.each(['photos/kdef-colour', 'jaffe', 'sfew/Train'])(
    '%s: two networks agree where the eyes are',
    async (name) => {
      const [detector, locator] = [await createFaceDetector({ type: 'cnn' }), await createLandmarkDetector()];
      const distances: number[] = [];
      let present = 0;
      for (const file of pictures(join(root as string, name))) {
        const image = await read(file);
        const [face] = await detector.detect(image, { bestOnly: true });
        if (!face?.landmarks) continue;
        const { landmarks, presence } = await locator.locate(image, face);
        const [mesh, blazeface] = [alignmentOf(landmarks), alignmentOf(face.landmarks)];
        if (presence > 0.5) present++;
        for (const eye of ['rightEye', 'leftEye'] as const) {
          const [dx, dy] = [mesh[eye][0] - blazeface[eye][0], mesh[eye][1] - blazeface[eye][1]];
          distances.push(Math.hypot(dx, dy) / mesh.interOcular);
        }
      }
      distances.sort((a, b) => a - b);
      const [median, worst] = [distances[distances.length >> 1], distances[Math.floor(0.95 * distances.length)]];
      const faces = distances.length / 2;
      process.stdout.write(
        `${name}: ${faces} faces, ${present} present, eyes ${median.toFixed(3)} apart (95 %: ${worst.toFixed(3)})\n`,
      );
      expect(present / faces).toBeGreaterThan(0.97);
      expect(median).toBeLessThan(0.1);
      expect(worst).toBeLessThan(0.2);
    },
  );
});

test.skipIf(!root)(
  "the CNN's boxes are a little smaller and lower than a cascade's",
  { timeout: 600_000 },
  async () => {
    const [haar, cnn] = [await createFaceDetector({ type: 'haar' }), await createFaceDetector({ type: 'cnn' })];
    const widths: number[] = [];
    const shifts: number[] = [];
    for (const file of pictures(join(root as string, 'photos/kdef-colour')).filter((_, index) => index % 5 === 0)) {
      const image = await read(file);
      const [[a], [b]] = [await cnn.detect(image, { bestOnly: true }), await haar.detect(image, { bestOnly: true })];
      widths.push(a.box.width / b.box.width);
      shifts.push((a.box.y + a.box.height / 2 - b.box.y - b.box.height / 2) / b.box.height);
    }
    const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
    const [width, shift] = [median(widths), median(shifts)];
    process.stdout.write(
      `boxes of the CNN: ${width.toFixed(2)} as wide, centre ${shift.toFixed(2)} of the height lower\n`,
    );
    expect(width).toBeGreaterThan(0.8);
    expect(width).toBeLessThan(1);
    expect(shift).toBeGreaterThan(0.05);
    expect(shift).toBeLessThan(0.15);
  },
);

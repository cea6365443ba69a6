import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Box, PixelImage } from '@mien/core';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createHaarDetector } from './index.js';

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

describe.skipIf(!root)('on real pictures', { timeout: 1_800_000 }, () => {
  const folder = (name: string) => join(root as string, name);

  test.each([
    // Set, least share of pictures whose face is found, most boxes elsewhere a picture.
    ['photos/kdef-colour', 0.99, 0.01],
    ['kdef', 0.99, 0.01],
    ['sfew/Train', 0.69, 0.1],
    ['jaffe', 0.99, 0.01],
  ])('%s: at least %d are found', async (name, least, most) => {
    const detector = await createHaarDetector();
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
    const each = (milliseconds / files.length).toFixed(0);
    process.stdout.write(`${name}: ${hits} of ${files.length}, ${elsewhere} boxes elsewhere, ${each} ms a picture\n`);
    expect(hits / files.length).toBeGreaterThanOrEqual(least);
    expect(elsewhere / files.length).toBeLessThanOrEqual(most);
  });

  test('the five people of multi_face.jpg and nobody else', async () => {
    const faces = await (await createHaarDetector()).detect(await read(folder('photos/multi_face.jpg')));
    // Tips of the noses, read off the picture: the man with sunglasses, two in the middle, two in front.
    const noses = [
      [266, 122],
      [368, 300],
      [479, 262],
      [575, 375],
      [733, 358],
    ];
    expect(faces).toHaveLength(noses.length);
    for (const [x, y] of noses) {
      const around = faces.filter(({ box }) => {
        const [dx, dy] = [x - box.x - box.width / 2, y - box.y - box.height / 2];
        return Math.hypot(dx, dy) < box.width * 0.3 && box.width > 80 && box.width < 180;
      });
      expect(around, `the face at ${x}, ${y}`).toHaveLength(1);
    }
  });

  test('the one face of astronaut.png', async () => {
    const faces = await (await createHaarDetector()).detect(await read(folder('photos/astronaut.png')));
    expect(faces).toHaveLength(1);
  });
});

import sharp from 'sharp';
import { expect, test } from 'vitest';
import { compressTo, drawGrainyPhoto } from './grainy-photo.js';

test('a photo has the size that was asked for, in pixels and nearly in bytes', async () => {
  const file = await compressTo(await drawGrainyPhoto({ seed: 1, faces: 2 }), 100_000);
  expect(await sharp(file).metadata()).toMatchObject({ format: 'jpeg', width: 640, height: 480 });
  expect(Math.abs(file.length - 100_000)).toBeLessThan(10_000);
});

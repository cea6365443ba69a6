import { existsSync } from 'node:fs';
import { InvalidConfigurationError, InvalidImageError, type PixelImage } from '@mien/core';
import { describe, expect, test } from 'vitest';
import { createFaceDetector, type DetectorOptionsInput } from '../index.js';
import { readAstronaut } from '../testing/pictures.js';
import { createFaceDetectorPool } from './index.js';

/** Threads run compiled code: `turbo run test` builds first; a bare vitest run in a fresh checkout skips. */
const built =
  existsSync(new URL('../../dist/node/detector-worker.js', import.meta.url)) &&
  existsSync(new URL('../../../core/dist/index.js', import.meta.url));

function pictures(): Promise<PixelImage[]> {
  return Promise.all([160, 200, 240, 280, 320].map(readAstronaut));
}

describe.skipIf(!built)('a pool', () => {
  const choices: DetectorOptionsInput[] = [{}, { type: 'cnn' }];

  test.each(choices)('of %j finds what one detector finds, each for its own picture', async (options) => {
    const images = await pictures();
    const pool = await createFaceDetectorPool(options, 2);
    const single = await createFaceDetector(options);
    const expected = [];
    for (const image of images) expected.push(await single.detect(image, { bestOnly: true }));
    expect(await Promise.all(images.map((image) => pool.detect(image, { bestOnly: true })))).toEqual(expected);
    expect(expected.every(({ length }) => length === 1)).toBe(true);
    pool.dispose();
  });

  test('refuses what one detector refuses, and work still waiting ends when it is disposed of', async () => {
    await expect(createFaceDetectorPool({ passes: [] }, 2)).rejects.toThrow(InvalidConfigurationError);
    const pool = await createFaceDetectorPool({}, 1);
    const broken = pool.detect({ width: 10, height: 10, channels: 3, data: new Uint8Array(10) });
    await expect(broken).rejects.toThrow(InvalidImageError);
    const [image] = await pictures();
    const results = Promise.allSettled([pool.detect(image), pool.detect(image)]);
    pool.dispose();
    expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(pool.detect(image)).rejects.toThrow(/disposed/);
  });
});

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidImageError, MissingInputError } from '@mien/core';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeImage } from './decode.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-decode-'));
});
afterAll(() => rm(folder, { recursive: true }));

const ORANGE = { r: 200, g: 100, b: 50 };

function plain(colour: { r: number; g: number; b: number; alpha?: number }, width = 8, height = 4): Sharp {
  const channels = colour.alpha === undefined ? 3 : 4;
  return sharp({ create: { width, height, channels, background: colour } });
}

/** 64×48 of noise: compresses badly, so that a cut loses something. */
function noise(): Sharp {
  const data = new Uint8Array(64 * 48 * 3);
  let state = 1;
  for (let index = 0; index < data.length; index++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    data[index] = state >> 16;
  }
  return sharp(data, { raw: { width: 64, height: 48, channels: 3 } });
}

describe('every kind of picture becomes 8-bit grey or sRGB', () => {
  test.each([
    ['8-bit PNG', () => plain(ORANGE).png(), 3, [200, 100, 50]],
    ['16-bit PNG', () => plain(ORANGE).toColourspace('rgb16').png(), 3, [200, 100, 50]],
    ['palette PNG', () => plain(ORANGE).png({ palette: true }), 3, [200, 100, 50]],
    ['lossless WebP', () => plain(ORANGE).webp({ lossless: true }), 3, [200, 100, 50]],
    ['TIFF', () => plain(ORANGE).tiff({ compression: 'lzw' }), 3, [200, 100, 50]],
    ['transparent', () => plain({ ...ORANGE, alpha: 0 }).png(), 3, [255, 255, 255]],
    [
      'half transparent, 16-bit',
      () =>
        plain({ ...ORANGE, alpha: 0.5 })
          .toColourspace('rgb16')
          .png(),
      3,
      [227, 177, 152],
    ],
    ['grey', () => plain({ r: 100, g: 100, b: 100 }).toColourspace('b-w').png(), 1, [100]],
    ['16-bit grey', () => plain({ r: 100, g: 100, b: 100 }).toColourspace('grey16').png(), 1, [100]],
    ['half transparent grey', () => plain({ r: 100, g: 100, b: 100, alpha: 0.5 }).toColourspace('b-w').png(), 1, [177]],
  ] as const)('%s', async (_, make, channels, pixel) => {
    const image = await decodeImage(await make().toBuffer());
    expect(image).toMatchObject({ width: 8, height: 4, channels });
    expect(image.data).toHaveLength(8 * 4 * channels);
    expect(image.data.constructor).toBe(Uint8Array);
    for (const [index, value] of pixel.entries()) expect(Math.abs(image.data[index] - value)).toBeLessThanOrEqual(1);
  });

  test('CMYK', async () => {
    const { channels, data } = await decodeImage(
      await plain({ r: 255, g: 0, b: 0 }).toColourspace('cmyk').jpeg().toBuffer(),
    );
    expect(channels).toBe(3);
    expect(data[0]).toBeGreaterThan(200);
    expect(data[1]).toBeLessThan(40);
  });

  test('an animation gives its first picture', async () => {
    const frames = [plain({ r: 255, g: 0, b: 0 }), plain({ r: 0, g: 0, b: 255 })].map((frame) =>
      frame.png().toBuffer(),
    );
    const gif = await sharp(await Promise.all(frames), { join: { animated: true } })
      .gif()
      .toBuffer();
    const image = await decodeImage(gif);
    expect(image).toMatchObject({ width: 8, height: 4 });
    expect([...image.data.subarray(0, 3)]).toEqual([255, 0, 0]);
  });

  test('the EXIF rotation is applied', async () => {
    // Left half black, right half white; orientation 6 is shown turned clockwise: black on top.
    const data = Uint8Array.from({ length: 16 * 8 }, (_, index) => (index % 16 < 8 ? 0 : 255));
    const jpeg = await sharp(data, { raw: { width: 16, height: 8, channels: 1 } })
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100 })
      .toBuffer();
    const image = await decodeImage(jpeg);
    expect(image).toMatchObject({ width: 8, height: 16 });
    expect(image.data[0]).toBeLessThan(10);
    expect(image.data[image.data.length - 1]).toBeGreaterThan(245);
  });

  test('the content decides, not the extension', async () => {
    const path = join(folder, 'really a png ü.jpg');
    await writeFile(path, await plain(ORANGE).png().toBuffer());
    expect([...(await decodeImage(path)).data.subarray(0, 3)]).toEqual([200, 100, 50]);
  });
});

describe('what decoding put right is said', () => {
  const write = async (name: string, bytes: Uint8Array) => {
    await writeFile(join(folder, name), bytes);
    return (await decodeImage(join(folder, name))).quirks;
  };
  test('a plain picture has nothing to say', async () => {
    for (const format of ['jpeg', 'png', 'webp', 'tiff', 'avif', 'gif'] as const) {
      expect(await write(`plain.${format}`, await plain(ORANGE).toFormat(format).toBuffer()), format).toBeUndefined();
    }
    expect(
      await write(
        'opaque.PNG',
        await plain({ ...ORANGE, alpha: 1 })
          .png()
          .toBuffer(),
      ),
    ).toBeUndefined();
  });
  test('each quirk by its name', async () => {
    const gif = await sharp([await plain(ORANGE).png().toBuffer(), await noise().resize(8, 4).png().toBuffer()], {
      join: { animated: true },
    })
      .gif()
      .toBuffer();
    expect(await write('moving.gif', gif)).toEqual(['animated']);
    expect(await write('a png.jpg', await plain(ORANGE).png().toBuffer())).toEqual(['wrong-extension']);
    expect(await write('turned.jpg', await plain(ORANGE).withMetadata({ orientation: 8 }).jpeg().toBuffer())).toEqual([
      'rotated',
    ]);
    expect(await write('print.jpeg', await plain(ORANGE).toColourspace('cmyk').jpeg().toBuffer())).toEqual(['cmyk']);
    expect(await write('deep.png', await plain(ORANGE).toColourspace('rgb16').png().toBuffer())).toEqual([
      'more-than-8-bits',
    ]);
    expect(
      await write(
        'clear.webp',
        await plain({ ...ORANGE, alpha: 0.3 })
          .webp()
          .toBuffer(),
      ),
    ).toEqual(['transparent']);
  });
});

describe('pictures that cannot be used', () => {
  test('the reason is named for programs', async () => {
    const png = await noise().png().toBuffer();
    const reasons = await Promise.all(
      [
        new Uint8Array(0),
        png.subarray(0, png.length / 2),
        new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
        new TextEncoder().encode('%PDF-1.4'),
      ].map((bytes) => decodeImage(bytes).catch((error) => error.details.reason)),
    );
    expect(reasons).toEqual(['empty', 'damaged', 'not-a-picture', 'not-a-picture']);
    expect(await decodeImage(png, { maximumPixels: 9 }).catch((error) => error.details.reason)).toBe('too-large');
  });

  test.skipIf(process.platform === 'win32')('a pipe is not waited for', async () => {
    const pipe = join(folder, 'pipe.jpg');
    execFileSync('mkfifo', [pipe]);
    await expect(decodeImage(pipe)).rejects.toThrow(MissingInputError);
  });

  test('any damage to a picture gives a picture or a typed error', { timeout: 60_000 }, async () => {
    const formats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const;
    const whole = await Promise.all(formats.map((format) => noise().toFormat(format).toBuffer()));
    const edit = fc.record({ at: fc.double({ min: 0, max: 0.999, noNaN: true }), byte: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...whole),
        fc.array(edit, { minLength: 1, maxLength: 12 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        async (bytes, edits, part) => {
          const copy = Buffer.from(bytes.subarray(0, Math.ceil(bytes.length * part)));
          // Half of the edits fall into the header, where they do most.
          for (const { at, byte } of edits) copy[Math.floor(at ** 3 * copy.length)] = byte;
          try {
            const { width, height, channels, data } = await decodeImage(copy, { maximumPixels: 1e6 });
            expect(data).toHaveLength(width * height * channels);
          } catch (error) {
            if (!(error instanceof InvalidImageError)) throw error;
            expect(error.details.reason).toMatch(/^(empty|not-a-picture|damaged|too-large)$/);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each(['jpeg', 'png', 'webp', 'gif'] as const)('a %s that is cut off anywhere', async (format) => {
    const bytes = await noise().toFormat(format).toBuffer();
    for (const part of [0.02, 0.3, 0.6, 0.95]) {
      const path = join(folder, `cut-${part}.${format}`);
      await writeFile(path, bytes.subarray(0, Math.floor(bytes.length * part)));
      const decoded = decodeImage(path);
      await expect(decoded, `${part}`).rejects.toThrow(InvalidImageError);
      await expect(decoded).rejects.toThrow(path);
      await expect(decoded).rejects.toMatchObject({ details: { file: path } });
    }
  });

  test('an empty file, a text, a missing file, a folder', async () => {
    const empty = join(folder, 'empty.jpg');
    await writeFile(empty, '');
    await expect(decodeImage(empty)).rejects.toThrow(/empty\.jpg; found an empty file/);
    await expect(decodeImage(empty)).rejects.toThrow(InvalidImageError);
    const text = decodeImage(new TextEncoder().encode('no picture at all'), { name: 'upload 3' });
    await expect(text).rejects.toThrow(/upload 3; found content that is no known picture format/);
    await expect(decodeImage(join(folder, 'none.png'))).rejects.toThrow(MissingInputError);
    await expect(decodeImage(folder)).rejects.toThrow(MissingInputError);
  });

  test('one over the limit is refused by its header', async () => {
    const bytes = await plain(ORANGE, 40, 30).png().toBuffer();
    await expect(decodeImage(bytes, { maximumPixels: 1199 })).rejects.toThrow(/at most 1199 pixels.*40 × 30 = 1200/);
    expect((await decodeImage(bytes, { maximumPixels: 1200 })).width).toBe(40);
    // 30,000 × 30,000, the header changed so: IHDR's width and height, with its checksum.
    const huge = Buffer.from(bytes);
    huge.writeUInt32BE(30_000, 16);
    huge.writeUInt32BE(30_000, 20);
    huge.writeUInt32BE(crc32(huge.subarray(12, 29)), 29);
    const before = process.memoryUsage().rss;
    await expect(decodeImage(huge)).rejects.toThrow(/30000 × 30000/);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });
});

/** PNG's checksum (ISO 3309); `zlib.crc32` is not in Node 20.19's oldest releases. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

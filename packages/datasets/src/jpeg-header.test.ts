import sharp from 'sharp';
import { expect, test } from 'vitest';
import { decodeImage } from './decode.js';
import { readPlainJpeg } from './jpeg-header.js';

const picture = (channels: 3 | 4 = 3) =>
  sharp({ create: { width: 20, height: 10, channels, background: { r: 200, g: 40, b: 90, alpha: 1 } } });

test('plain files say their size', async () => {
  for (const progressive of [false, true]) {
    for (const chromaSubsampling of ['4:2:0', '4:4:4']) {
      const bytes = await picture().jpeg({ progressive, chromaSubsampling }).toBuffer();
      expect(readPlainJpeg(bytes)).toEqual({ width: 20, height: 10, components: 3 });
    }
  }
  const grey = await picture().toColourspace('b-w').jpeg().toBuffer();
  expect(readPlainJpeg(grey)).toEqual({ width: 20, height: 10, components: 1 });
  expect((await decodeImage(grey)).channels).toBe(1);
});

test('what needs more than decoding is left to the library', async () => {
  const others = [
    picture().withMetadata({ orientation: 6 }).jpeg(),
    picture().withIccProfile('p3').jpeg(),
    picture().toColourspace('cmyk').jpeg(),
    picture().png(),
  ];
  for (const other of others) expect(readPlainJpeg(await other.toBuffer())).toBeUndefined();
});

test('bytes that end anywhere, or lie about lengths, say nothing', async () => {
  const bytes = await picture().jpeg().toBuffer();
  for (let end = 0; end < 160; end++) {
    const header = readPlainJpeg(bytes.subarray(0, end));
    if (header) expect(header).toEqual({ width: 20, height: 10, components: 3 });
  }
  expect(readPlainJpeg(Uint8Array.from([0xff, 0xd8, 0xff, 0xdb, 0, 0, ...new Array(40).fill(0xff)]))).toBeUndefined();
  expect(readPlainJpeg(new Uint8Array(100))).toBeUndefined();
});

test('both ways decode to the same picture', async () => {
  const plain = await picture().jpeg({ quality: 80 }).toBuffer();
  // The same picture behind a comment of an application that is not known here.
  const marked = Buffer.concat([plain.subarray(0, 2), Buffer.from([0xff, 0xe5, 0, 4, 1, 2]), plain.subarray(2)]);
  expect(readPlainJpeg(plain)).toBeDefined();
  expect(readPlainJpeg(marked)).toBeUndefined();
  expect(await decodeImage(marked)).toEqual(await decodeImage(plain));
});

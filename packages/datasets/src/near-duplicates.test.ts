import type { PixelImage } from '@mien/core';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { auditDataset } from './audit.js';
import { memoryDataset, texture } from './fixtures/memory-dataset.js';
import { findNearPairs } from './near-duplicates.js';
import { correlation, hammingDistance, likeness, type PerceptualHash, perceptualHash } from './perceptual-hash.js';
import { createPerson, renderFace, sampleFaceParameters } from './synthetic/index.js';

/** A drawn face as a grey picture of 48 × 48. */
async function face(number: number, emotion: 'happy' | 'fear'): Promise<PixelImage> {
  const size = { width: 96, height: 96 };
  const person = createPerson(1, 'female', number);
  const { data } = await renderFace(sampleFaceParameters({ seed: 1, person, session: 'A', emotion, angle: 'S', size }));
  return grey(sharp(data, { raw: { ...size, channels: 3 } }).resize(48, 48));
}

async function grey(picture: Sharp): Promise<PixelImage> {
  const { data, info } = await picture.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: 1, data: new Uint8Array(data) };
}

const open = ({ width, height, channels, data }: PixelImage) => sharp(data, { raw: { width, height, channels } });
const reopen = async (picture: Sharp) => sharp(await picture.toBuffer());

let faces: PixelImage[];
beforeAll(async () => {
  faces = [];
  for (let number = 1; number <= 6; number++) faces.push(await face(number, 'happy'));
});

describe('hash', () => {
  test('bits and thumbnail of a ramp, by hand', () => {
    const ramp = Uint8Array.from({ length: 72 * 64 }, (_, index) => (index % 72) * 3);
    const { bits, thumbnail } = perceptualHash({ width: 72, height: 64, channels: 1, data: ramp });
    expect(bits).toEqual([-1, -1]);
    const fallen = perceptualHash({ width: 72, height: 64, channels: 1, data: ramp.toReversed() });
    expect(fallen.bits).toEqual([0, 0]);
    expect(hammingDistance(bits, fallen.bits)).toBe(64);
    expect(correlation(thumbnail, thumbnail)).toBeCloseTo(1, 5);
    expect(correlation(thumbnail, fallen.thumbnail)).toBeCloseTo(-1, 5);
    // Grey as colour is the same picture.
    const colour = Uint8Array.from({ length: ramp.length * 3 }, (_, index) => ramp[Math.floor(index / 3)]);
    expect(perceptualHash({ width: 72, height: 64, channels: 3, data: colour }).bits).toEqual(bits);
  });
  test('a picture of one grey is like nothing', () => {
    const flat = perceptualHash({ width: 5, height: 3, channels: 1, data: new Uint8Array(15).fill(9) });
    expect(flat.bits).toEqual([0, 0]);
    expect(correlation(flat.thumbnail, flat.thumbnail)).toBe(0);
    expect(likeness(flat.detail, CHECKS)).toBe(0);
  });
});

/** Some texture, like itself. */
const CHECKS = Uint8Array.from({ length: 1024 }, (_, index) => (index % 7) * 30);

test('finds every pair within the limits, whatever the hashes', () => {
  const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  /** Hashes a few bits from each other, so that there are pairs at every distance. */
  const hashes = fc
    .tuple(word, word, fc.array(fc.uniqueArray(fc.nat(63), { maxLength: 7 }), { minLength: 2, maxLength: 20 }))
    .map(([a, b, flips]) =>
      flips.map((places): PerceptualHash => {
        const bits: [number, number] = [a, b];
        for (const place of places) bits[place >> 5] ^= 1 << (place & 31);
        return { bits, thumbnail: Float32Array.of(1), detail: CHECKS };
      }),
    );
  fc.assert(
    fc.property(hashes, fc.nat(11), (list, maximumDistance) => {
      const expected = list.flatMap((one, first) =>
        list
          .map((other, second) => [first, second, hammingDistance(one.bits, other.bits)])
          .filter(([, second, distance]) => second > first && distance <= maximumDistance),
      );
      const found = findNearPairs(list, { maximumDistance, minimumLikeness: 0.5 });
      expect(found.map(({ first, second, distance }) => [first, second, distance])).toEqual(expected);
    }),
  );
});

describe('audit', () => {
  type Row = [id: string, image: PixelImage, split?: 'train' | 'test', subject?: string, emotion?: 'happy' | 'sad'];
  const audit = (rows: Row[]) =>
    auditDataset(
      memoryDataset(
        rows.map(([id, image, split, subject, emotion = 'happy']) => ({
          id,
          emotion,
          split,
          subject,
          load: async () => image,
        })),
      ),
    );

  test('copies that were scaled, compressed, lit, softened, shifted or marked are near; other people are not', async () => {
    const [first] = faces;
    const copies: Record<string, PixelImage> = {
      larger: await grey(open(first).resize(97, 97)),
      jpeg: await grey(await reopen(open(first).jpeg({ quality: 40 }))),
      darker: await grey(open(first).linear(0.6, 10)),
      softer: await grey(open(first).blur(0.8)),
      shifted: await grey(open(first).extract({ left: 1, top: 0, width: 47, height: 47 }).resize(48, 48)),
      marked: await grey(
        open(first).composite([
          {
            input: {
              create: { width: 14, height: 4, channels: 4, background: { r: 160, g: 160, b: 160, alpha: 0.5 } },
            },
            left: 30,
            top: 42,
          },
        ]),
      ),
    };
    const rows = faces.map((image, index): Row => [`face-${index}`, image, 'train']);
    const result = await audit([...rows, ...Object.entries(copies).map(([name, image]): Row => [name, image, 'test'])]);
    expect(result.duplicates).toEqual([]);
    const withFirst = result.nearDuplicates.filter(({ ids }) => ids[0] === 'face-0').map(({ ids }) => ids[1]);
    expect(withFirst).toEqual(Object.keys(copies));
    expect(result.nearDuplicates.every(({ ids: [a, b] }) => !(a.startsWith('face') && b.startsWith('face')))).toBe(
      true,
    );
    expect(result.nearAcrossSplits).toEqual([{ split: 'test', alsoIn: 'train', pictures: 6 }]);
  });

  test('pairs of one person are only counted; contradictions are listed; equal pictures stand for one another', async () => {
    const [a, b] = faces;
    const softer = await grey(open(a).blur(0.7));
    const jpeg = await grey(await reopen(open(b).jpeg({ quality: 50 })));
    const result = await audit([
      ['a', a, 'train', 'P1'],
      ['a softer', softer, 'test', 'P1'],
      ['b', b, 'train', 'P2'],
      ['b again', b, 'test', 'P3'],
      ['b compressed', jpeg, 'test', 'P4', 'sad'],
    ]);
    expect(result.nearDuplicatesOfOneSubject).toBe(1);
    expect(result.nearDuplicates.map(({ ids, splits }) => [ids, splits])).toEqual([
      [
        ['b', 'b compressed'],
        ['train', 'test'],
      ],
    ]);
    expect(result.nearContradictions).toEqual(result.nearDuplicates);
    expect(result.nearAcrossSplits).toEqual([{ split: 'test', alsoIn: 'train', pictures: 2 }]);
    expect(result.acrossSplits).toEqual([{ split: 'test', alsoIn: 'train', pictures: 1 }]);
  });

  test('noise is like nothing else', async () => {
    const result = await audit(Array.from({ length: 60 }, (_, seed): Row => [`${seed}`, texture(seed * 7919)]));
    expect(result.nearDuplicates).toEqual([]);
  });
});

import { createRandom } from '@mien/core';
import { describe, expect, test } from 'vitest';
import { references } from '../fixtures/references.js';
import { inverseMap } from './affine-map.js';
import { augmentInto } from './augment.js';
import { type AugmentationInput, augmentationSchema } from './augmentation-schema.js';
import { warpInto } from './warp.js';

const shape = { width: 61, height: 53, channels: 1 };
const grey = references.greyPillow.data;

/** No change of geometry. */
const still = { flip: false, shearX: 0, shearY: 0, angle: 0, zoomX: 1, zoomY: 1, shiftX: 0, shiftY: 0 };

function augment(input: AugmentationInput, seed = 1, source = grey, range: [number, number] = [0, 255]): Float32Array {
  const target = new Float32Array(source.length);
  augmentInto(
    target,
    0,
    source,
    0,
    { ...shape, channels: source.length / (61 * 53) },
    augmentationSchema.parse(input),
    createRandom(seed),
    range,
  );
  return target;
}

const mirrored = (source: ArrayLike<number>) =>
  Float32Array.from({ length: source.length }, (_, at) => source[at - (at % 61) + 60 - (at % 61)]);

describe('with everything off', () => {
  test('only scales the bytes to the range, in its place in the batch, and draws no number', () => {
    const target = new Float32Array(5 + grey.length + 5).fill(7);
    const source = new Uint8Array([1, 2, 3, ...grey]);
    const random = createRandom(3);
    augmentInto(target, 5, source, 3, shape, augmentationSchema.parse({}), random, [-1, 1]);
    for (const [at, byte] of grey.entries()) expect(target[5 + at]).toBeCloseTo((byte / 255) * 2 - 1, 6);
    expect([target[4], target[5 + grey.length]]).toEqual([7, 7]);
    expect(random.next()).toBe(createRandom(3).next());
  });

  test('unknown keys, wrong bounds and a zoom turned round are refused', () => {
    expect(() => augmentationSchema.parse({ flips: 1 })).toThrow();
    expect(() => augmentationSchema.parse({ flip: 2 })).toThrow();
    expect(() => augmentationSchema.parse({ zoom: { minimum: 1.2, maximum: 0.9 } })).toThrow(/above/);
  });
});

describe('the warp', () => {
  test.each(['grey', 'colour'] as const)(
    'is OpenCV’s warpAffine with a replicated border within one level (%s)',
    (name) => {
      const source = name === 'grey' ? grey : references.colour.data;
      const target = new Float32Array(source.length);
      const channels = name === 'grey' ? 1 : 3;
      const geometry = { ...still, angle: (12 * Math.PI) / 180, shiftX: 3, shiftY: -2, zoomX: 1.15, zoomY: 1.15 };
      warpInto(target, 0, source, 0, { ...shape, channels }, inverseMap(61, 53, geometry), 1, 0);
      const expected = references.warped[name].data;
      // OpenCV's own places are rounded to 1/32 of a pixel before it interpolates in noise: a few levels at worst, none on average.
      const differences = [...expected].map((value, at) => Math.abs(value - target[at]));
      expect(differences.reduce((sum, difference) => sum + difference) / differences.length).toBeLessThan(0.6);
      expect(Math.max(...differences)).toBeLessThan(4);
    },
  );

  test('that changes nothing gives the bytes exactly, and a flip alone mirrors exactly; twice, it is the picture again', () => {
    const target = new Float32Array(grey.length);
    warpInto(target, 0, grey, 0, shape, inverseMap(61, 53, still), 1, 0);
    expect(target).toEqual(Float32Array.from(grey));
    const flipped = augment({ flip: 1 });
    expect(flipped).toEqual(mirrored(grey));
    expect(augment({ flip: 1 }, 1, Uint8Array.from(flipped))).toEqual(Float32Array.from(grey));
  });

  test('by whole pixels moves the picture and repeats its edge', () => {
    const target = new Float32Array(grey.length);
    warpInto(target, 0, grey, 0, shape, inverseMap(61, 53, { ...still, shiftX: 4 }), 1, 0);
    for (let x = 0; x < 61; x++) expect(target[20 * 61 + x]).toBeCloseTo(grey[20 * 61 + Math.max(0, x - 4)], 3);
  });

  test('never leaves the picture’s own levels, whatever is drawn', () => {
    const [low, high] = [Math.min(...grey), Math.max(...grey)];
    for (let seed = 0; seed < 200; seed++) {
      const values = augment(
        {
          flip: 0.5,
          rotation: 180,
          shift: 1,
          zoom: { minimum: 0.1, maximum: 10 },
          aspect: 1,
          shear: 0.5,
          ...(seed % 2 === 1 && { perspective: 0.25, elastic: { strength: 0.1 } }),
        },
        seed,
      );
      for (const value of values) {
        if (!(value >= low - 1e-3 && value <= high + 1e-3)) throw new Error(`${value} with seed ${seed}`);
      }
    }
  });
});

describe('what is drawn', () => {
  test('depends on the seed alone', () => {
    const options = {
      flip: 0.5,
      rotation: 10,
      shift: 0.1,
      zoom: { minimum: 0.9, maximum: 1.1 },
      brightness: 0.2,
      noise: 0.1,
      shear: 0.1,
      elastic: { strength: 0.02 },
      erase: { probability: 0.5 },
    };
    expect(augment(options, 5)).toEqual(augment(options, 5));
    expect(augment(options, 5)).not.toEqual(augment(options, 6));
  });

  test('flips as often as asked', () => {
    let flips = 0;
    for (let seed = 0; seed < 400; seed++) flips += augment({ flip: 0.25 }, seed)[0] === grey[0] ? 0 : 1;
    // 100 expected; three standard deviations are 26.
    expect(Math.abs(flips - 100)).toBeLessThan(27);
  });

  test('brightness and contrast stay within the range', () => {
    const target = augment({ brightness: 1, contrast: 1 }, 4, grey, [-1, 1]);
    expect(Math.min(...target)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...target)).toBeLessThanOrEqual(1);
    const brighter = augment({ brightness: 0.1 }, 2);
    const change = brighter[30] - grey[30];
    expect(Math.abs(change)).toBeLessThanOrEqual(25.5);
    expect(brighter[400] - grey[400]).toBeCloseTo(change, 3);
  });

  test('noise has the deviation asked for at most, and stays in the range', () => {
    const flat = new Uint8Array(61 * 53).fill(128);
    let largest = 0;
    for (let seed = 0; seed < 40; seed++) {
      const values = augment({ noise: 0.1 }, seed, flat);
      const mean = values.reduce((sum, value) => sum + value) / values.length;
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
      expect(Math.abs(mean - 128)).toBeLessThan(2.5);
      expect(deviation).toBeLessThan(25.5 * 1.06);
      largest = Math.max(largest, deviation);
    }
    expect(largest).toBeGreaterThan(20);
    const loud = augment({ noise: 1 }, 1, grey, [-1, 1]);
    expect(Math.min(...loud)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...loud)).toBeLessThanOrEqual(1);
  });

  test('an erased rectangle is of one level and of the area asked for; the rest is untouched', () => {
    for (let seed = 0; seed < 50; seed++) {
      const target = augment({ erase: { probability: 1, minimum: 0.1, maximum: 0.2 } }, seed);
      const changed = [...target.keys()].filter((at) => target[at] !== grey[at]);
      expect(new Set(changed.map((at) => target[at])).size).toBe(1);
      expect(changed.length / grey.length).toBeGreaterThan(0.05);
      expect(changed.length / grey.length).toBeLessThan(0.22);
    }
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom, Random } from './random.js';

test('the same seed and keys give the same stream, other keys another', () => {
  const draw = (random: Random) => Array.from({ length: 20 }, () => random.next());
  expect(draw(createRandom(7, 'augmentation', 3))).toEqual(draw(createRandom(7, 'augmentation', 3)));
  expect(draw(createRandom(7, 'augmentation', 3))).not.toEqual(draw(createRandom(7, 'augmentation', 4)));
  expect(draw(createRandom(7, 'a'))).not.toEqual(draw(createRandom(8, 'a')));
});

test('uniform draws stay in range and integers reach both ends', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: -50, max: 50 }), fc.integer({ min: 0, max: 20 }), (seed, low, span) => {
      const random = new Random(seed);
      for (let draw = 0; draw < 50; draw++) {
        const value = random.integer(low, low + span);
        expect(Number.isInteger(value) && value >= low && value <= low + span).toBe(true);
        const real = random.uniform(low, low + 1);
        expect(real >= low && real < low + 1).toBe(true);
      }
    }),
  );
  const random = new Random(1);
  expect(new Set(Array.from({ length: 200 }, () => random.integer(0, 3)))).toEqual(new Set([0, 1, 2, 3]));
});

test('a shuffle is a permutation, and its input is left alone', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
      const before = [...items];
      const shuffled = new Random(seed).shuffle(items);
      expect(items).toEqual(before);
      expect([...shuffled].sort((a, b) => a - b)).toEqual([...items].sort((a, b) => a - b));
    }),
  );
});

test('normal draws have the asked mean and deviation', () => {
  const random = new Random(5);
  const draws = Array.from({ length: 20_000 }, () => random.normal(3, 2));
  const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
  const variance = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / draws.length;
  expect(mean).toBeCloseTo(3, 1);
  expect(Math.sqrt(variance)).toBeCloseTo(2, 1);
});

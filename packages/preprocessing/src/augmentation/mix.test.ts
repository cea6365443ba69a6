import { readFileSync } from 'node:fs';
import { createRandom } from '@mien/core';
import { describe, expect, test } from 'vitest';
import { type AugmentationInput, augmentationSchema } from './augmentation-schema.js';
import { drawBeta } from './beta.js';
import { drawMix, mixInto } from './mix.js';

const references = JSON.parse(readFileSync(new URL('fixtures/references.json', import.meta.url), 'utf8'));
const shape = { width: 20, height: 16, channels: 3 };
const length = 20 * 16 * 3;
const draws = (input: AugmentationInput, count: number) => {
  const options = augmentationSchema.parse(input);
  return Array.from({ length: count }, (_, seed) => drawMix(options, shape, createRandom(seed, 'mix')));
};

test.each(references.beta as { alpha: number; shares: number[]; quantiles: number[] }[])(
  'Beta($alpha, $alpha) is SciPy’s',
  ({ alpha, shares, quantiles }) => {
    const random = createRandom(1, 'beta', alpha);
    const numbers = Array.from({ length: 20_000 }, () => drawBeta(alpha, random));
    for (const [at, quantile] of quantiles.entries()) {
      const below = numbers.filter((number) => number <= quantile).length / numbers.length;
      // Four standard deviations of a share of 20,000.
      expect(Math.abs(below - shares[at])).toBeLessThan(4 * Math.sqrt((shares[at] * (1 - shares[at])) / 20_000));
    }
  },
);

describe('mixing', () => {
  test('off: nothing, and no number is drawn', () => {
    const random = createRandom(1);
    expect(drawMix(augmentationSchema.parse({}), shape, random)).toBeUndefined();
    expect(random.next()).toBe(createRandom(1).next());
  });

  test('happens as often as asked, in one way at most', () => {
    const kinds = draws({ mixup: { probability: 0.3 }, cutmix: { probability: 0.5 } }, 2000).map((mix) => mix?.kind);
    // Three standard deviations are 62 and 67.
    expect(Math.abs(kinds.filter((kind) => kind === 'mixup').length - 600)).toBeLessThan(62);
    expect(Math.abs(kinds.filter((kind) => kind === 'cutmix').length - 1000)).toBeLessThan(67);
    expect(() => augmentationSchema.parse({ mixup: { probability: 0.6 }, cutmix: { probability: 0.6 } })).toThrow(
      /sum/,
    );
  });

  test('mixup is the weighted mean', () => {
    const target = new Float32Array(length + 2).fill(1);
    mixInto(target, 1, new Float32Array(length).fill(0), shape, { kind: 'mixup', share: 0.25 });
    expect([...new Set(target)].sort()).toEqual([0.25, 1]);
    expect([target[0], target[length + 1]]).toEqual([1, 1]);
  });

  test('cutmix takes as much of the area as of the label, and the rest stays', () => {
    for (const mix of draws({ cutmix: { probability: 1 } }, 300)) {
      if (mix?.kind !== 'cutmix') throw new Error('not mixed');
      const target = new Float32Array(length).fill(1);
      mixInto(target, 0, new Float32Array(length), shape, mix);
      expect(target.reduce((sum, value) => sum + value) / length).toBeCloseTo(mix.share, 6);
      expect(mix.share).toBeGreaterThanOrEqual(0);
    }
  });
});

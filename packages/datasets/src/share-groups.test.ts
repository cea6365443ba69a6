import { createRandom } from '@mien/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import reference from './fixtures/stratified-group-k-fold.json' with { type: 'json' };
import { shareGroups } from './share-groups.js';

describe('folds are as even as those of scikit-learn’s StratifiedGroupKFold', () => {
  test.each(reference.cases)('$name', ({ counts, k, unevenness }) => {
    const groups = counts.map((row, index) => ({ key: `group ${index}`, counts: row }));
    const totals = counts[0].map((_, column) => counts.reduce((total, row) => total + row[column], 0));
    let mean = 0;
    for (let seed = 0; seed < 10; seed++) {
      const parts = shareGroups(groups, new Array(k).fill(1 / k), createRandom(seed));
      let worst = 0;
      for (let part = 0; part < k; part++) {
        for (const [column, total] of totals.entries()) {
          const inPart = counts.reduce((sum, row, group) => sum + (parts[group] === part ? row[column] : 0), 0);
          worst = Math.max(worst, Math.abs(inPart / total - 1 / k));
        }
      }
      mean += worst / 10;
    }
    expect(mean).toBeLessThanOrEqual(unevenness + 1e-8); // rounded to 8 places
  });
});

test('equal people are dealt out exactly', () => {
  const groups = Array.from({ length: 35 }, (_, index) => ({ key: `F${index}`, counts: new Array(7).fill(2) }));
  const parts = shareGroups(groups, [0.2, 0.2, 0.2, 0.2, 0.2], createRandom(1));
  expect([0, 1, 2, 3, 4].map((part) => parts.filter((other) => other === part).length)).toEqual([7, 7, 7, 7, 7]);
  const unequal = shareGroups(groups, [0.8, 0.2], createRandom(1));
  expect(unequal.filter((part) => part === 1)).toHaveLength(7);
});

test('no part with a share stays empty while there are groups for it, and one without a share gets none', () => {
  const group = fc.array(fc.nat(20), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(group, { minLength: 4, maxLength: 12 }), fc.integer(), (counts, seed) => {
      const groups = counts.map((row, index) => ({ key: `${index}`, counts: row }));
      const parts = shareGroups(groups, [0.89, 0.01, 0, 0.1], createRandom(seed));
      expect(new Set(parts)).toEqual(new Set([0, 1, 3]));
    }),
  );
});

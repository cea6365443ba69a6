import type { Random } from '@mien/core';
import { compare } from './file-tree.js';

/** Samples that must stay together: a person's, a film's, or a single picture. */
export interface SampleGroup {
  readonly key: string;
  /** Number of samples of each class; the same classes in the same order in every group. */
  readonly counts: readonly number[];
}

/**
 * Deals whole groups out to parts, so that each part comes near its share of every class and of the whole. Greedy, as
 * scikit-learn's StratifiedGroupKFold: groups in random order, then the largest first, each to the part where the sum of
 * squared distances from the shares becomes least (equal shares make that the variance between folds). A part with a share
 * above 0 gets a group if there are as many groups as such parts.
 * @param shares one a part, each at least 0, summing to 1.
 * @returns the part's index for each group, in the order of `groups`; it depends on keys, counts and `random` only.
 */
export function shareGroups(groups: readonly SampleGroup[], shares: readonly number[], random: Random): number[] {
  const sizes = groups.map(({ counts }) => sum(counts));
  const totals = columnTotals(groups);
  const all = sum(totals);
  // Class shares of each group, then its share of the whole as one more "class".
  const weights = groups.map(({ counts }, group) => [
    ...counts.map((count, index) => (totals[index] === 0 ? 0 : count / totals[index])),
    all === 0 ? 0 : sizes[group] / all,
  ]);
  const byKey = [...groups.keys()].sort((a, b) => compare(groups[a].key, groups[b].key));
  const order = random.shuffle(byKey).sort((a, b) => sizes[b] - sizes[a]);

  const filled = shares.map(() => new Float64Array(totals.length + 1));
  const parts = new Array<number>(groups.length).fill(0);
  for (const group of order) {
    let best = -1;
    let bestCost = Number.POSITIVE_INFINITY;
    shares.forEach((share, part) => {
      if (share <= 0) return;
      const cost = addedCost(weights[group], filled[part], share);
      if (cost < bestCost) {
        best = part;
        bestCost = cost;
      }
    });
    parts[group] = best;
    for (const [index, weight] of weights[group].entries()) filled[best][index] += weight;
  }
  fillEmptyParts(parts, shares, order);
  return parts;
}

/** Σ (x + w − s)² − (x − s)² over the classes. */
function addedCost(weights: readonly number[], filled: Float64Array, share: number): number {
  let cost = 0;
  for (let index = 0; index < weights.length; index++) {
    cost += weights[index] * (2 * (filled[index] - share) + weights[index]);
  }
  return cost;
}

/** Small shares of few groups round to nothing: such a part takes the smallest group of the part that has most. */
function fillEmptyParts(parts: number[], shares: readonly number[], order: readonly number[]): void {
  const members = shares.map((_, part) => parts.filter((other) => other === part).length);
  shares.forEach((share, part) => {
    if (share <= 0 || members[part] > 0) return;
    const donor = members.indexOf(Math.max(...members));
    if (members[donor] < 2) return;
    const smallest = order.findLast((group) => parts[group] === donor) as number;
    parts[smallest] = part;
    members[donor]--;
    members[part]++;
  });
}

function columnTotals(groups: readonly SampleGroup[]): number[] {
  const totals = new Array<number>(groups[0]?.counts.length ?? 0).fill(0);
  for (const { counts } of groups) for (const [index, count] of counts.entries()) totals[index] += count;
  return totals;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

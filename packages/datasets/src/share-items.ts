import { ALL_EMOTIONS, createRandom, InvalidDataError } from '@mien/core';
import { compare } from './file-tree.js';
import { type SampleGroup, shareGroups } from './share-groups.js';
import type { SplitItem } from './split-item.js';

/** Who or what is never divided between parts. */
export type Unit = 'subject' | 'image';

/**
 * Deals the chosen items out by whole groups: item index → part.
 * @throws {InvalidDataError} when there are fewer groups than parts, or an item has no subject where that is the unit.
 */
export function share(
  items: readonly SplitItem[],
  chosen: readonly number[],
  shares: readonly number[],
  protocol: { readonly protocol: string; readonly seed: number },
  unit: Unit,
  purpose: string,
): Map<number, number> {
  const keyOf = (index: number): string =>
    unit === 'image'
      ? items[index].id
      : (items[index].subject ?? lacking(items[index].id, 'subject', protocol.protocol));
  const groups = new Map<string, { key: string; counts: number[]; members: number[] }>();
  for (const index of chosen) {
    const key = keyOf(index);
    const group = groups.get(key) ?? { key, counts: new Array<number>(ALL_EMOTIONS.length).fill(0), members: [] };
    group.counts[ALL_EMOTIONS.indexOf(items[index].emotion)]++;
    group.members.push(index);
    groups.set(key, group);
  }
  const needed = shares.filter((value) => value > 0).length;
  if (groups.size < needed) {
    throw invalid(
      `at least ${needed} ${unit}s for ${needed} parts under the protocol ${protocol.protocol}`,
      `${groups.size}`,
      'ask for fewer folds or parts, or use a larger data set',
    );
  }
  const list = [...groups.values()];
  const parts = shareGroups(list satisfies SampleGroup[], shares, createRandom(protocol.seed, 'split', purpose));
  return new Map(list.flatMap(({ members }, group) => members.map((index) => [index, parts[group]] as const)));
}

/** The subjects, by name. */
export function subjectsOf(items: readonly SplitItem[], protocol: string): string[] {
  return [...new Set(items.map(({ id, subject }) => subject ?? lacking(id, 'subject', protocol)))].sort(compare);
}

/** @throws {InvalidDataError} always: an item lacks what a protocol goes by. */
export function lacking(id: string, what: string, protocol: string): never {
  throw new InvalidDataError({
    expected: `samples that each have ${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}, which the protocol ${protocol} goes by`,
    found: `sample ${id} without one`,
    fix:
      what === 'subject'
        ? 'use the official split, or set unit: image and accept that one person may stand in two parts'
        : 'use another protocol (k-fold and hold-out need only subjects)',
    details: { id },
  });
}

export function invalid(expected: string, found: string, fix: string): InvalidDataError {
  return new InvalidDataError({ expected, found, fix });
}

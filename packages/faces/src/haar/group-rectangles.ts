import type { Box } from '@mien/core';

/** A hit of the cascade: a box in whole pixels and the sum of its last stage. */
export interface Hit {
  readonly box: Box;
  readonly weight: number;
}

/** Boxes whose edges are this share of their size apart are of one object. */
const EPSILON = 0.2;

/**
 * Brings hits together that are of one object, as OpenCV's `groupRectangles` does (Apache-2.0, modules/objdetect): the mean box, the
 * greatest weight. Groups of no more than `minNeighbours` are dropped; with 0, every hit stays as it is.
 */
export function groupRectangles(hits: readonly Hit[], minNeighbours: number): Hit[] {
  if (minNeighbours <= 0) return [...hits];
  const groups = partition(hits)
    .filter((members) => members.length > minNeighbours)
    .map((members): Group => {
      // In 32-bit floats, rounded half to even, as there.
      const share = Math.fround(1 / members.length);
      const mean = (side: keyof Box) =>
        roundHalfEven(Math.fround(members.reduce((sum, { box }) => sum + box[side], 0) * share));
      const box: Box = { x: mean('x'), y: mean('y'), width: mean('width'), height: mean('height') };
      return { box, weight: Math.max(...members.map(({ weight }) => weight)), size: members.length };
    });
  return groups
    .filter((group) => !groups.some((other) => other !== group && swallows(other, group)))
    .map(({ box, weight }) => ({ box, weight }));
}

interface Group extends Hit {
  readonly size: number;
}

/** Whether a group lies in another that is so much larger that it stands for it. */
function swallows({ box, size }: Group, inner: Group): boolean {
  if (size <= Math.max(3, inner.size) && inner.size >= 3) return false;
  const across = roundHalfEven(box.width * EPSILON);
  const down = roundHalfEven(box.height * EPSILON);
  return (
    inner.box.x >= box.x - across &&
    inner.box.y >= box.y - down &&
    inner.box.x + inner.box.width <= box.x + box.width + across &&
    inner.box.y + inner.box.height <= box.y + box.height + down
  );
}

/** Hits that are like each other, or like one that is, stand in one group. */
function partition(hits: readonly Hit[]): Hit[][] {
  const groups: Hit[][] = [];
  const left = new Set(hits);
  for (const first of left) {
    left.delete(first);
    const group = [first];
    for (const member of group) {
      for (const other of left) {
        if (!isAlike(member.box, other.box)) continue;
        left.delete(other);
        group.push(other);
      }
    }
    groups.push(group);
  }
  return groups;
}

function isAlike(a: Box, b: Box): boolean {
  const delta = EPSILON * (Math.min(a.width, b.width) + Math.min(a.height, b.height)) * 0.5;
  return (
    Math.abs(a.x - b.x) <= delta &&
    Math.abs(a.y - b.y) <= delta &&
    Math.abs(a.x + a.width - b.x - b.width) <= delta &&
    Math.abs(a.y + a.height - b.y - b.height) <= delta
  );
}

/** To the nearest whole number, a half to the even one. */
export function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

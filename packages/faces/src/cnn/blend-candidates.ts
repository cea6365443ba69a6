import type { Box, Face } from '@mien/core';
import { intersectionOverUnion } from '../non-maximum-suppression.js';
import { BOX_VALUES, type Candidate } from './blazeface.js';

/**
 * Faces of a network's candidates. Instead of dropping all but the best of those that overlap, their mean is taken, weighted by score
 * (BlazeFace, section 4 "Post-processing": fewer jumps from frame to frame); the best one's score stays.
 * @returns faces, best first.
 */
export function blendCandidates(candidates: readonly Candidate[], overlap: number): Face[] {
  let rest = [...candidates].sort((a, b) => b.score - a.score);
  const faces: Face[] = [];
  while (rest.length > 0) {
    const [best] = rest;
    const box = boxOf(best.values);
    const same: Candidate[] = [best];
    const others: Candidate[] = [];
    for (const candidate of rest.slice(1)) {
      (intersectionOverUnion(box, boxOf(candidate.values)) > overlap ? same : others).push(candidate);
    }
    faces.push(toFace(best.score, mean(same)));
    rest = others;
  }
  return faces;
}

function mean(candidates: readonly Candidate[]): Float64Array {
  const sum = new Float64Array(BOX_VALUES);
  let total = 0;
  for (const { score, values } of candidates) {
    total += score;
    for (let at = 0; at < BOX_VALUES; at++) sum[at] += score * values[at];
  }
  return sum.map((value) => value / total);
}

function boxOf([x, y, width, height]: Float64Array): Box {
  return { x: x - width / 2, y: y - height / 2, width, height };
}

function toFace(score: number, values: Float64Array): Face {
  const points: [number, number][] = [];
  for (let at = 4; at < BOX_VALUES; at += 2) points.push([values[at], values[at + 1]]);
  return { box: boxOf(values), score, landmarks: { scheme: 'blazeface-6', points } };
}

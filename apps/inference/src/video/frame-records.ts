import type { Emotion } from '@mien/core';
import type { FollowedFace } from './face-follower.js';

/** What came of one frame: a line of `mien video`'s JSON lines. */
export interface FrameRecord {
  /** From 1. */
  readonly frame: number;
  /** Seconds since the first. */
  readonly time: number;
  readonly width: number;
  readonly height: number;
  readonly faces: readonly FollowedFace[];
}

export function formatFrameLine(record: FrameRecord): string {
  const faces = record.faces.map(({ box, score, confidence, probabilities, ...face }) => ({
    ...face,
    box: mapValues(box, (value) => round(value, 1)),
    score: round(score, 3),
    confidence: round(confidence, 4),
    probabilities: mapValues(probabilities, (value) => round(value, 4)),
  }));
  return `${JSON.stringify({ ...record, time: round(record.time, 4), faces })}\n`;
}

/** The csv's first row. */
export function formatCsvHead(labels: readonly Emotion[]): string {
  return `${['frame', 'time', 'face', 'x', 'y', 'width', 'height', 'score', 'label', 'confidence', ...labels].join(',')}\r\n`;
}

/** A row a face, RFC 4180; no value needs quotes. A frame without a face has none. */
export function formatCsvRows({ frame, time, faces }: FrameRecord, labels: readonly Emotion[]): string {
  return faces
    .map(({ id, box, score, label, confidence, probabilities }) => {
      const place = [box.x, box.y, box.width, box.height].map((value) => round(value, 1));
      const values = labels.map((name) => round(probabilities[name] ?? 0, 4));
      const row = [frame, round(time, 4), id, ...place, round(score, 3), label, round(confidence, 4), ...values];
      return `${row.join(',')}\r\n`;
    })
    .join('');
}

/** An hour of frames is many digits that mean nothing. */
function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function mapValues<Values extends object>(
  values: Values,
  map: (value: number) => number,
): Record<keyof Values, number> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)])) as Record<
    keyof Values,
    number
  >;
}

import type { Placement } from './fit-picture.js';

/** What a place of the network's maps says, in pixels of the picture. */
export interface Candidate {
  readonly score: number;
  /** Centre x, centre y, width, height, then x and y of six points. */
  readonly values: Float64Array;
}

/** One head's maps, [boxes a place, rows, columns] and [16 × boxes a place, rows, columns]. */
export interface Head {
  readonly scores: Float32Array;
  readonly boxes: Float32Array;
  readonly rows: number;
  readonly columns: number;
  /** Pixels of the input a place stands for. */
  readonly stride: number;
}

/** Values of a box: centre, size and six points. */
export const BOX_VALUES = 16;

/**
 * The boxes of a head that score at least `minScore`. Scores are logits; centres and points are relative to the middle of their place,
 * sizes absolute, all in pixels of the input (MediaPipe, `ssd_anchors_calculator` with fixed anchor size).
 */
export function decodeHead(
  { scores, boxes, rows, columns, stride }: Head,
  minScore: number,
  place: Placement,
): Candidate[] {
  const area = rows * columns;
  // A comparison of logits spares the exponential of every place.
  const threshold = Math.log(minScore / (1 - minScore));
  const candidates: Candidate[] = [];
  for (let at = 0; at < scores.length; at++) {
    const logit = scores[at];
    if (!(logit >= threshold)) continue;
    const cell = at % area;
    const first = Math.floor(at / area) * BOX_VALUES * area + cell;
    const middle = [((cell % columns) + 0.5) * stride, (Math.floor(cell / columns) + 0.5) * stride];
    const offset = [place.offsetX, place.offsetY];
    const values = new Float64Array(BOX_VALUES);
    for (let value = 0; value < BOX_VALUES; value++) {
      const raw = boxes[first + value * area];
      const axis = value % 2;
      const isSize = value === 2 || value === 3;
      values[value] = (isSize ? raw : raw + middle[axis] - offset[axis]) / place.scale;
    }
    if (values[2] > 0 && values[3] > 0) candidates.push({ score: 1 / (1 + Math.exp(-logit)), values });
  }
  return candidates;
}

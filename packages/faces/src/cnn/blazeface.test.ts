import { describe, expect, test } from 'vitest';
import { type Candidate, decodeHead } from './blazeface.js';
import { blendCandidates } from './blend-candidates.js';

const PLACE = { scale: 0.5, offsetX: 8, offsetY: 4 };

describe('a place of the maps', () => {
  test('becomes a box in the picture: by hand', () => {
    const [rows, columns, area] = [2, 3, 6];
    const scores = new Float32Array(2 * area).fill(-20);
    const boxes = new Float32Array(32 * area);
    // The second box of row 1, column 2.
    const cell = 1 * columns + 2;
    scores[area + cell] = 2;
    for (let value = 0; value < 16; value++) boxes[(16 + value) * area + cell] = value + 1;
    const [only, ...others] = decodeHead({ scores, boxes, rows, columns, stride: 16 }, 0.5, PLACE);
    expect(others).toEqual([]);
    expect(only.score).toBeCloseTo(1 / (1 + Math.exp(-2)));
    // Middle of the place at (40, 24); 1 and 2 beyond it; less the offset; over the scale.
    expect([...only.values].slice(0, 6)).toEqual([
      (40 + 1 - 8) * 2,
      (24 + 2 - 4) * 2,
      3 * 2,
      4 * 2,
      (40 + 5 - 8) * 2,
      (24 + 6 - 4) * 2,
    ]);
  });

  test('counts from the least score on, and never with a side of nothing', () => {
    const boxes = new Float32Array(16).fill(1);
    const head = (logit: number) => ({ scores: Float32Array.of(logit), boxes, rows: 1, columns: 1, stride: 16 });
    const score = (logit: number, least: number) => decodeHead(head(logit), least, PLACE).length;
    expect([score(0, 0.5), score(-0.01, 0.5), score(-50, 0), score(50, 1), score(Number.NaN, 0)]).toEqual([
      1, 0, 1, 0, 0,
    ]);
    boxes[2] = -1;
    expect(score(5, 0.5)).toBe(0);
  });
});

describe('blending', () => {
  const candidate = (score: number, centre: number, side: number): Candidate => ({
    score,
    values: Float64Array.from({ length: 16 }, (_, at) => (at === 2 || at === 3 ? side : centre)),
  });

  test('takes the mean of what overlaps, weighted by score, and leaves neighbours alone', () => {
    const faces = blendCandidates([candidate(0.6, 12, 20), candidate(0.9, 10, 10), candidate(0.3, 11, 10)], 0.3);
    // The large one overlaps the best by a quarter only.
    expect(faces.map(({ score }) => score)).toEqual([0.9, 0.6]);
    const centre = (0.9 * 10 + 0.3 * 11) / 1.2;
    expect(faces[0].box.x).toBeCloseTo(centre - 5);
    expect(faces[0].landmarks?.points).toHaveLength(6);
    expect(faces[0].landmarks?.points[5][1]).toBeCloseTo(centre);
    expect(faces[1].box).toEqual({ x: 2, y: 2, width: 20, height: 20 });
  });
});

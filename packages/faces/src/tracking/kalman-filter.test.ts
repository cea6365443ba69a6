import { createRandom } from '@mien/core';
import { expect, test } from 'vitest';
import { KalmanFilter } from './kalman-filter.js';

test('positions and velocities are those of a filter computed with matrices', () => {
  // F = [[1, dt], [0, 1]], H = [1, 0], Q = 4 [[dt⁴/4, dt³/2], [dt³/2, dt²]], R = .25, first P = diag(.25, 9).
  const filter = new KalmanFilter(10, 0.5, 3);
  const expected = reference([12, 13.5, 17, 17.5], [0.5, 0.1, 1, 0.25]);
  for (const [index, measured] of [12, 13.5, 17, 17.5].entries()) {
    filter.predict([0.5, 0.1, 1, 0.25][index], 2);
    filter.update(measured, 0.5);
    expect(filter.position).toBeCloseTo(expected[index][0], 10);
    expect(filter.velocity).toBeCloseTo(expected[index][1], 10);
  }
});

/** The textbook's matrix form, written out. */
function reference(measured: number[], seconds: number[]): [number, number][] {
  let x = [10, 0];
  let p = [
    [0.25, 0],
    [0, 9],
  ];
  return measured.map((z, index) => {
    const dt = seconds[index];
    x = [x[0] + dt * x[1], x[1]];
    const f = [
      [1, dt],
      [0, 1],
    ];
    const q = [
      [dt ** 4, 2 * dt ** 3],
      [2 * dt ** 3, 4 * dt ** 2],
    ];
    p = add(multiply(multiply(f, p), transpose(f)), q);
    const gain = [p[0][0] / (p[0][0] + 0.25), p[1][0] / (p[0][0] + 0.25)];
    const error = z - x[0];
    x = [x[0] + gain[0] * error, x[1] + gain[1] * error];
    p = multiply(
      [
        [1 - gain[0], 0],
        [-gain[1], 1],
      ],
      p,
    );
    return [x[0], x[1]];
  });
}

function multiply(a: number[][], b: number[][]): number[][] {
  return a.map((row) => b[0].map((_, column) => row.reduce((sum, value, at) => sum + value * b[at][column], 0)));
}
function transpose(a: number[][]): number[][] {
  return a[0].map((_, column) => a.map((row) => row[column]));
}
function add(a: number[][], b: number[][]): number[][] {
  return a.map((row, y) => row.map((value, x) => value + b[y][x]));
}

test('what moves evenly is found through noise, nearer than measured', () => {
  const random = createRandom(3, 'kalman');
  const filter = new KalmanFilter(0, 1, 10);
  let [measuredError, filteredError] = [0, 0];
  for (let frame = 1; frame <= 200; frame++) {
    const [truth, noise] = [frame * 0.7, random.normal(0, 1)];
    filter.predict(0.1, 1);
    filter.update(truth + noise, 1);
    if (frame <= 20) continue;
    measuredError += noise ** 2;
    filteredError += (filter.position - truth) ** 2;
  }
  expect(filteredError).toBeLessThan(0.4 * measuredError);
  expect(Math.abs(filter.velocity - 7)).toBeLessThan(1.5);
});

import { createRandom } from '@mien/core';
import { expect, test } from 'vitest';
import reference from '../fixtures/classical-reference.json' with { type: 'json' };
import { referenceNoise } from '../fixtures/reference-noise.js';
import { cosineBasis, edgeImage, lowSpectrum } from './edge-spectrum.js';
import { unitObjective } from './hidden-unit.js';
import { leastSquares } from './least-squares.js';
import { decisionValues, trainLinearSvm } from './linear-svm.js';
import { gridHistograms, localBinaryPatterns, UNIFORM_LABELS } from './local-binary-patterns.js';
import { fitSigmoid } from './platt-scaling.js';

const [HEIGHT, WIDTH] = [13, 17];
const picture = referenceNoise(HEIGHT * WIDTH, 1).map((value) => Math.floor(256 * value));

test.each([1, 2] as const)('uniform local binary patterns of radius %i are scikit-image’s', (radius) => {
  expect([...localBinaryPatterns(picture, HEIGHT, WIDTH, radius)]).toEqual(reference.patterns[radius]);
});

test('patterns do not change with brightness and contrast; histograms count every pixel once', () => {
  const labels = localBinaryPatterns(picture, HEIGHT, WIDTH, 1);
  const inside = (values: Uint8Array) => [...values].filter((_, place) => isInside(place));
  const brighter = localBinaryPatterns(
    picture.map((value) => 0.4 * value + 60),
    HEIGHT,
    WIDTH,
    1,
  );
  expect(inside(brighter)).toEqual(inside(labels));
  const histograms = new Float32Array(3 * 4 * UNIFORM_LABELS);
  gridHistograms(labels, HEIGHT, WIDTH, { rows: 3, columns: 4 }, histograms);
  for (let start = 0; start < histograms.length; start += UNIFORM_LABELS) {
    const cell = histograms.subarray(start, start + UNIFORM_LABELS);
    expect(cell.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  }
});

function isInside(place: number): boolean {
  const [row, column] = [Math.floor(place / WIDTH), place % WIDTH];
  return row > 0 && column > 0 && row < HEIGHT - 1 && column < WIDTH - 1;
}

test('the linear machine has the weights of scikit-learn’s LinearSVC', () => {
  const [rows, columns] = [60, 8];
  const values = Float32Array.from(referenceNoise(rows * columns, 500), (value) => 2 * value - 1);
  const jitter = referenceNoise(rows, 2000);
  const signs = Int8Array.from({ length: rows }, (_, row) => {
    const at = (column: number) => values[row * columns + column];
    return at(0) + 0.5 * at(3) * at(1) + 0.3 * (jitter[row] - 0.5) > 0.1 ? 1 : -1;
  });
  const options = { c: 2.5, tolerance: 1e-9, maxEpochs: 100_000 };
  const weights = trainLinearSvm({ values, rows, columns }, signs, options, createRandom(1));
  weights.forEach((weight, index) => {
    expect(weight).toBeCloseTo(reference.svm[index], 5);
  });
  const decisions = decisionValues({ values, rows, columns }, weights);
  const right = decisions.filter((value, row) => Math.sign(value) === signs[row]).length;
  expect(right).toBeGreaterThan(50);
});

test('Platt’s sigmoid is scikit-learn’s', () => {
  const decisions = referenceNoise(200, 4000).map((value) => 3 * value - 1.2);
  const jitter = referenceNoise(200, 5000);
  const positive = Array.from(decisions, (value, row) => value + 2 * (jitter[row] - 0.5) > 0.2);
  const { slope, offset } = fitSigmoid(decisions, positive);
  expect(slope).toBeCloseTo(reference.sigmoid.slope, 3);
  expect(offset).toBeCloseTo(reference.sigmoid.offset, 3);
});

test('the low spectrum of the edges is SciPy’s', () => {
  const bases = [cosineBasis(HEIGHT, 5), cosineBasis(WIDTH, 5)] as const;
  const spectrum = lowSpectrum(edgeImage(picture, HEIGHT, WIDTH), bases, 5);
  expect(spectrum).toHaveLength(25);
  spectrum.forEach((value, index) => {
    expect(value).toBeCloseTo(reference.spectrum[index], 4);
  });
});

test('least squares leave a residual at right angles to every column', () => {
  const columns = [1, 2, 3].map((start) => referenceNoise(40, start * 1000));
  const target = referenceNoise(40, 9000);
  const [solution] = leastSquares(columns, [target], 0);
  const residual = target.map(
    (value, row) => value - columns.reduce((sum, column, k) => sum + column[row] * solution[k], 0),
  );
  for (const column of columns) {
    expect(residual.reduce((sum, value, row) => sum + value * column[row], 0)).toBeCloseTo(0, 9);
  }
});

test('a hidden unit’s objective is the error that it takes away, with its gradient', () => {
  const centred = (start: number) => {
    const values = referenceNoise(30, start);
    const mean = values.reduce((sum, value) => sum + value, 0) / 30;
    return values.map((value) => value - mean);
  };
  const residuals = [centred(100), centred(200)];
  const outputs = referenceNoise(30, 300);
  const slopes = new Float64Array(30);
  const objective = unitObjective(outputs, residuals, slopes);
  const after = residuals.reduce((total, residual) => {
    const columns = [new Float64Array(30).fill(1), outputs];
    const [[bias, weight]] = leastSquares(columns, [residual], 0);
    return total + residual.reduce((sum, value, row) => sum + (value - bias - weight * outputs[row]) ** 2, 0);
  }, 0);
  const before = residuals.flatMap((residual) => [...residual]).reduce((sum, value) => sum + value ** 2, 0);
  expect(objective).toBeCloseTo(before - after, 6);
  for (const row of [0, 11, 29]) {
    const shifted = (change: number) =>
      unitObjective(
        outputs.map((value, index) => (index === row ? value + change : value)),
        residuals,
      );
    expect(slopes[row]).toBeCloseTo((shifted(1e-5) - shifted(-1e-5)) / 2e-5, 5);
  }
});

import '@tensorflow/tfjs-backend-cpu';
import { createRandom, type Landmarks } from '@mien/core';
import { ready, setBackend, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { LandmarkDistances } from '../layers/landmark-distances.js';
import { INNER_POINTS, landmarkVector, trajectoryVector } from './landmark-vectors.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

function face(seed: number): Landmarks {
  const random = createRandom(seed, 'face');
  const points = Array.from({ length: 68 }, () => [random.uniform(0, 100), random.uniform(0, 120)] as [number, number]);
  return { scheme: 'ibug-68', points };
}

function move(landmarks: Landmarks, scale: number, angle: number, dx: number, dy: number): Landmarks {
  const [c, s] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  return { ...landmarks, points: landmarks.points.map(([x, y]) => [c * x - s * y + dx, s * x + c * y + dy]) };
}

function distances(landmarks: Landmarks): Float32Array {
  const output = new LandmarkDistances({}).apply(tensor(landmarkVector(landmarks), [1, 136])) as Tensor;
  return output.dataSync<'float32'>();
}

test('distances do not change when a face is moved, turned or scaled; the unit is the distance of the eyes', () => {
  const landmarks = face(1);
  const expected = distances(landmarks);
  expect(expected).toHaveLength(253);
  for (const moved of [move(landmarks, 1, 0, 30, -8), move(landmarks, 2.5, 0, 0, 0), move(landmarks, 0.7, 0.8, 5, 5)]) {
    distances(moved).forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index], 3);
    });
  }
  const [right, left, nose] = [36, 45, 30].map((point) => landmarks.points[point]);
  const between = (a: number[], b: number[]) => Math.hypot(a[0] - b[0], a[1] - b[1]);
  // The pairs of point 36, the seventh, that reach to 45 and to 30.
  const start = 22 + 21 + 20 + 19 + 18 + 17;
  expect(expected[start + 5]).toBeCloseTo(1, 5);
  expect(expected[start + 7]).toBeCloseTo(between(right, nose) / between(right, left), 4);
});

test('trajectories count from the nose and do not change with place and size', () => {
  const sequence = [face(1), face(2)];
  const vector = trajectoryVector(sequence);
  expect(INNER_POINTS).toHaveLength(49);
  expect(vector).toHaveLength(2 * 98);
  const nose = INNER_POINTS.indexOf(30);
  expect([...vector.subarray(2 * nose, 2 * nose + 2)]).toEqual([0, 0]);
  const moved = trajectoryVector(sequence.map((landmarks, index) => move(landmarks, 1 + index, 0, 9 * index, 4)));
  moved.forEach((value, index) => {
    expect(value).toBeCloseTo(vector[index], 4);
  });
});

test('landmarks of another scheme are refused', () => {
  const eyes: Landmarks = {
    scheme: 'eyes-2',
    points: [
      [1, 2],
      [3, 4],
    ],
  };
  expect(() => landmarkVector(eyes)).toThrow(/68 landmarks.*2 of eyes-2/);
  expect(() => trajectoryVector([eyes])).toThrow(/ibug-68/);
});

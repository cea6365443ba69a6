import '@tensorflow/tfjs-backend-cpu';
import { ready, setBackend, type Tensor, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { PictureDerivatives } from './picture-derivatives.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

test('a ramp has its slope as gradient and no Laplacian, a parabola its second derivative', () => {
  const side = 8;
  const values: number[] = [];
  for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) values.push(3 * x + 4 * y, 0.5 * x * x);
  const layer = new PictureDerivatives({ gradient: true, laplacian: true });
  const output = layer.apply(tensor4d(values, [1, side, side, 2])) as Tensor4D;
  expect(output.shape).toEqual([1, side, side, 6]);
  const at = (y: number, x: number) => (output.arraySync() as number[][][][])[0][y][x];
  expect(at(3, 4).slice(0, 2)).toEqual([24, 8]);
  expect(at(3, 4)[2]).toBeCloseTo(5, 4);
  expect(at(3, 4)[3]).toBeCloseTo(4, 4);
  expect(at(3, 4)[4]).toBeCloseTo(0, 4);
  expect(at(3, 4)[5]).toBeCloseTo(0.25, 4);
  // Mirrored edges: no step there.
  expect(at(3, 0)[3]).toBeCloseTo(0, 2);
});

test('either can be left out', () => {
  const picture = tensor4d(new Float32Array(16), [1, 4, 4, 1]);
  const shape = (gradient: boolean, laplacian: boolean) =>
    (new PictureDerivatives({ gradient, laplacian }).apply(picture) as Tensor).shape[3];
  expect([shape(true, true), shape(true, false), shape(false, true)]).toEqual([3, 2, 2]);
});

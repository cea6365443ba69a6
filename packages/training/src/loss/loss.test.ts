import '@tensorflow/tfjs-backend-cpu';
import { InvalidDataError } from '@mien/core';
import { memory, ready, scalar, setBackend, tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { model as createModel, input, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { createTinySet } from '../fixtures/tiny-set.js';
import references from '../fixtures/torch-references.json' with { type: 'json' };
import { TeacherLoss } from './distillation.js';
import { resolveClassWeights, weighTargets } from './targets.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

const { logits, teacher, classes, soft, weights, ...expected } = references.losses;
const hot = classes.flatMap((own) => [0, 1, 2].map((index) => (index === own ? 1 : 0)));

/** What the graph computes from `weighTargets`. */
function lossOf(labels: readonly number[], classWeights: readonly number[], smoothing: number): number {
  const targets = weighTargets({ labels: Float32Array.from(labels), size: 4 }, classWeights, smoothing);
  return logits.reduce((loss, row, sample) => {
    const total = Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0));
    return row.reduce((sum, value, index) => sum - targets[sample * 3 + index] * (value - total), loss);
  }, 0);
}

test.each([
  ['plain', hot, [1, 1, 1], 0],
  ['smoothed', hot, [1, 1, 1], 0.1],
  ['weighted', hot, weights, 0],
  ['soft labels', soft.flat(), [1, 1, 1], 0],
  ['soft labels, weighted', soft.flat(), weights, 0],
] as const)("%s: PyTorch's cross-entropy", (name, labels, classWeights, smoothing) => {
  expect(lossOf(labels, classWeights, smoothing)).toBeCloseTo(expected[name], 6);
});

/** A model whose logits are its picture of 1×3. */
function createEcho() {
  const picture = input({ shape: [1, 3, 1] });
  const flat = layers.flatten().apply(picture) as SymbolicTensor;
  const outputs = layers.activation({ activation: 'softmax' }).apply(flat) as SymbolicTensor;
  return createModel({ inputs: picture, outputs });
}

test("distillation: Hinton's loss, whatever the teacher's range and class order, and nothing leaks", () => {
  const echo = createEcho();
  const order = [2, 0, 1];
  // The echo answers in its own order and sees -3..3; its pictures come in 0..1.
  const pictures = teacher.flatMap((row) => [...order.keys()].map((own) => (row[order.indexOf(own)] + 3) / 6));
  const range = [-3, 3] as const;
  const loss = new TeacherLoss(
    [{ model: echo, range, classOf: order }],
    { temperature: 4, weight: 0.7 },
    createEcho(),
    [0, 1],
  );
  const before = memory().numTensors;
  const values = tidy(() =>
    loss.combine(scalar(expected.plain), tensor2d(logits), loss.answer([tensor(pictures, [4, 1, 3, 1])])).dataSync(),
  );
  expect(values[0]).toBeCloseTo(expected.distilled, 4);
  expect(memory().numTensors).toBe(before);
});

test('a teacher of another size is refused', () => {
  const teachers = [{ model: createEcho(), range: [0, 1] as const, classOf: [0, 1, 2] }];
  const student = createModel({ inputs: input({ shape: [48, 48, 1] }), outputs: [] });
  expect(() => new TeacherLoss(teachers, { temperature: 4, weight: 0.7 }, student, [0, 1])).toThrow(
    /what the student takes, 48×48×1; found one that takes 1×3×1/,
  );
});

test('balanced weights are n / (classes × n of the class), as scikit-learn has them', () => {
  const set = createTinySet(4);
  // Classes go 0, 1, 2, 0, 1, 2 …: three of 0, two of 1, one of 2.
  const source = { set, indices: [0, 3, 6, 1, 4, 2], classOf: [0, 1, 2], range: [0, 1] as const };
  // compute_class_weight('balanced', classes=[0, 1, 2], y=[0, 0, 0, 1, 1, 2])
  expect(resolveClassWeights('balanced', source, 3)).toEqual([2 / 3, 1, 2]);
  expect(resolveClassWeights({ disgust: 3 }, source, 3)).toEqual([1, 3, 1]);
  expect(resolveClassWeights(undefined, source, 3)).toEqual([1, 1, 1]);
  expect(() => resolveClassWeights('balanced', { ...source, indices: [0, 1] }, 3)).toThrow(InvalidDataError);
  expect(() => resolveClassWeights({ contempt: 2 }, source, 3)).toThrow(/contempt/);
});

import { type Emotion, UnknownLabelError } from '@mien/core';
import type { TensorSet } from '@mien/preprocessing/node';
import { expect, test } from 'vitest';
import { keepKnownLabels, mapLabels } from './label-order.js';

const set = (names: Emotion[], labels: number[]) =>
  ({ labels: Uint8Array.from(labels), index: { name: 'test', labels: names } }) as unknown as TensorSet;

test('labels are mapped by name, whatever their order; a class that only the set lists is no harm', () => {
  expect(mapLabels(['happy', 'angry'], set(['angry', 'happy'], [0, 1]))).toEqual([1, 0]);
  expect(mapLabels(['happy', 'angry'], set(['angry', 'happy', 'contempt'], [0, 1]))).toEqual([1, 0, -1]);
});

test('samples of a class that the model lacks: refused, or left out and counted', () => {
  const tensors = set(['angry', 'contempt', 'happy'], [0, 1, 2, 1, 1, 0]);
  expect(() => mapLabels(['happy', 'angry'], tensors)).toThrow(UnknownLabelError);
  expect(() => mapLabels(['happy', 'angry'], tensors)).toThrow(/contempt in test.*--ignore-unknown-labels/);
  expect(keepKnownLabels(['happy', 'angry'], tensors, [0, 1, 2, 3])).toEqual({
    indices: [0, 2],
    ignored: { contempt: 2 },
    classOf: [1, -1, 0],
  });
  expect(keepKnownLabels(['happy', 'angry'], tensors, [0, 2]).ignored).toEqual({});
  expect(() => keepKnownLabels(['happy', 'angry'], tensors, [1, 3])).toThrow(/only samples of contempt/);
});

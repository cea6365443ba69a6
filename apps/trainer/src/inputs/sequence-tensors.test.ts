import type { Emotion, Sequence } from '@mien/core';
import type { OpenedDataset } from '@mien/datasets';
import type { TensorSet } from '@mien/preprocessing/node';
import { expect, test } from 'vitest';
import { framesAsDataset, pickSequences, stackFrames } from './sequence-tensors.js';

const labels: Emotion[] = ['happy', 'sad'];
const load = async () => {
  throw new Error('no pixels are needed');
};

function open(lengths: readonly number[]): OpenedDataset {
  const sequences = lengths.map(
    (length, index): Sequence => ({
      id: `s${index}`,
      emotion: labels[index % 2],
      subject: `p${index}`,
      groups: {},
      frames: Array.from({ length }, (_, frame) => ({ id: `s${index}/${frame}`, load })),
    }),
  );
  return {
    name: 'drawn',
    labels,
    licence: 'none',
    issues: [],
    async *samples() {},
    ...(lengths.length > 0 && {
      async *sequences() {
        yield* sequences;
      },
    }),
    fingerprint: async () => 'f',
  };
}

/** A tensor set of 1×2 pixels a frame, whose values say which frame it is. */
function tensorsOf(ids: readonly string[]): TensorSet {
  return {
    index: { name: 'drawn', labels } as TensorSet['index'],
    height: 1,
    width: 2,
    channels: 1,
    images: Uint8Array.from(ids.flatMap((_, row) => [10 * row, 10 * row + 1])),
    labels: new Uint8Array(ids.length),
    samples: ids.map((id) => ({ id, emotion: 'happy', groups: {} })),
  };
}

test('frames are spread evenly from the first to the last, each once a data set', async () => {
  const dataset = open([5, 2]);
  const picked = await pickSequences(dataset, 3);
  expect(picked.map(({ frames }) => frames.map(({ id }) => id))).toEqual([
    ['s0/0', 's0/2', 's0/4'],
    ['s1/0', 's1/1', 's1/1'],
  ]);
  const ids: string[] = [];
  const frames = framesAsDataset(dataset, picked, 3);
  for await (const { id } of frames.samples()) ids.push(id);
  expect(ids).toEqual(['s0/0', 's0/2', 's0/4', 's1/0', 's1/1']);
  expect(await frames.fingerprint()).not.toBe(await framesAsDataset(dataset, picked, 4).fingerprint());
});

test('a row holds a sequence, its frames as channels of each pixel; one with a missing frame is left out', async () => {
  const picked = await pickSequences(open([5, 2, 3]), 3);
  const tensors = tensorsOf(['s0/0', 's0/2', 's0/4', 's1/0', 's1/1', 's2/0', 's2/2']);
  const { set, sequences, leftOut } = stackFrames(tensors, picked);
  expect(leftOut).toBe(1);
  expect(sequences.map(({ id }) => id)).toEqual(['s0', 's1']);
  expect([...set.images]).toEqual([0, 10, 20, 1, 11, 21, 30, 40, 40, 31, 41, 41]);
  expect(set).toMatchObject({ height: 1, width: 2, channels: 3, samples: [{ subject: 'p0' }, { subject: 'p1' }] });
  expect([...set.labels]).toEqual([0, 1]);
  expect(stackFrames(tensors, picked, (id) => id !== 's1/1').leftOut).toBe(2);
  expect(() => stackFrames(tensors, picked, () => false)).toThrow(/none of 3/);
});

test('a data set of single pictures is refused', async () => {
  await expect(pickSequences(open([]), 3)).rejects.toThrow(/single pictures only/);
});

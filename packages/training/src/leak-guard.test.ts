import { InvalidDataError } from '@mien/core';
import { expect, test } from 'vitest';
import { createTinySet } from './fixtures/tiny-set.js';
import { assertNoLeaks, findLeaks } from './leak-guard.js';

const set = createTinySet(6);
const other = {
  ...set,
  images: set.images.slice(),
  samples: set.samples.map((sample) => ({ ...sample, id: `other ${sample.id}` })),
};

test('a picture in both parts is found, in another set too; one byte of difference is another picture', () => {
  const train = { set, indices: [0, 1, 2, 3] };
  expect(findLeaks(train, [{ set, indices: [4, 5] }])).toEqual([]);
  expect(findLeaks(train, [{ set, indices: [5, 2] }])).toEqual([{ trained: '2', measured: '2', index: 2 }]);
  expect(
    findLeaks(train, [
      { set, indices: [5] },
      { set: other, indices: [1, 9] },
    ]),
  ).toEqual([{ trained: '1', measured: 'other 1', index: 1 }]);
  other.images[144] ^= 1;
  expect(findLeaks(train, [{ set: other, indices: [1, 9] }])).toEqual([]);
});

test('the guard names the pictures and what to do', () => {
  const leak = () => assertNoLeaks({ set, indices: [0, 1] }, [{ set, indices: [1, 2] }]);
  expect(leak).toThrow(InvalidDataError);
  expect(leak).toThrow(/1 of 2, such as 1 and 1.*leaks: drop/);
});

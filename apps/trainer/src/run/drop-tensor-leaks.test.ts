import { expect, test, vi } from 'vitest';
import { dropTensorLeaks } from './drop-tensor-leaks.js';

test('rows of training whose pixels also stand in validation or test go, and are counted', () => {
  const rows = [
    [1, 2],
    [3, 4],
    [1, 2],
    [5, 6],
    [3, 5],
    [5, 6],
  ];
  const set = { height: 1, width: 2, channels: 1 as const, images: Uint8Array.from(rows.flat()) };
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(dropTensorLeaks({ train: [0, 1, 3], validation: [2], test: [4, 5] }, set)).toEqual({
    train: [1],
    validation: [2],
    test: [4, 5],
  });
  expect(write.mock.calls).toEqual([['left out of training: 2 pictures that also stand in validation or test\n']]);
  write.mockRestore();
});

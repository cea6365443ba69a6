import { expect, test } from 'vitest';
import { FaceHistory, meanProbabilities } from './history.js';

const happy = (id: number, share = 1) => ({ id, probabilities: { happy: share, sad: 1 - share } });

test('the last seconds of each face are kept, of those that left too', () => {
  const history = new FaceHistory(2);
  history.add(0, [happy(1), happy(2)]);
  history.add(1, [happy(1)]);
  history.add(2.5, [happy(1)]);
  expect(history.of(1).map(({ time }) => time)).toEqual([1, 2.5]);
  expect(history.of(2)).toEqual([]);
});

test('a video that is wound back begins anew', () => {
  const history = new FaceHistory(10);
  history.add(5, [happy(1)]);
  history.add(0, [happy(1, 0)]);
  expect(history.of(1)).toEqual([{ time: 0, probabilities: { happy: 0, sad: 1 } }]);
});

test('means are in order, and sum to 1', () => {
  const moments = [0.9, 0.5].map((share, time) => ({ time, ...happy(1, share) }));
  expect(meanProbabilities(moments)).toEqual([
    ['happy', 0.7],
    ['sad', expect.closeTo(0.3)],
  ]);
});

import type { Dataset, PixelImage, Sample } from '@mien/core';
import { expect, test } from 'vitest';
import { RowLog } from './row-log.js';

const dataset: Dataset = {
  name: 'few',
  labels: ['happy'],
  licence: 'MIT',
  fingerprint: async () => '',
  async *samples() {},
};
const image: PixelImage = { width: 1, height: 1, channels: 1, data: new Uint8Array(1) };
const sample = (id: string): Sample => ({ id, emotion: 'happy', groups: {}, load: async () => image });

test('what the pipeline did not find is named, with what became of the picture', () => {
  const log = new RowLog(dataset);
  expect(log.record(sample('plain'), { kind: 'image', image })).toEqual([]);
  expect(log.record(sample('a'), { kind: 'no-face' })).toMatchObject([{ id: 'a', what: 'no-face' }]);
  expect(log.record(sample('b'), { kind: 'no-face', missing: 'landmarks' })).toMatchObject([{ what: 'no-landmarks' }]);
  expect(log.record(sample('c'), { kind: 'image', image, landmarksMissing: true })).toMatchObject([
    { what: 'unaligned' },
  ]);
  const both = log.record(sample('d'), { kind: 'image', image, faceMissing: true, quirks: ['rotated', 'cmyk'] });
  expect(both.map(({ what }) => what)).toEqual(['rotated', 'cmyk', 'whole-image']);
  expect(log.summary()).toMatchObject({ count: 3, skipped: { bad: 0, noFace: 2 }, wholeImages: 1 });
  expect(log.summary().samples.ids).toEqual(['plain', 'c', 'd']);
  expect(log.report('key').counts).toEqual({
    'no-face': 1,
    'no-landmarks': 1,
    unaligned: 1,
    rotated: 1,
    cmyk: 1,
    'whole-image': 1,
  });
});

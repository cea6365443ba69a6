import { pretrainedDirectory, readBundle } from '@mien/model-zoo';
import { expect, test } from 'vitest';
import { needsOpenCv } from './needs-opencv.js';

test('Haar cascades are what is meant where a step that finds faces names no type', async () => {
  const { card } = await readBundle(pretrainedDirectory());
  expect(needsOpenCv(card)).toBe(false);
  const withStep = (step: object) => ({ ...card, pipeline: [step, { step: 'grey' }] });
  expect(needsOpenCv(withStep({ step: 'crop-face', detector: { type: 'haar' } }))).toBe(true);
  expect(needsOpenCv(withStep({ step: 'crop-face', detector: { searchSize: 512 } }))).toBe(true);
  expect(needsOpenCv(withStep({ step: 'detect-face' }))).toBe(true);
  expect(needsOpenCv(withStep({ step: 'detect-face', detector: { type: 'cnn' } }))).toBe(false);
  expect(needsOpenCv(withStep({ step: 'resize', width: 48, height: 48 }))).toBe(false);
  expect(needsOpenCv({ pipeline: 'none' })).toBe(false);
});

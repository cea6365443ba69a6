import type { ModelCard } from '@mien/core';
import { readBundle, resolveBundle } from '@mien/model-zoo';
import { expect, test } from 'vitest';
import { findDatasetFolder, pictureSetsOf } from '../configuration/dataset-definition.js';
import { howObtained } from './how-obtained.js';

const shipped = async (name: string): Promise<ModelCard> => (await readBundle(await resolveBundle(name))).card;

test('a set that was not trained on is out of sample; of one with parts of its own, each part is what it was in training', async () => {
  const card = await shipped('mien-net.fer2013');
  expect(howObtained(card, ['kdef'], 'all')).toBe('out-of-sample');
  expect(howObtained(card, ['fer2013'], 'train')).toBe('in-sample');
  expect(howObtained(card, ['fer2013'], 'all')).toBe('in-sample');
  expect(howObtained(card, ['fer2013'], 'validation')).toBe('selected-on');
  expect(howObtained(card, ['fer2013'], 'test')).toBe('held-out');
});

test('where the parts were drawn for the training, or it began with a bundle of another set, nothing of either is called unseen', async () => {
  const card = await shipped('mien-net.kdef');
  for (const split of ['train', 'validation', 'test', 'all'] as const) {
    expect(howObtained(card, ['kdef'], split)).toBe('in-sample');
    expect(howObtained(card, ['fer2013'], split)).toBe('in-sample');
  }
  expect(howObtained(card, ['sfew'], 'all')).toBe('out-of-sample');
});

test('pictures that were learned from under other labels are not unseen, and their parts are the same', async () => {
  const card = await shipped('mien-net.fer2013');
  const ferplus = pictureSetsOf((await findDatasetFolder('ferplus')).definition);
  expect(ferplus).toEqual(['fer2013', 'ferplus']);
  expect(howObtained(card, ferplus, 'train')).toBe('in-sample');
  expect(howObtained(card, ferplus, 'validation')).toBe('selected-on');
  expect(howObtained(card, ferplus, 'test')).toBe('held-out');
  expect(howObtained(await shipped('mien-net.kdef'), ferplus, 'test')).toBe('in-sample');
});

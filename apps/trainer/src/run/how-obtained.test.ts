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
  const ferplus = await pictureSetsOf(await findDatasetFolder('ferplus'));
  expect(ferplus).toEqual(['fer2013', 'ferplus']);
  expect(howObtained(card, ferplus, 'train')).toBe('in-sample');
  expect(howObtained(card, ferplus, 'validation')).toBe('selected-on');
  expect(howObtained(card, ferplus, 'test')).toBe('held-out');
  expect(howObtained(await shipped('mien-net.kdef'), ferplus, 'test')).toBe('in-sample');
});

test('parts drawn as they were for the training are the same, drawn in any other way they are not', async () => {
  const drawn = { protocol: 'hold-out', validationShare: 0.1, testShare: 0.2, unit: 'subject', seed: 3 } as const;
  const card = { training: { datasets: ['fer2013', 'kdef'], split: { ...drawn } } };
  expect(howObtained(card, ['kdef'], 'test', drawn)).toBe('held-out');
  expect(howObtained(card, ['kdef'], 'validation', drawn)).toBe('selected-on');
  expect(howObtained(card, ['kdef'], 'train', drawn)).toBe('in-sample');
  expect(howObtained(card, ['kdef'], 'test', { ...drawn, seed: 4 })).toBe('in-sample');
  expect(howObtained(card, ['kdef'], 'test')).toBe('in-sample');
  expect(howObtained({ training: { datasets: ['kdef'] } }, ['kdef'], 'test', drawn)).toBe('in-sample');
});

import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PixelImage } from '@mien/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCkPlus } from './ck-plus.js';
import { list, sequencesOf } from './fixtures/memory-dataset.js';
import {
  createPerson,
  generateSyntheticDataset,
  sampleFaceParameters,
  sampleSequenceParameters,
} from './synthetic/index.js';
import { openSynthetic } from './synthetic-dataset.js';

const CHOICES = { seed: 4, people: { female: 1, male: 1 }, angles: ['S'], size: { width: 84, height: 114 } } as const;
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mien-sequences-'));
  for (const [name, sequences] of [
    ['with', { frames: 4 }],
    ['without', undefined],
  ] as const) {
    const options = { ...CHOICES, angles: [...CHOICES.angles], directory: join(root, name), sequences };
    await generateSyntheticDataset({ ...options, format: 'png' });
  }
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('sequences from neutral to apex for every person and expression, beside the same pictures', async () => {
  const dataset = await openSynthetic({ path: join(root, 'with') });
  expect(dataset.issues).toEqual([]);
  const samples = await list(dataset.samples());
  const plain = await openSynthetic({ path: join(root, 'without') });
  expect(plain.sequences).toBeUndefined();
  expect(samples.map(({ id }) => id)).toEqual((await list(plain.samples())).map(({ id }) => id));
  expect(await dataset.fingerprint()).not.toBe(await plain.fingerprint());
  const sequences = await list(sequencesOf(dataset));
  expect(sequences).toHaveLength(2 * 6);
  for (const { frames, emotion, subject, groups, id } of sequences) {
    expect(frames.map(({ intensity }) => intensity)).toEqual([0, 1 / 3, 2 / 3, 1]);
    expect(emotion).not.toBe('neutral');
    expect(groups).toEqual({ gender: subject === 'F01' ? 'female' : 'male', angle: 'straight' });
    const images = await Promise.all(frames.map(({ load }) => load()));
    // Each frame is further from the first than the one before it.
    const distances = images.map((image) => distance(image, images[0]));
    expect(distances, id).toEqual(distances.toSorted((a, b) => a - b));
  }
  // The apex is the picture of the same name.
  const [sequence] = sequences;
  const picture = samples.find(({ id }) => id.endsWith(`${sequence.id}.PNG`));
  expect((await sequence.frames[3].load()).data).toEqual((await picture?.load())?.data);
});

test('the same sequences in the layout of CK+’s release', async () => {
  const drawn = (await list(sequencesOf(await openSynthetic({ path: join(root, 'with') })))).slice(0, 6);
  const release = join(root, 'ck-plus');
  const code = { angry: 1, disgust: 3, fear: 4, happy: 5, sad: 6, surprise: 7, neutral: 0, contempt: 2 };
  for (const [index, { emotion, frames }] of drawn.entries()) {
    const folder = `S0${10 + (index % 2)}/00${index + 1}`;
    const stem = folder.replace('/', '_');
    for (const place of ['cohn-kanade-images', 'Emotion'])
      await mkdir(join(release, place, folder), { recursive: true });
    for (const [frame, { id }] of frames.entries()) {
      const name = `${stem}_${String(frame + 1).padStart(8, '0')}.png`;
      await copyFile(join(root, 'with', id), join(release, 'cohn-kanade-images', folder, name));
    }
    const label = `${stem}_${String(frames.length).padStart(8, '0')}_emotion.txt`;
    await writeFile(join(release, 'Emotion', folder, label), `   ${code[emotion]}.0000000e+00\n`);
  }
  const dataset = await openCkPlus({ path: release, apexFrames: 2, neutralFrame: true });
  expect(dataset.issues).toEqual([]);
  const sequences = await list(sequencesOf(dataset));
  const pixels = async ({ frames }: (typeof sequences)[number]) =>
    Promise.all(frames.map(async ({ load }) => (await load()).data));
  for (const sequence of sequences) {
    const original = drawn[Number(sequence.id.slice(-1)) - 1];
    expect(sequence.emotion).toBe(original.emotion);
    expect(await pixels(sequence)).toEqual(await pixels(original));
  }
  const samples = await list(dataset.samples());
  expect(samples).toHaveLength(6 * 3);
  expect(samples.filter(({ emotion }) => emotion === 'neutral')).toHaveLength(6);
  expect(new Set(samples.map(({ subject }) => subject))).toEqual(new Set(['S010', 'S011']));
});

test('intensity is continuous: action units grow evenly from none', () => {
  const key = {
    seed: 1,
    person: createPerson(1, 'female', 1),
    session: 'A',
    emotion: 'happy',
    angle: 'S',
    size: { width: 64, height: 64 },
  } as const;
  const frames = sampleSequenceParameters(key, 11);
  const apex = sampleFaceParameters(key);
  expect(frames[10]).toEqual(apex);
  expect(Object.values(frames[0].actionUnits).every((value) => value === 0)).toBe(true);
  expect(frames[3].actionUnits.AU12).toBeCloseTo(0.3 * (apex.actionUnits.AU12 ?? Number.NaN), 12);
  expect(new Set(frames.map(({ noiseSeed }) => noiseSeed)).size).toBe(11);
});

function distance(a: PixelImage, b: PixelImage): number {
  return a.data.reduce((sum, value, index) => sum + Math.abs(value - b.data[index]), 0) / a.data.length;
}

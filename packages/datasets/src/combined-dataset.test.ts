import {
  ALL_EMOTIONS,
  EMOTIONS,
  type Emotion,
  InvalidConfigurationError,
  InvalidDataError,
  type Sequence,
} from '@mien/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asFaces } from './as-faces.js';
import { type ClassMapping, classMappingSchema, mapClasses } from './class-mapping.js';
import { combineDatasets } from './combined-dataset.js';
import { list, memoryDataset, sequencesOf, texture } from './fixtures/memory-dataset.js';
import type { SplitProtocolInput } from './split-protocol.js';
import { assignSplits } from './splits.js';

const ck = memoryDataset(
  (['contempt', 'happy', 'angry', 'contempt'] as const).map((emotion, index) => ({
    id: `${emotion}-${index}`,
    emotion,
    subject: `S${index}`,
  })),
  { name: 'ck', labels: ['angry', 'happy', 'contempt'] },
);
const fer = memoryDataset(
  (['train', 'train', 'validation', 'test'] as const).map((split, index) => ({
    id: `${index}`,
    emotion: EMOTIONS[index],
    split,
  })),
  { name: 'fer', labels: EMOTIONS },
);

describe('class mapping', () => {
  test('drops and joins classes, and says how many pictures went', async () => {
    const mapped = await mapClasses(ck, { contempt: 'drop' });
    expect(mapped.labels).toEqual(['angry', 'happy']);
    expect((await list(mapped.samples())).map(({ emotion }) => emotion)).toEqual(['happy', 'angry']);
    expect(mapped.issues).toEqual([
      {
        kind: 'dropped-class',
        path: 'contempt',
        reason: '2 picture(s) that the class mapping leaves out',
        intended: true,
      },
    ]);
    const joined = await mapClasses(ck, { contempt: 'disgust' });
    expect(joined.labels).toEqual(['angry', 'happy', 'disgust']);
    expect((await list(joined.samples())).map(({ emotion }) => emotion)).toEqual([
      'disgust',
      'happy',
      'angry',
      'disgust',
    ]);
    expect(new Set(await Promise.all([ck, mapped, joined].map((set) => set.fingerprint()))).size).toBe(3);
  });

  test('a distribution keeps what stays; what mostly showed a dropped class goes', async () => {
    const labels = ['angry', 'happy', 'contempt'] as const;
    const soft = memoryDataset(
      [
        { id: 'a', emotion: 'angry', labelDistribution: [0.4, 0.3, 0.3] },
        { id: 'b', emotion: 'contempt', labelDistribution: [0.1, 0.3, 0.6] },
        { id: 'c', emotion: 'contempt', labelDistribution: [0, 0.6, 0.4] },
      ],
      { labels },
    );
    const samples = await list((await mapClasses(soft, { contempt: 'drop' })).samples());
    expect(samples.map(({ id, emotion }) => [id, emotion])).toEqual([
      ['a', 'angry'],
      ['c', 'happy'],
    ]);
    expect(samples[0].labelDistribution?.map((share) => share.toFixed(4))).toEqual(['0.5714', '0.4286']);
    const joined = await list((await mapClasses(soft, { contempt: 'happy' })).samples());
    expect(joined[1]).toMatchObject({
      emotion: 'happy',
      labelDistribution: [expect.closeTo(0.1), expect.closeTo(0.9)],
    });
  });

  test('sequences are mapped too', async () => {
    const sequence: Sequence = {
      id: 's',
      emotion: 'contempt',
      groups: {},
      frames: [{ id: 'f', load: async () => texture(1) }],
    };
    const set = memoryDataset([{ id: 'a', emotion: 'happy' }], {
      labels: ['happy', 'contempt'],
      async *sequences() {
        yield sequence;
      },
    });
    expect(await list(sequencesOf(await mapClasses(set, { contempt: 'drop' })))).toEqual([]);
    expect(await list(sequencesOf(await mapClasses(set, { contempt: 'angry' })))).toMatchObject([
      { emotion: 'angry', frames: [{ id: 'f' }] },
    ]);
  });

  test('no class left, or words that are no classes, are refused', async () => {
    await expect(mapClasses(ck, { contempt: 'drop', happy: 'drop', angry: 'drop' })).rejects.toThrow(InvalidDataError);
    for (const wrong of [{ contempt: 'gone' }, { scorn: 'drop' }, { contempt: null }]) {
      expect(classMappingSchema.safeParse(wrong).success).toBe(false);
    }
  });

  test('any mapping: no sample of a class that went, no label without a way to it, the same twice', async () => {
    const target = fc.constantFrom<Emotion | 'drop'>(...EMOTIONS, 'drop');
    const mapping = fc.dictionary(fc.constantFrom(...ALL_EMOTIONS), target) as fc.Arbitrary<ClassMapping>;
    await fc.assert(
      fc.asyncProperty(mapping, async (classes) => {
        const mapped = await mapClasses(fer, classes).catch((error) => {
          expect(EMOTIONS.every((label) => classes[label] === 'drop')).toBe(true);
          expect(error).toBeInstanceOf(InvalidDataError);
        });
        if (!mapped) return;
        const samples = await list(mapped.samples());
        for (const { emotion } of samples) expect(mapped.labels).toContain(emotion);
        const dropped = (await list(fer.samples())).filter(({ emotion }) => classes[emotion] === 'drop');
        expect(samples.length).toBe(4 - dropped.length);
        expect(new Set(mapped.labels).size).toBe(mapped.labels.length);
      }),
    );
  });
});

describe('combined sets', () => {
  test('ids and subjects carry the name of their set, labels are joined, issues keep their place', async () => {
    const both = combineDatasets('both', [fer, await mapClasses(ck, { contempt: 'drop' })]);
    expect(both.labels).toEqual(EMOTIONS);
    const samples = await list(both.samples());
    expect(samples.map(({ id, subject, groups }) => [id, subject, groups.database]).slice(3)).toEqual([
      ['fer/3', undefined, 'fer'],
      ['ck/happy-1', 'ck/S1', 'ck'],
      ['ck/angry-2', 'ck/S2', 'ck'],
    ]);
    expect(both.issues[0].path).toBe('ck/contempt');
    expect(both.licence).toBe("fer's licence; ck's licence");
    expect((await list(combineDatasets('x', [ck, fer]).samples()))[0].id).toBe('ck/contempt-0');
  });

  test('a distribution is brought to the joined labels', async () => {
    const soft = memoryDataset([{ id: 'a', emotion: 'happy', labelDistribution: [0.7, 0.3] }], {
      name: 'soft',
      labels: ['happy', 'contempt'],
    });
    const [, , , , sample] = await list(combineDatasets('both', [fer, soft]).samples());
    expect(sample.labelDistribution).toEqual([0, 0, 0, 0.7, 0, 0, 0, 0.3]);
  });

  test('faces go together with photographs: their samples and sequences say so, in the whole too', async () => {
    const moving = memoryDataset([{ id: 'a', emotion: 'happy' }], {
      name: 'moving',
      async *sequences() {
        yield { id: 's', emotion: 'happy', groups: {}, frames: [{ id: 'a', load: async () => texture(1) }] };
      },
    });
    const faces = asFaces(moving);
    const both = combineDatasets('both', [ck, faces]);
    expect((await list(both.samples())).map(({ isFace }) => isFace)).toEqual([...Array(4).fill(undefined), true]);
    expect(await list(sequencesOf(both))).toMatchObject([{ id: 'moving/s', isFace: true }]);
    // Other tensors come of it.
    expect(await faces.fingerprint()).not.toBe(await moving.fingerprint());
  });

  test('sets of one name, or none, are refused', () => {
    expect(() => combineDatasets('x', [])).toThrow(InvalidConfigurationError);
    expect(() => combineDatasets('x', [ck, ck])).toThrow(/ck, ck/);
  });

  test('cross-database: the parts of a set that has them are kept, the others share by person, the rest is tested', async () => {
    const items = await list(combineDatasets('both', [fer, ck]).samples());
    expect(assignSplits(items, { protocol: 'cross-database', train: ['fer'], test: ['ck'] })).toEqual({
      train: [0, 1],
      validation: [2],
      test: [4, 5, 6, 7],
    });
    const reverse = assignSplits(items, {
      protocol: 'cross-database',
      train: ['ck'],
      test: ['fer'],
      validationShare: 0.25,
    });
    expect([reverse.train.length, reverse.validation.length, reverse.test]).toEqual([3, 1, [0, 1, 2, 3]]);
    const part: SplitProtocolInput = {
      protocol: 'cross-database',
      train: ['ck'],
      test: ['fer'],
      testSplits: ['validation', 'test'],
    };
    expect(assignSplits(items, part).test).toEqual([2, 3]);
  });

  test('cross-database: unknown sets, one on both sides, and sets that are not combined are refused', async () => {
    const items = await list(combineDatasets('both', [fer, ck]).samples());
    expect(() => assignSplits(items, { protocol: 'cross-database', train: ['fer'], test: ['jaffe'] })).toThrow(
      /of fer, ck.*found "jaffe"/,
    );
    expect(() => assignSplits(items, { protocol: 'cross-database', train: ['fer'], test: ['fer', 'ck'] })).toThrow(
      /either trained or tested on/,
    );
    const alone = await list(ck.samples());
    expect(() => assignSplits(alone, { protocol: 'cross-database', train: ['ck'], test: ['fer'] })).toThrow(
      /each have a data set.*found sample contempt-0 without one/,
    );
  });
});

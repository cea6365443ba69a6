import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ALL_EMOTIONS, MienError } from '@mien/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCkPlus, parseCkPlusName } from './ck-plus.js';
import { openFer2013 } from './fer2013.js';
import { FERPLUS_COLUMNS, readFerPlusVotes } from './ferplus-votes.js';
import { list } from './fixtures/memory-dataset.js';
import { parseJaffeName } from './jaffe.js';
import { parseKdefName } from './kdef.js';
import { type DatasetSource, openDataset } from './registry.js';
import { parseSfewName } from './sfew.js';
import { splitProtocolSchema } from './split-protocol.js';
import { assignSplits } from './splits.js';

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mien-fuzz-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** What comes of `work`: its value, or the typed error; any other error fails the test. */
async function typed<Value>(work: () => Promise<Value>): Promise<Value | MienError> {
  try {
    return await work();
  } catch (error) {
    if (!MienError.isInstance(error)) throw error;
    expect(error.message).toMatch(/^expected .*; found .*\. .*\.$/s);
    return error;
  }
}

/** Bytes overwritten, cut out and put in anywhere in a text, and its end cut off. */
function damaged(text: string): fc.Arbitrary<Buffer> {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat(6),
    insert: fc.oneof(
      fc.constantFrom('"', ',', '\n', '\r', '\0', ' ', '-1', '256', '1e9', '\uFEFF', 'é'),
      fc.string({ maxLength: 5 }),
    ),
  });
  return fc.tuple(fc.array(edit, { maxLength: 4 }), fc.double({ min: 0, max: 1, noNaN: true })).map(([edits, part]) => {
    let bytes: Buffer = Buffer.from(text);
    for (const { at, remove, insert } of edits) {
      const start = Math.floor(at * bytes.length);
      bytes = Buffer.concat([bytes.subarray(0, start), Buffer.from(insert), bytes.subarray(start + remove)]);
    }
    // Mostly whole, sometimes cut off.
    return part < 0.7 ? bytes : bytes.subarray(0, Math.floor(((1 - part) / 0.3) * bytes.length));
  });
}

describe('names', () => {
  const parsers = [parseKdefName, parseJaffeName, parseCkPlusName, parseSfewName];
  test('any name is read or not, and never fails', () => {
    const name = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[ABS][FM]?\d{0,4}[A-Z._-]{0,6}\d{0,9}[._-]?\d{0,9}\.[a-zA-Z]{0,4}$/),
    );
    fc.assert(
      fc.property(name, (text) => {
        for (const parse of parsers) {
          const facts = parse(text);
          if (facts && 'emotion' in facts) expect(ALL_EMOTIONS).toContain(facts.emotion);
          if (facts && 'frame' in facts) expect(Number.isInteger(facts.frame)).toBe(true);
          if (facts && 'subject' in facts) expect(facts.subject).not.toBe('');
        }
      }),
      { numRuns: 1000 },
    );
  });
  test('what a name is made of is read from it', () => {
    const kdef = fc.record({
      session: fc.constantFrom('A', 'B'),
      gender: fc.constantFrom('F', 'M'),
      number: fc.integer({ min: 1, max: 99 }).map((value) => String(value).padStart(2, '0')),
      code: fc.constantFrom('AF', 'AN', 'DI', 'HA', 'NE', 'SA', 'SU'),
      angle: fc.constantFrom('FL', 'HL', 'S', 'HR', 'FR'),
      extension: fc.constantFrom('JPG', 'jpg', 'png'),
    });
    fc.assert(
      fc.property(kdef, ({ session, gender, number, code, angle, extension }) => {
        const facts = parseKdefName(`${session}${gender}${number}${code}${angle}.${extension}`);
        expect(facts).toMatchObject({ session, subject: `${gender}${number}` });
        expect(parseKdefName(`${session}${gender}${number}${code}${angle}x.${extension}`)).toBeUndefined();
      }),
    );
  });
});

describe('tables', () => {
  const pixels = new Array(48 * 48).fill(7).join(' ');
  test('FER-2013’s csv, plain and gzip', async () => {
    const file = join(root, 'fer.csv');
    const text = ['emotion,pixels,Usage', `3,${pixels},Training`, `"6","${pixels}","PublicTest"`, ''].join('\n');
    await fc.assert(
      fc.asyncProperty(damaged(text), fc.boolean(), fc.boolean(), async (bytes, compress, cut) => {
        const content = compress ? gzipSync(bytes) : bytes;
        await writeFile(file, compress && cut ? content.subarray(0, content.length - 9) : content);
        const samples = await typed(async () => list((await openFer2013({ path: file })).samples()));
        if (MienError.isInstance(samples)) return;
        for (const { load } of samples) expect((await load()).data).toHaveLength(2304);
      }),
      { numRuns: 200 },
    );
  });
  test('FER+’s votes', async () => {
    const file = join(root, 'fer2013new.csv');
    const text = [
      `Usage,Image name,${FERPLUS_COLUMNS.join(',')}`,
      'Training,fer0000000.png,4,0,0,1,3,2,0,0,0,0',
      'PrivateTest,,0,0,0,0,0,0,0,0,7,3',
    ].join('\r\n');
    await fc.assert(
      fc.asyncProperty(damaged(text), async (bytes) => {
        await writeFile(file, bytes);
        const rows = await typed(() => readFerPlusVotes(file));
        if (MienError.isInstance(rows)) return;
        for (const { votes } of rows) {
          expect(votes).toHaveLength(10);
          for (const vote of votes) expect(Number.isInteger(vote) && vote >= 0).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
  test('CK+’s label files', async () => {
    const folder = join(root, 'ck');
    await mkdir(join(folder, 'Emotion'), { recursive: true });
    await writeFile(join(folder, 'S005_001_00000001.png'), 'not looked at');
    await fc.assert(
      fc.asyncProperty(damaged('   3.0000000e+00\n'), async (bytes) => {
        await writeFile(join(folder, 'Emotion', 'S005_001_00000001_emotion.txt'), bytes);
        const dataset = await typed(() => openCkPlus({ path: folder }));
        if (!MienError.isInstance(dataset)) expect(dataset.labels).toHaveLength(1);
      }),
      { numRuns: 100 },
    );
  });
});

test('any tree of files opens as every type of data set, or is refused by a typed error', async () => {
  const part = fc.constantFrom('Train', 'happy', 'sad ', 'a b', 'ü', '顔', '...', 'Emotion', 'x'.repeat(100), 'val');
  const name = fc.constantFrom(
    'AF01ANS.JPG',
    'af01ans.jpg',
    'KA.AN1.39.tiff',
    'S005_001_00000001.png',
    'S005_001_00000001_emotion.txt',
    'Juno_000000001_00000001.png',
    'labels.csv',
    'dataset.json',
    'generator.json',
    'Thumbs.db',
    'ohne Endung',
    '.hidden.png',
    '...png',
  );
  const content = fc.constantFrom('', '3', '{}', 'path,label\nx.png,happy\n', 'GIF89a', '\u0000\u0001');
  const tree = fc.array(fc.tuple(fc.array(part, { maxLength: 3 }), name, content), { maxLength: 8 });
  const types = ['kdef', 'sfew', 'jaffe', 'ck-plus', 'image-folder', 'synthetic'] as const;
  await fc.assert(
    fc.asyncProperty(tree, async (files) => {
      const path = join(root, `tree-${count++}`);
      await mkdir(path);
      for (const [folders, file, text] of files) {
        const place = join(path, ...folders, file);
        await mkdir(dirname(place), { recursive: true });
        await writeFile(place, text);
      }
      for (const type of types) {
        const samples = await typed(async () => {
          const dataset = await openDataset({ type, path });
          await dataset.fingerprint();
          return list(dataset.samples());
        });
        if (MienError.isInstance(samples)) continue;
        expect(new Set(samples.map(({ id }) => id)).size).toBe(samples.length);
        for (const { load } of samples) expect(MienError.isInstance(await typed(load))).toBe(true);
      }
      await rm(path, { recursive: true });
    }),
    { numRuns: 60 },
  );
});

test('any source and any protocol are taken or refused by a typed error', async () => {
  const source = fc.oneof(
    fc.jsonValue(),
    fc.record({ type: fc.constantFrom('kdef', 'ck-plus', 'x'), path: fc.jsonValue(), apexFrames: fc.jsonValue() }),
  );
  await fc.assert(
    fc.asyncProperty(source, async (value) => {
      expect(MienError.isInstance(await typed(() => openDataset(value as DatasetSource)))).toBe(true);
    }),
  );
  const protocol = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        protocol: fc.constantFrom('official', 'by-gender', 'k-fold', 'hold-out', 'by-angle', 'cross-database'),
        k: fc.oneof(fc.integer({ min: -1, max: 20 }), fc.integer(), fc.jsonValue()),
        train: fc.oneof(fc.constantFrom('female', ['straight'], ['a']), fc.jsonValue()),
        test: fc.oneof(fc.constantFrom(['straight'], ['b']), fc.jsonValue()),
        validationShare: fc.oneof(fc.double({ min: 0, max: 1, maxExcluded: true }), fc.jsonValue()),
        seed: fc.oneof({ weight: 5, arbitrary: fc.integer() }, fc.double()),
      },
      { requiredKeys: ['protocol'] },
    ),
  );
  const items = Array.from({ length: 12 }, (_, index) => ({
    id: `${index}`,
    emotion: 'happy' as const,
    subject: `P${index % 4}`,
    groups: { gender: index % 2 ? ('female' as const) : ('male' as const), angle: 'straight' as const, database: 'a' },
  }));
  await fc.assert(
    fc.asyncProperty(protocol, async (value) => {
      const parts = await typed(async () => assignSplits(items, value as never));
      if (!MienError.isInstance(parts)) expect(splitProtocolSchema.safeParse(value).success).toBe(true);
    }),
    { numRuns: 300 },
  );
});

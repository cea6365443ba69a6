import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvalidConfigurationError, MienError } from '@mien/core';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { datasetDefinitionSchema, pictureSetsOf, readDatasetFolder } from './dataset-definition.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mien-definition-'));
});
afterAll(() => rm(root, { recursive: true }));

const BASE = {
  name: 'mine',
  description: 'for tests',
  pictures: 'photos',
  pipeline: [{ step: 'grey' }, { step: 'resize', width: 16, height: 16 }],
};

async function read(text: string) {
  await writeFile(join(root, 'dataset.yaml'), text);
  return readDatasetFolder(root);
}

test('every data set that ships can be read', async () => {
  const folder = fileURLToPath(new URL('../../../../datasets/', import.meta.url));
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  expect(names.length).toBeGreaterThan(6);
  for (const { name } of names) {
    expect((await readDatasetFolder(join(folder, name))).definition.name).toBe(name);
  }
});

test('the sets whose pictures a set holds: those that it labels anew, those that it combines, and itself', async () => {
  const parts = [{ dataset: 'kdef' }, { dataset: 'ferplus' }];
  const { definition } = await read(
    JSON.stringify({ ...BASE, source: { type: 'combined', parts }, picturesOf: ['other'] }),
  );
  // FER+ labels FER-2013's pictures anew; the sets are looked for from here upwards.
  const folder = { definition, directory: process.cwd() };
  expect(await pictureSetsOf(folder)).toEqual(['other', 'kdef', 'fer2013', 'ferplus', 'mine']);
});

test.each([
  { type: 'ferplus', labels: 'cross-entropy' },
  { type: 'ck-plus', apexFrames: 3, neutralFrame: true },
  { type: 'image-folder', table: 'people.csv' },
  { type: 'synthetic', generator: { sequences: { frames: 8 } } },
  { type: 'combined', parts: [{ dataset: 'kdef' }, { dataset: 'ck-plus', classes: { contempt: 'drop' } }] },
])('source %j', (source) => {
  expect(datasetDefinitionSchema.parse({ ...BASE, source }).source).toMatchObject(source);
});

test.each([
  [{ source: { type: 'ferplus', labels: 'most' } }, /labels/],
  [{ source: { type: 'combined', parts: [{ dataset: 'kdef' }] } }, /parts/],
  [{ source: { type: 'kdef' }, classes: { contempt: 'gone' } }, /classes/],
  [{ source: { type: 'kdef' }, classes: { scorn: 'drop' } }, /classes/],
  [{ source: { type: 'kdef', path: '/data' } }, /path/],
  [{ source: { type: 'kdef' }, pictures: 'cropped' }, /framing/],
])('%j is refused by name', async (part, message) => {
  const reading = read(JSON.stringify({ ...BASE, ...part }));
  await expect(reading).rejects.toThrow(InvalidConfigurationError);
  await expect(reading).rejects.toThrow(message);
});

test('any dataset.yaml is read or refused by a typed error', async () => {
  await mkdir(root, { recursive: true });
  const whole = JSON.stringify({ ...BASE, source: { type: 'kdef' } });
  const hostile = fc.constantFrom(
    '&a [*a]',
    'a: &x [1,1]\nb: &y [*x,*x]\nc: &z [*y,*y,*y]\n',
    '!!js/function "x"',
    '__proto__: { polluted: true }',
    '['.repeat(5000),
    `${'? '.repeat(2000)}x`,
    '%YAML 9\n---\n',
    '\0',
    '- - -\n  :',
  );
  const cut = fc.tuple(fc.nat(whole.length), fc.string({ maxLength: 6 })).map(([at, text]) => {
    return `${whole.slice(0, at)}${text}${whole.slice(at + 1)}`;
  });
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        hostile,
        cut,
        fc.string(),
        fc.jsonValue().map((value) => JSON.stringify(value)),
      ),
      async (text) => {
        try {
          expect((await read(text)).definition.pipeline.length).toBeGreaterThan(0);
        } catch (error) {
          if (!MienError.isInstance(error)) throw error;
        }
      },
    ),
    { numRuns: 200 },
  );
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

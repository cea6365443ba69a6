import { expect, test } from 'vitest';
import { DEFAULT_BUNDLE, listPretrained, pretrainedDirectory, readBundle } from './index.js';
import { resolveBundle } from './resolve-bundle.js';

test('every shipped bundle is found by its name, which its card says too; a folder stays what it is', async () => {
  const names = await listPretrained();
  expect(names).toContain(DEFAULT_BUNDLE);
  for (const name of names) {
    const folder = await resolveBundle(name);
    expect(folder).toBe(pretrainedDirectory(name));
    expect((await readBundle(folder)).card.name).toBe(name);
    expect(await resolveBundle(folder)).toBe(folder);
  }
  expect(await resolveBundle('runs/one/model')).toBe('runs/one/model');
});

test('a name that nothing ships by is refused, with those that do', async () => {
  await expect(resolveBundle('mien-net.fer2012')).rejects.toThrow(/mien-net\.fer2013.*found "mien-net\.fer2012"/);
});

import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MissingInputError } from '@mien/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listImages } from './file-tree.js';

let outer: string;
let root: string;
beforeEach(async () => {
  outer = await mkdtemp(join(tmpdir(), 'mien-tree-'));
  root = join(outer, 'set');
  await mkdir(join(root, 'happy'), { recursive: true });
  await writeFile(join(root, 'happy', 'a.png'), 'x');
});
afterEach(() => rm(outer, { recursive: true, force: true }));

const brief = async () => {
  const { images, issues } = await listImages(root);
  return { images, issues: issues.map(({ kind, path }) => `${kind} ${path}`) };
};

describe.skipIf(process.platform === 'win32')('links', () => {
  test('loops end: to itself, to its folder, to the root, to a folder around the root', async () => {
    await writeFile(join(outer, 'stranger.png'), 'x');
    await symlink('self', join(root, 'self'));
    await symlink('.', join(root, 'happy', 'here'));
    await symlink(root, join(root, 'happy', 'up'));
    await symlink(outer, join(root, 'around'));
    await symlink('/', join(root, 'everything'));
    await symlink('nowhere', join(root, 'dangling.png'));
    expect(await brief()).toEqual({
      images: ['happy/a.png'],
      issues: [
        'repeated-folder around',
        'unreadable dangling.png',
        'repeated-folder everything',
        'repeated-folder happy/here',
        'repeated-folder happy/up',
        'unreadable self',
      ],
    });
  });
  test('two links to one folder list it once; links to files and folders elsewhere are followed', async () => {
    await mkdir(join(outer, 'elsewhere'));
    await writeFile(join(outer, 'elsewhere', 'b.png'), 'x');
    for (const name of ['one', 'two']) await symlink(join(outer, 'elsewhere'), join(root, name));
    await symlink(join(outer, 'elsewhere', 'b.png'), join(root, 'c.png'));
    expect(await brief()).toEqual({
      images: ['c.png', 'happy/a.png', 'one/b.png'],
      issues: ['repeated-folder two'],
    });
  });
  test('a pipe is no picture', async () => {
    execFileSync('mkfifo', [join(root, 'happy', 'pipe.png')]);
    expect((await brief()).issues).toEqual(['not-an-image happy/pipe.png']);
  });
});

test('names with spaces, dots, quotes and other scripts', async () => {
  const names = [
    'a b.png',
    'ü.png',
    '顔.png',
    '..hidden is not this..png',
    "it's.png",
    'x..png',
    'UPPER.JPG',
    '🙂.webp',
  ];
  for (const name of names) await writeFile(join(root, 'happy', name), 'x');
  const shown = names.filter((name) => !name.startsWith('.')).map((name) => `happy/${name}`);
  expect((await brief()).images).toEqual([...shown, 'happy/a.png'].sort());
});

// Root reads every folder, whatever its mode.
test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')('a folder that may not be read', async () => {
  await mkdir(join(root, 'locked'));
  await chmod(join(root, 'locked'), 0);
  expect((await brief()).issues).toEqual(['unreadable locked']);
  await chmod(root, 0);
  await expect(listImages(root)).rejects.toThrow(MissingInputError);
  await chmod(root, 0o755);
});

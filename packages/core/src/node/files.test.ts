import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MissingInputError, WriteFailedError } from '../errors.js';
import { hashFile, writeFileAtomically } from './files.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-core-'));
});
afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
});

test('a file is replaced whole and no temporary file stays', async () => {
  const path = join(folder, 'deep', 'file.json');
  await writeFileAtomically(path, 'first');
  await writeFileAtomically(path, Uint8Array.of(65, 66));
  expect(await readFile(path, 'utf8')).toBe('AB');
  expect(await readdir(join(folder, 'deep'))).toEqual(['file.json']);
});

test('a write that fails says why and leaves what was there', async () => {
  const file = join(folder, 'file');
  await writeFile(file, 'kept');
  const failure = writeFileAtomically(join(file, 'below'), 'x');
  await expect(failure).rejects.toThrow(WriteFailedError);
  await expect(failure).rejects.toThrow(/a file where a folder should be|file already exists/i);
  expect(await readFile(file, 'utf8')).toBe('kept');
});

test('the digest is SHA-256 (FIPS 180-2, appendix B.1), and a missing file is an error with its path', async () => {
  await writeFile(join(folder, 'abc'), 'abc');
  expect(await hashFile(join(folder, 'abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  await expect(hashFile(join(folder, 'none'))).rejects.toThrow(MissingInputError);
});

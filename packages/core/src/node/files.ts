import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MissingInputError, WriteFailedError } from '../errors.js';

/**
 * Writes a file so that it is there whole or not at all: a temporary name beside it, flushed to disk, then renamed.
 * Missing parent folders are made.
 * @throws {WriteFailedError} on a full disk, a missing permission, …; a file that was there before is left as it was.
 */
export async function writeFileAtomically(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new WriteFailedError({
      expected: `to write ${path}`,
      found: describeSystemError(error),
      fix: 'free space or choose a folder that can be written; what was written before is whole',
      details: { path, code: systemErrorCode(error) },
      cause: error,
    });
  }
}

/**
 * The SHA-256 digest of a file, in hex, read as a stream.
 * @throws {MissingInputError} when it cannot be read.
 */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw new MissingInputError({
      expected: `to read ${path}`,
      found: describeSystemError(error),
      fix: 'check the path and its permissions',
      details: { path },
      cause: error,
    });
  }
  return hash.digest('hex');
}

/** The code of an operating-system error (`ENOENT`, `ENOSPC`, …), if `error` is one. */
export function systemErrorCode(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** An operating-system error in words for the "found" part of a message. */
export function describeSystemError(error: unknown): string {
  const code = systemErrorCode(error);
  const words: Record<string, string> = {
    ENOENT: 'no such file or folder',
    ENOSPC: 'no space left on the disk',
    EDQUOT: 'the disk quota is used up',
    EACCES: 'no permission',
    EPERM: 'no permission',
    EROFS: 'a read-only file system',
    EISDIR: 'a folder where a file should be',
    ENOTDIR: 'a file where a folder should be',
  };
  return (code && words[code]) || (error instanceof Error ? error.message : String(error));
}

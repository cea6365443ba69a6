import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { WriteFailedError } from '@mien/core';
import { describeSystemError, systemErrorCode } from '@mien/core/node';

/** A file that is written bit by bit under a temporary name beside its own, and gets its own when it is whole. */
export class PendingFile {
  readonly path: string;
  readonly temporary: string;

  private constructor(path: string, temporary: string) {
    this.path = path;
    this.temporary = temporary;
  }

  /** Makes missing parent folders. @throws {WriteFailedError} */
  static async create(path: string): Promise<PendingFile> {
    const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp${extname(path)}`);
    const file = new PendingFile(path, temporary);
    await file.orFail(() => mkdir(dirname(path), { recursive: true }));
    return file;
  }

  /** @throws {WriteFailedError} in place of what `write` throws. */
  async orFail<Result>(write: () => Promise<Result>): Promise<Result> {
    try {
      return await write();
    } catch (error) {
      throw this.failure(describeSystemError(error), error);
    }
  }

  failure(found: string, cause?: unknown): WriteFailedError {
    return new WriteFailedError({
      expected: `to write ${this.path}`,
      found,
      fix: 'free space or choose a folder that can be written; what was written before is whole',
      details: { path: this.path, code: systemErrorCode(cause) },
      cause,
    });
  }

  async commit(): Promise<void> {
    await this.orFail(() => rename(this.temporary, this.path));
  }

  async discard(): Promise<void> {
    await rm(this.temporary, { force: true }).catch(() => undefined);
  }
}

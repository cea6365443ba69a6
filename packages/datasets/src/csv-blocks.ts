import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InvalidDataError, MissingInputError } from '@mien/core';
import { describeSystemError } from '@mien/core/node';

const CHUNK_BYTES = 256 * 1024;
/** A line longer than this is no row of a table of small pictures: stop before memory fills. */
const MAXIMUM_LINE_BYTES = 4 * 1024 * 1024;
const LINE_FEED = 10;

/**
 * A text file as blocks of whole lines, plain or gzip (known by its first bytes, not its name). Holds one block at a time.
 * @throws {MissingInputError} when the file is not there, is empty or cannot be read.
 * @throws {InvalidDataError} when the gzip stream is cut off or damaged, or a line never ends.
 */
export async function* readLineBlocks(path: string): AsyncGenerator<Buffer> {
  const compressed = await isGzip(path);
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  // The callback is needed by pipeline and has nothing to do: the loop below sees every error.
  const stream = compressed ? pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined) : file;
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = text.lastIndexOf(LINE_FEED) + 1;
      if (end > 0) yield text.subarray(0, end);
      rest = text.subarray(end);
      if (rest.length > MAXIMUM_LINE_BYTES) throw endlessLine(path);
    }
  } catch (error) {
    throw translate(path, error);
  } finally {
    file.destroy();
  }
  if (rest.length > 0) yield rest;
}

async function isGzip(path: string): Promise<boolean> {
  const start = Buffer.alloc(2);
  let bytesRead: number;
  try {
    const file = await open(path);
    try {
      ({ bytesRead } = await file.read(start, 0, 2, 0));
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, describeSystemError(error), error);
  }
  if (bytesRead === 0) throw unreadable(path, 'an empty file (0 bytes)');
  return start.readUInt16BE() === 0x1f8b;
}

function translate(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code.startsWith('Z_')) {
    return new InvalidDataError({
      expected: `a whole gzip file in ${path}`,
      found: code === 'Z_BUF_ERROR' ? 'one that is cut off' : `damaged content (${(error as Error).message})`,
      fix: 'fetch the file again; `gzip -t` checks it',
      details: { file: path },
      cause: error,
    });
  }
  return code !== '' && (error as NodeJS.ErrnoException).syscall
    ? unreadable(path, describeSystemError(error), error)
    : error;
}

function unreadable(path: string, found: string, cause?: unknown): MissingInputError {
  return new MissingInputError({
    expected: `a csv or csv.gz file at ${path}`,
    found,
    fix: 'check the path and fetch the file again if it is empty',
    details: { file: path },
    cause,
  });
}

function endlessLine(path: string): InvalidDataError {
  return new InvalidDataError({
    expected: `lines of text in ${path}`,
    found: `more than ${MAXIMUM_LINE_BYTES} bytes without a line's end`,
    fix: 'check that it is the csv file itself and not, say, an archive of it',
    details: { file: path },
  });
}

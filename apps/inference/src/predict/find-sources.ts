import { InvalidConfigurationError, MissingInputError } from '@mien/core';
import type { PictureSource } from '../reading/read-batch.js';
import { findPictures } from './find-pictures.js';

/** No photograph is larger; what is, is not read into memory. */
const MAXIMUM_BYTES = 64 * 1024 ** 2;
const FETCH_MILLISECONDS = 30_000;

export interface FindSourcesOptions {
  /** Whether pictures may be fetched from http and https addresses. */
  readonly allowUrls?: boolean;
  /** Where `-` is read from. */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

/**
 * What arguments name, in their order: files, folders and patterns as `findPictures` finds them, `-` for one picture on standard input, and
 * addresses where they are allowed.
 * @throws {MissingInputError} when an argument names nothing or cannot be fetched; @throws {InvalidConfigurationError} for an address that
 * is not allowed, and `-` twice.
 */
export async function findSources(
  inputs: readonly string[],
  { allowUrls = false, stdin = process.stdin }: FindSourcesOptions = {},
): Promise<PictureSource[]> {
  const sources = new Map<string, PictureSource>();
  for (const input of inputs) {
    for (const source of await expand(input, allowUrls, stdin)) {
      if (!sources.has(source.name)) sources.set(source.name, source);
    }
  }
  return [...sources.values()];
}

async function expand(
  input: string,
  allowUrls: boolean,
  stdin: AsyncIterable<Uint8Array>,
): Promise<readonly PictureSource[]> {
  if (input === '-') return [{ name: '-', content: await collect('standard input', stdin) }];
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(input)) {
    return (await findPictures([input])).map((file) => ({ name: file, content: file }));
  }
  if (!allowUrls || !/^https?:/i.test(input)) {
    throw new InvalidConfigurationError({
      expected: allowUrls ? 'an http or https address' : 'files: addresses are not fetched unless allowed',
      found: input,
      fix: allowUrls ? 'fetch it yourself and name the file' : 'fetch it yourself, or add --allow-urls',
      details: { input },
    });
  }
  return [{ name: input, content: await fetchPicture(input) }];
}

async function fetchPicture(url: string): Promise<Uint8Array> {
  let found: string;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_MILLISECONDS) });
    if (response.ok && response.body) return await collect(url, response.body as AsyncIterable<Uint8Array>);
    found = `status ${response.status}`;
  } catch (error) {
    if (error instanceof MissingInputError) throw error;
    found = error instanceof Error ? error.message : String(error);
  }
  throw new MissingInputError({ expected: `a picture at ${url}`, found, fix: 'check the address', details: { url } });
}

async function collect(name: string, stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > MAXIMUM_BYTES) {
      throw new MissingInputError({
        expected: `a picture of at most ${MAXIMUM_BYTES} bytes from ${name}`,
        found: 'more',
        fix: 'make it smaller, or name a file',
        details: { name, limit: MAXIMUM_BYTES },
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

import { InvalidConfigurationError, MissingInputError } from '@mien/core';
import type { PictureSource } from '../reading/read-batch.js';
import { findPictures } from './find-pictures.js';

/** No photograph is larger; what is, is not read into memory. */
const MAXIMUM_BYTES = 64 * 1024 ** 2;

/** A picture that was named; that of an address is fetched when its turn comes (`fetchingAddresses`). */
export interface NamedSource extends PictureSource {
  readonly isAddress?: true;
}

export interface FindSourcesOptions {
  /** Whether pictures may be fetched from http and https addresses. */
  readonly allowUrls?: boolean;
  /** Where `-` is read from. */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

/**
 * What arguments name, in their order: files, folders and patterns as `findPictures` finds them, `-` for one picture on standard input, and
 * addresses where they are allowed.
 * @throws {MissingInputError} when an argument names nothing; @throws {InvalidConfigurationError} for an address that
 * is not allowed, and `-` twice.
 */
export async function findSources(
  inputs: readonly string[],
  { allowUrls = false, stdin = process.stdin }: FindSourcesOptions = {},
): Promise<NamedSource[]> {
  const sources = new Map<string, NamedSource>();
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
): Promise<readonly NamedSource[]> {
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
  return [{ name: input, content: input, isAddress: true }];
}

/** @throws {MissingInputError} when there is more than a picture has. */
export async function collect(name: string, stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
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

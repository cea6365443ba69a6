import { MienError, MissingInputError } from '@mien/core';
import type { PictureResult, PictureSource } from '../reading/read-batch.js';
import type { ReadSome } from '../reading/read-pictures.js';
import { collect, type NamedSource } from './find-sources.js';

const FETCH_MILLISECONDS = 30_000;

/** Fetches the pictures of addresses before they are read. One that cannot be fetched is its own error, as a damaged file is. */
export function fetchingAddresses(read: ReadSome): (sources: readonly NamedSource[]) => Promise<PictureResult[]> {
  return async (sources) => {
    const fetched = await Promise.allSettled(sources.map(fetchSource));
    const results = await read(fetched.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
    return fetched.map((one, index) => {
      if (one.status === 'fulfilled') return results.shift() as PictureResult;
      if (!MienError.isInstance(one.reason)) throw one.reason;
      const { code, message } = one.reason;
      return { file: sources[index].name, error: { code, message } };
    });
  };
}

async function fetchSource({ isAddress, ...source }: NamedSource): Promise<PictureSource> {
  return isAddress ? { ...source, content: await fetchPicture(source.name) } : source;
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

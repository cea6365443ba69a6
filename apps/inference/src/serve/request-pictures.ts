import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { PictureSource } from '../reading/read-batch.js';
import { base64RequestSchema } from './api-schemas.js';
import { InvalidRequestError, RequestTooLargeError } from './errors.js';
import type { ServerOptions } from './server-options.js';

type Limits = Pick<ServerOptions, 'maximumBytes' | 'maximumPictures' | 'maximumRequestBytes'>;

/**
 * The pictures in the body of a request: multipart, JSON with base64, or the bytes themselves. Nothing touches the disk.
 * @throws {InvalidRequestError} when there are none, or the body is not what it should be; @throws {RequestTooLargeError} above the limits.
 */
export async function picturesOf(request: FastifyRequest, limits: Limits): Promise<PictureSource[]> {
  const pictures = request.isMultipart() ? await readParts(request, limits) : fromBody(request.body, limits);
  if (pictures.length === 0) throw invalid('at least one picture', 'none');
  return pictures;
}

async function readParts(request: FastifyRequest, limits: Limits): Promise<PictureSource[]> {
  const pictures: PictureSource[] = [];
  let total = 0;
  try {
    for await (const part of request.files()) {
      const content = await part.toBuffer();
      total += content.length;
      if (total > limits.maximumRequestBytes) throw tooLarge(`${limits.maximumRequestBytes} bytes`, 'more');
      pictures.push({ name: cleanName(part.filename, pictures.length), content });
    }
  } catch (error) {
    // The parser's own errors, of a body that is cut off or no multipart at all, have no status.
    if (!(error instanceof Error) || 'status' in error || 'statusCode' in error) throw error;
    throw invalid('whole multipart/form-data', error.message);
  }
  return pictures;
}

function fromBody(body: unknown, { maximumBytes, maximumPictures }: Limits): PictureSource[] {
  if (body instanceof Uint8Array) {
    if (body.length === 0) return [];
    if (body.length > maximumBytes) throw tooLarge(`a picture of ${maximumBytes} bytes`, `${body.length}`);
    return [{ name: cleanName(undefined, 0), content: body }];
  }
  const parsed = base64RequestSchema.safeParse(body);
  if (!parsed.success) throw invalid('{ "pictures": [{ "data": "<base64>" }] }', z.prettifyError(parsed.error));
  const { pictures } = parsed.data;
  if (pictures.length > maximumPictures) throw tooLarge(`${maximumPictures} pictures`, `${pictures.length}`);
  return pictures.map(({ name: given, data }, index) => {
    const name = cleanName(given, index);
    const content = decodeBase64(data, name);
    if (content.length > maximumBytes) throw tooLarge(`a picture of ${maximumBytes} bytes`, `${content.length}`);
    return { name, content };
  });
}

/** Node leaves out what is not base64 without a word; the length tells. (A regular expression overflows on tens of megabytes.) */
function decodeBase64(text: string, name: string): Buffer {
  const content = Buffer.from(text, 'base64');
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (content.length === Math.floor(((text.length - padding) * 3) / 4)) return content;
  throw invalid(`base64 in ${name}`, 'other characters');
}

/** A name is only ever shown; even so no path or control character passes. */
function cleanName(name: string | undefined, index: number): string {
  const last = (name ?? '').split(/[\\/]/).at(-1) ?? '';
  const shown = last.replace(/\p{C}/gu, '').slice(0, 200);
  return shown === '' || shown === '.' || shown === '..' ? `picture-${index + 1}` : shown;
}

function invalid(expected: string, found: string): InvalidRequestError {
  return new InvalidRequestError({ expected, found, fix: 'see the API at /docs' });
}

function tooLarge(most: string, found: string): RequestTooLargeError {
  return new RequestTooLargeError({ expected: `at most ${most}`, found, fix: 'send less at once' });
}

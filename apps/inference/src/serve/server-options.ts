import { availableParallelism } from 'node:os';
import { z } from 'zod';

const MEBIBYTE = 1024 ** 2;

/** Typed options of {@link createServer}, each with its default. */
export const serverOptionsSchema = z.strictObject({
  /** Requests under way or waiting, and frames of streams; the next is answered 429. Bounds memory to this many times `maximumRequestBytes`. */
  queue: z.number().int().min(1).max(10_000).default(64),
  /** Pictures that one thread reads together. */
  batch: z.number().int().min(1).max(64).default(4),
  /** Bytes of one picture, before decoding. */
  maximumBytes: z
    .number()
    .int()
    .min(1)
    .default(10 * MEBIBYTE),
  /** Bytes of a request's body. */
  maximumRequestBytes: z
    .number()
    .int()
    .min(1)
    .default(32 * MEBIBYTE),
  /** Pictures in one request. */
  maximumPictures: z.number().int().min(1).max(1000).default(16),
  /** WebSocket connections at once. */
  maximumStreams: z.number().int().min(0).max(10_000).default(64),
  /** Seconds that a request may take, upload and waiting included. */
  timeout: z.number().positive().max(3600).default(30),
  /** Requests a minute for each token, or each address where there are no tokens; 0: no limit. */
  rateLimit: z.number().int().min(0).default(0),
  /** SHA-256 digests, in hex, of the bearer tokens that are let in; none: everybody is. */
  tokenHashes: z.array(z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 digest in hex')).default([]),
  /** Origins of web pages that may ask (`https://example.org`); none: no other site's. */
  origins: z.array(z.url()).default([]),
  /** Whether `X-Forwarded-For` says whose request it is. */
  trustProxy: z.boolean().default(false),
  /** Whether a line for each request goes to stdout, not only failures of the server: method, path, status, time. Never pictures, tokens or results. */
  log: z.boolean().default(false),
  /** A folder with a built web page to serve at `/`, or false; the default is the page of `@mien/web`. */
  page: z.union([z.literal(false), z.string()]).optional(),
});

export type ServerOptions = z.output<typeof serverOptionsSchema>;
export type ServerOptionsInput = z.input<typeof serverOptionsSchema>;

/** What threads are given before they start. */
export const threadOptionsSchema = z.strictObject({
  threads: z.number().int().min(1).max(256).default(availableParallelism),
  /** Pixels of one picture: 50 megapixels decode to 150 MB. */
  maximumPixels: z.number().int().min(1).default(50_000_000),
});

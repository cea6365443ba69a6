import { readFile } from 'node:fs/promises';
import { InvalidConfigurationError, MissingInputError } from '@mien/core';
import { describeSystemError } from '@mien/core/node';
import { readBundle, resolveBundle } from '@mien/model-zoo';
import { Command } from 'commander';
import { z } from 'zod';
import { engineOption, modelOption, networkOptions } from './network-options.js';
import { integerOption, parseOptions } from './parse-options.js';

const optionsSchema = z.object({
  host: z.string().min(1).default('127.0.0.1'),
  port: integerOption.min(0).max(65_535).default(8080),
  ...networkOptions,
  threads: integerOption.optional(),
  queue: integerOption.optional(),
  batch: integerOption.optional(),
  maximumBytes: integerOption.optional(),
  maximumRequestBytes: integerOption.optional(),
  maximumPictures: integerOption.optional(),
  maximumPixels: integerOption.optional(),
  maximumStreams: integerOption.optional(),
  timeout: z.coerce.number().optional(),
  rateLimit: integerOption.optional(),
  tokens: z.string().optional(),
  origin: z.array(z.string()).optional(),
  trustProxy: z.boolean().optional(),
  log: z.boolean().optional(),
  page: z.boolean().default(true),
});

const OPEN_TO_ALL = 'without --tokens whoever reaches this address may ask\n';

/** `mien serve`. Ends on SIGTERM and SIGINT when all it took is answered. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('answer over HTTP: POST /v1/predict, WebSocket /v1/stream; the API is described at /docs')
    .option('--host <address>', 'where to listen; the default, 127.0.0.1, is this machine alone')
    .option('--port <n>', 'the default is 8080; 0 takes a free one')
    .addOption(modelOption)
    .addOption(engineOption)
    .option('--threads <n>', 'threads that read pictures; the default is one a core')
    .option('--queue <n>', 'requests under way or waiting before the next is answered 429 (64)')
    .option('--batch <n>', 'pictures that one thread reads together (4)')
    .option('--maximum-bytes <n>', 'bytes of a picture (10 MiB)')
    .option('--maximum-request-bytes <n>', 'bytes of a request (32 MiB)')
    .option('--maximum-pictures <n>', 'pictures of a request (16)')
    .option('--maximum-pixels <n>', 'pixels of a picture (50 million)')
    .option('--maximum-streams <n>', 'WebSocket connections at once (64)')
    .option('--timeout <seconds>', 'longest that a request may take (30)')
    .option('--rate-limit <n>', 'requests a minute for each token or address; the default is no limit')
    .option('--tokens <file>', 'SHA-256 digests in hex, one a line, of the bearer tokens that are let in')
    .option('--origin <url...>', 'origins of web pages that may ask; the default is none')
    .option('--trust-proxy', 'take the client’s address from X-Forwarded-For')
    .option('--log', 'print a line of JSON for each request, not only for failures')
    .option('--no-page', 'serve no web page at /')
    .addHelpText(
      'after',
      `
Examples:
  mien serve
  curl --data-binary @photo.jpg -H 'content-type: image/jpeg' 127.0.0.1:8080/v1/predict
  printf %s "$TOKEN" | sha256sum > tokens; mien serve --host 0.0.0.0 --tokens tokens`,
    )
    .action(serve);
}

async function serve(given: unknown): Promise<void> {
  const { host, port, model, engine, threads, maximumPixels, tokens, origin, page, ...rest } = parseOptions(
    optionsSchema,
    given,
  );
  // What a server needs is not loaded by the other commands, whose start is waited for.
  const { limitHeaps } = await import('../serve/limit-heaps.js');
  // First: threads that are there keep their heaps.
  limitHeaps(2);
  const [{ serverOptionsSchema, threadOptionsSchema }, { createServer }, { startReaderThreads }] = await Promise.all([
    import('../serve/server-options.js'),
    import('../serve/create-server.js'),
    import('../reading/reader-threads.js'),
  ]);
  const options = parseOptions(serverOptionsSchema, {
    ...rest,
    ...(!page && { page }),
    tokenHashes: tokens === undefined ? [] : await readTokenHashes(tokens),
    origins: origin,
  });
  const threadOptions = parseOptions(threadOptionsSchema, { threads, maximumPixels });
  const bundle = await readBundle(await resolveBundle(model));
  const readers = await startReaderThreads({ bundle, engine, ...threadOptions });
  const server = await createServer({ threads: readers, card: bundle.card }, options);
  const close = async () => {
    // What a client never finishes sending is not waited for without end.
    setTimeout(() => process.exit(1), (options.timeout + 5) * 1000).unref();
    await server.close();
    await readers.close();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, close);
  try {
    const address = await server.app.listen({ host, port });
    process.stdout.write(`${bundle.card.name} in ${readers.threads} threads; listening on ${address}\n`);
    if (tokens === undefined && !isThisMachine(host)) process.stderr.write(OPEN_TO_ALL);
  } catch (error) {
    await close();
    throw new InvalidConfigurationError({
      expected: `to listen on ${host}:${port}`,
      found: describeSystemError(error),
      fix: 'choose another --port or --host',
      cause: error,
    });
  }
}

/** Whether only programs of this machine reach an address. */
function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

/** Empty lines, and what follows the digest (as `sha256sum` writes), are left out. */
async function readTokenHashes(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((error) => {
    throw missingTokens(file, describeSystemError(error), error);
  });
  const hashes = text.split(/\r?\n/).flatMap((line) => line.trim().split(/\s+/)[0].toLowerCase() || []);
  // No digest would let everybody in.
  if (hashes.length === 0) throw missingTokens(file, 'no line');
  return hashes;
}

function missingTokens(file: string, found: string, cause?: unknown): MissingInputError {
  return new MissingInputError({
    expected: `digests of tokens in ${file}`,
    found,
    fix: 'write one with: printf %s "$TOKEN" | sha256sum >> the file',
    details: { file },
    cause,
  });
}

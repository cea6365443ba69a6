import cors from '@fastify/cors';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import websocket from '@fastify/websocket';
import type { ModelCard } from '@mien/core';
import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { ReaderThreads } from '../reading/reader-threads.js';
import { addApiDescription } from './api-description.js';
import { modelResponseSchema } from './api-schemas.js';
import { createTokenCheck } from './authentication.js';
import { ServerError } from './errors.js';
import { MonotonicStore } from './monotonic-store.js';
import { addPredictRoute } from './predict-route.js';
import { ReadingQueue } from './reading-queue.js';
import type { ServerContext } from './server-context.js';
import { ServerMetrics } from './server-metrics.js';
import { type ServerOptionsInput, serverOptionsSchema } from './server-options.js';
import { addStreamRoute } from './stream-route.js';

/** A server that is ready to listen. */
export interface EmotionServer {
  readonly app: FastifyInstance;
  /** Takes nothing more, answers what was taken, and ends; the threads stay. */
  close(): Promise<void>;
}

/**
 * Makes an HTTP server of threads that read pictures. Pictures are in memory only while they are read: none is written or logged.
 * @param card of the model that the threads have.
 */
export async function createServer(
  { threads, card }: { readonly threads: Pick<ReaderThreads, 'read' | 'threads'>; readonly card: ModelCard },
  given: ServerOptionsInput = {},
): Promise<EmotionServer> {
  const options = serverOptionsSchema.parse(given);
  const metrics = new ServerMetrics();
  const queue = new ReadingQueue(threads, { batch: options.batch, capacity: options.queue }, metrics);
  metrics.watch(queue);
  const context: ServerContext = { card, options, queue, metrics };
  let isClosing = false;

  const app = fastify({
    logger: options.log && { level: 'info' },
    trustProxy: options.trustProxy,
    bodyLimit: options.maximumRequestBytes,
    requestTimeout: options.timeout * 1000,
    connectionTimeout: options.timeout * 2000,
    http: { headersTimeout: Math.min(10, options.timeout) * 1000, connectionsCheckingInterval: 1000 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  answerErrors(app);
  const checkToken = createTokenCheck(options.tokenHashes);
  app.addHook('onRequest', async ({ routeOptions, headers }) => {
    // By the route that was found, which no spelling of the address gets round.
    if (routeOptions.url?.startsWith('/v1/') || routeOptions.url === '/metrics') checkToken(headers.authorization);
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async ({ routeOptions }, reply) => {
    metrics.request(routeOptions.url ?? 'unknown', reply.statusCode, reply.elapsedTime / 1000);
  });
  if (options.origins.length > 0) await app.register(cors, { origin: options.origins });
  if (options.rateLimit > 0) {
    await app.register(rateLimit, {
      max: options.rateLimit,
      timeWindow: 60_000,
      store: MonotonicStore,
      keyGenerator: ({ headers, ip }) => (options.tokenHashes.length > 0 ? (headers.authorization ?? ip) : ip),
      allowList: ({ routeOptions }) => !routeOptions.url?.startsWith('/v1/'),
    });
  }
  const { maximumPictures: files, maximumBytes: fileSize } = options;
  await app.register(multipart, { limits: { files, fileSize, fields: 10, fieldSize: 1000, parts: files + 10 } });
  // Streams finish before the sockets close.
  await app.register(websocket, {
    options: { maxPayload: options.maximumBytes },
    preClose: () => streams.finish(),
  });
  app.addContentTypeParser(/^(image\/|application\/octet-stream)/, { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  await addApiDescription(app);
  addPredictRoute(app, context);
  const streams = addStreamRoute(app, context);
  addOperations(app, context, () => !isClosing && !queue.isFull);
  await app.ready();
  return {
    app,
    async close() {
      isClosing = true;
      await app.close();
    },
  };
}

function addOperations(app: FastifyInstance, { card, metrics }: ServerContext, isReady: () => boolean): void {
  const hide = { schema: { hide: true } };
  app.get('/healthz', hide, async () => 'alive\n');
  app.get('/readyz', hide, async (_request, reply) => {
    reply.code(isReady() ? 200 : 503);
    return isReady() ? 'ready\n' : 'busy or closing\n';
  });
  app.get('/metrics', hide, async (_request, reply) => {
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
  app.get(
    '/v1/model',
    { schema: { summary: 'The model that answers', response: { 200: modelResponseSchema } } },
    async () => {
      const { name, labels, hashes, intendedUse, limits } = card;
      return { name, labels, weights: hashes['weights.safetensors'], intendedUse, limits };
    },
  );
}

/** Every failure has the same shape; what nobody foresaw is logged and not told. */
function answerErrors(app: FastifyInstance): void {
  app.setNotFoundHandler((_request, reply) => {
    reply.code(404).send({ error: { code: 'MIEN_NOT_FOUND', message: 'no such address; see /docs' } });
  });
  app.setErrorHandler<FastifyError | ServerError>((error, request, reply) => {
    if (error instanceof ServerError) {
      if (error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter);
      if (error.status === 401) reply.header('www-authenticate', 'Bearer');
      // The rest of a refused body is not waited for.
      if (error.status !== 503) reply.header('connection', 'close');
      return reply.code(error.status).send({ error: { code: error.code, message: error.message } });
    }
    const status = error.statusCode ?? 500;
    if (status >= 500) request.log.error(error);
    const message = status >= 500 ? 'the server failed; its log says how' : error.message;
    return reply.code(status).send({ error: { code: error.code ?? 'MIEN_SERVER_FAILED', message } });
  });
}

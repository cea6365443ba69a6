import cors from '@fastify/cors';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import websocket from '@fastify/websocket';
import type { ModelCard } from '@mien/core';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { ReaderThreads } from '../reading/reader-threads.js';
import { addApiDescription } from './api-description.js';
import { createTokenCheck, digestToken } from './authentication.js';
import { ServerBusyError } from './errors.js';
import { answerFailures } from './failures.js';
import { MonotonicStore } from './monotonic-store.js';
import { addOperationRoutes } from './operation-routes.js';
import { addPredictRoute } from './predict-route.js';
import { ReadingQueue } from './reading-queue.js';
import type { ServerContext } from './server-context.js';
import { ServerMetrics } from './server-metrics.js';
import { type ServerOptions, type ServerOptionsInput, serverOptionsSchema } from './server-options.js';
import { addStreamRoute } from './stream-route.js';
import { addWebPage } from './web-page.js';

/** A server that is ready to listen. */
export interface EmotionServer {
  readonly app: FastifyInstance;
  /** Takes nothing more, answers what was taken, and ends; the threads stay. */
  close(): Promise<void>;
}

export interface ServerParts {
  readonly threads: Pick<ReaderThreads, 'read' | 'threads'>;
  /** Of the model that the threads have. */
  readonly card: ModelCard;
  /** Where lines of the log go; the default is stdout. */
  readonly log?: { write(line: string): void };
}

/** Makes an HTTP server of threads that read pictures. Pictures are in memory only while they are read: none is written or logged. */
export async function createServer(
  { threads, card, log }: ServerParts,
  given: ServerOptionsInput = {},
): Promise<EmotionServer> {
  const options = serverOptionsSchema.parse(given);
  const metrics = new ServerMetrics();
  const queue = new ReadingQueue(threads, { batch: options.batch, capacity: options.queue }, metrics);
  metrics.watchQueue(queue);
  const context: ServerContext = { card, options, queue, metrics };
  let isClosing = false;

  const app = fastify({
    logger: { level: options.log ? 'info' : 'error', stream: log },
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.trustProxy,
    bodyLimit: options.maximumRequestBytes,
    requestTimeout: options.timeout * 1000,
    connectionTimeout: options.timeout * 2000,
    // What comes on an open connection while the server ends has been taken too.
    return503OnClosing: false,
    http: { headersTimeout: Math.min(10, options.timeout) * 1000, connectionsCheckingInterval: 1000 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  answerFailures(app);
  // Before the hook that refuses: it closes the connections of streams that are refused.
  await app.register(websocket, {
    options: { maxPayload: options.maximumBytes },
    // Streams finish before the sockets close.
    preClose: () => streams.finish(),
    // A client that breaks the protocol or the connection is no failure of the server.
    errorHandler(error, socket, { log }) {
      log.info(error);
      socket.terminate();
    },
  });
  const checkToken = createTokenCheck(options.tokenHashes);
  app.addHook('onRequest', async ({ routeOptions, headers }) => {
    // By the route that was found, which no spelling of the address gets round.
    if (routeOptions.url?.startsWith('/v1/') || routeOptions.url === '/metrics') checkToken(headers.authorization);
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async ({ routeOptions, method, url, log }, reply) => {
    const seconds = reply.elapsedTime / 1000;
    metrics.request(routeOptions.url ?? 'unknown', reply.statusCode, seconds);
    log.info({ method, path: url.split('?', 1)[0], status: reply.statusCode, seconds }, 'answered');
  });
  await addLimits(app, options);
  takePictures(app);
  await addApiDescription(app);
  addPredictRoute(app, context);
  const streams = addStreamRoute(app, context);
  addOperationRoutes(app, context, () => !isClosing && !queue.isFull);
  if (options.page !== false) await addWebPage(app, options.page);
  await app.ready();
  return {
    app,
    async close() {
      isClosing = true;
      // A connection whose answer was on its way when the end began would be kept open for the next request.
      const sweep = setInterval(() => app.server.closeIdleConnections(), 100);
      await app.close().finally(() => clearInterval(sweep));
    },
  };
}

async function addLimits(app: FastifyInstance, options: ServerOptions): Promise<void> {
  if (options.origins.length > 0) await app.register(cors, { origin: options.origins });
  if (options.rateLimit > 0) {
    await app.register(rateLimit, {
      max: options.rateLimit,
      timeWindow: 60_000,
      store: MonotonicStore,
      keyGenerator: ({ headers, ip }) =>
        (options.tokenHashes.length > 0 && digestToken(headers.authorization)?.toString('hex')) || ip,
      allowList: ({ routeOptions }) => !routeOptions.url?.startsWith('/v1/'),
      errorResponseBuilder: (_request, { max, ttl }) =>
        new ServerBusyError(`${max} requests a minute`, Math.max(1, Math.ceil(ttl / 1000))),
    });
  }
  const { maximumPictures: files, maximumBytes: fileSize } = options;
  await app.register(multipart, { limits: { files, fileSize, fields: 10, fieldSize: 1000, parts: files + 10 } });
}

/** Bodies are multipart, JSON, or a picture's bytes; any other type is answered 415. */
function takePictures(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser(/^(image\/|application\/octet-stream)/, { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
}

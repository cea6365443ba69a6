import type { FastifyInstance } from 'fastify';
import { NotFoundError, ReadingInterruptedError, ServerError } from './errors.js';

/** What a client is told of a failure. */
export interface Failure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly retryAfter?: number;
}

/** Errors of this server and of Fastify speak for themselves; of what nobody foresaw, the log has the rest. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof ServerError) {
    const { status, code, message, retryAfter } = error;
    return { status, code, message, retryAfter };
  }
  const {
    statusCode: status = 500,
    code,
    message,
  } = error as Partial<Record<'code' | 'message', string>> & { statusCode?: number };
  if (status >= 400 && status < 500) return { status, code: code ?? 'MIEN_INVALID_REQUEST', message: message ?? '' };
  return { status: 500, code: 'MIEN_SERVER_FAILED', message: 'the server failed; its log says how' };
}

/** Gives every failure the same shape. */
export function answerFailures(app: FastifyInstance): void {
  app.setNotFoundHandler(({ method, url }) => {
    throw new NotFoundError({
      expected: 'an address of this server',
      found: `${method} ${url.split('?', 1)[0].slice(0, 200)}`,
      fix: 'see /docs',
    });
  });
  app.setErrorHandler((error, request, reply) => {
    const { status, code, message, retryAfter } = describeFailure(error);
    if (status === 500 || error instanceof ReadingInterruptedError) request.log.error(error);
    if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
    if (status === 401) reply.header('www-authenticate', 'Bearer');
    return reply.code(status).send({ error: { code, message } });
  });
}

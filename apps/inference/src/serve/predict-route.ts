import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { PictureResult } from '../reading/read-batch.js';
import { errorSchema, type PredictResponse, predictResponseSchema } from './api-schemas.js';
import { ReadingTimeoutError } from './errors.js';
import { picturesOf } from './request-pictures.js';
import type { ServerContext } from './server-context.js';

/** `POST /v1/predict`: 200 when some picture was read, 422 when none could be. */
export function addPredictRoute(app: FastifyInstance, { card, options, queue, metrics }: ServerContext): void {
  app.route({
    method: 'POST',
    url: '/v1/predict',
    bodyLimit: options.maximumRequestBytes,
    schema: {
      summary: 'Find the faces in pictures and read their expressions',
      description: 'Send multipart/form-data with a file a picture, the bytes of one picture, or JSON with base64.',
      response: {
        200: predictResponseSchema,
        422: predictResponseSchema,
        '4xx': errorSchema,
        '5xx': errorSchema,
      },
    },
    // Before the body is read: what waits outside costs nothing.
    async onRequest(_request, reply) {
      // Whichever way it ends: answered, cut off, or timed out.
      reply.raw.once('close', queue.takePlace());
    },
    async handler(request, reply) {
      const sources = await picturesOf(request, options);
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort(new Error('the client is gone')));
      const results = await queue.read(sources, AbortSignal.any([gone.signal, timeLimit(options.timeout)]));
      metrics.pictures(results);
      reply.code(results.every((result) => 'error' in result) ? 422 : 200);
      return { model: card.name, pictures: results.map(toAnswer) } satisfies PredictResponse;
    },
  });
}

/** Timers go by a clock that never jumps. */
function timeLimit(seconds: number): AbortSignal {
  const controller = new AbortController();
  const error = new ReadingTimeoutError({
    expected: `an answer within ${seconds} s`,
    found: 'none yet',
    fix: 'ask again later, or send fewer or smaller pictures',
  });
  setTimeout(() => controller.abort(error), seconds * 1000).unref();
  return controller.signal;
}

function toAnswer(result: PictureResult): z.input<typeof predictResponseSchema>['pictures'][number] {
  const { file: name, ...rest } = result;
  if ('error' in rest) return { name, error: rest.error };
  return { name, width: rest.width, height: rest.height, faces: [...rest.faces] };
}

import type { FastifyInstance, FastifyReply } from 'fastify';
import type { PictureResult } from '../reading/read-batch.js';
import { errorSchema, type PredictResponse, predictResponseSchema } from './api-schemas.js';
import { ClientGoneError, ReadingTimeoutError } from './errors.js';
import { picturesOf } from './request-pictures.js';
import type { ServerContext } from './server-context.js';

/** `POST /v1/predict`: 200 when some picture was read, 422 when none could be. */
export function addPredictRoute(app: FastifyInstance, { card, options, queue, metrics }: ServerContext): void {
  app.route({
    method: 'POST',
    url: '/v1/predict',
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
      const signal = endOf(reply, options.timeout);
      const results = await queue.read(await picturesOf(request, options), signal);
      metrics.pictures(results);
      reply.code(results.every((result) => 'error' in result) ? 422 : 200);
      return { model: card.name, pictures: results.map(toAnswer) } satisfies PredictResponse;
    },
  });
}

/** Is aborted when the time is up or the client hangs up; and after the answer, so that nothing of the request is held. */
function endOf(reply: FastifyReply, seconds: number): AbortSignal {
  const controller = new AbortController();
  // Timers go by a clock that never jumps.
  const timer = setTimeout(() => {
    const parts = { expected: `an answer within ${seconds} s`, found: 'none yet' };
    controller.abort(new ReadingTimeoutError({ ...parts, fix: 'ask again later, or send fewer or smaller pictures' }));
  }, seconds * 1000);
  reply.raw.once('close', () => {
    clearTimeout(timer);
    controller.abort(new ClientGoneError({ expected: 'to answer', found: 'nobody there', fix: 'wait for the answer' }));
  });
  return controller.signal;
}

function toAnswer(result: PictureResult): PredictResponse['pictures'][number] {
  const { file: name, ...rest } = result;
  if ('error' in rest) return { name, error: rest.error };
  return { name, width: rest.width, height: rest.height, faces: [...rest.faces] };
}

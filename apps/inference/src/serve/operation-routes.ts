import type { FastifyInstance } from 'fastify';
import { modelResponseSchema } from './api-schemas.js';
import type { ServerContext } from './server-context.js';

/** Routes for those who run the server: is it alive, may it be asked, what does it count, which model answers. */
export function addOperationRoutes(
  app: FastifyInstance,
  { card, metrics }: ServerContext,
  isReady: () => boolean,
): void {
  const hide = { schema: { hide: true } };
  app.get('/healthz', hide, async () => 'alive\n');
  app.get('/readyz', hide, async (_request, reply) => {
    if (isReady()) return 'ready\n';
    reply.code(503);
    return 'busy or closing\n';
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

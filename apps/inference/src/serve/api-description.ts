import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { base64RequestSchema, frameResponseSchema } from './api-schemas.js';

const binary = { type: 'string', format: 'binary' } as const;

/** The bodies that `POST /v1/predict` takes: one route, three content types, which route schemas cannot say. */
const predictBody = {
  required: true,
  content: {
    'multipart/form-data': {
      schema: { type: 'object', properties: { picture: { type: 'array', items: binary } } },
    },
    'image/*': { schema: binary },
    'application/json': { schema: z.toJSONSchema(base64RequestSchema, { target: 'openapi-3.0' }) },
  },
};

/** `/docs`, a page to read and try the API, and `/docs/json`, its OpenAPI description. */
export async function addApiDescription(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.0.3',
      info: {
        title: 'Mien',
        version: '1',
        description: 'Reads the expressions of the faces in pictures. `GET /v1/stream` is a WebSocket for frames.',
      },
      components: {
        securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
        schemas: { Frame: z.toJSONSchema(frameResponseSchema, { target: 'openapi-3.0' }) as object },
      },
    },
    transform: jsonSchemaTransform,
    transformObject(document) {
      if (!('openapiObject' in document)) return document.swaggerObject;
      const operation = document.openapiObject.paths?.['/v1/predict']?.post;
      if (operation) Object.assign(operation, { requestBody: predictBody, security: [{}, { token: [] }] });
      return document.openapiObject;
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
}

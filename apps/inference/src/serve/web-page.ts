import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { NotFoundError } from './errors.js';

/** The folder of the built page that comes with `@mien/web`, beside its package.json; `undefined` when the package is not there. */
function findWebPage(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('@mien/web/package.json')), 'dist');
  } catch {
    return undefined;
  }
}

/**
 * Serves the web page at `/`.
 * @param folder a built page, with its `index.html`; the default is that of `@mien/web`. Where there is none, `/` says so.
 */
export async function addWebPage(app: FastifyInstance, folder = findWebPage()): Promise<void> {
  if (folder === undefined || !existsSync(join(folder, 'index.html'))) {
    app.get('/', { schema: { hide: true } }, async () => {
      throw new NotFoundError({
        expected: 'the built web page',
        found: 'none: @mien/web is not installed or not built',
        fix: 'install or build it, or start the server with --no-page; the API is described at /docs',
      });
    });
    return;
  }
  await app.register(fastifyStatic, {
    root: folder,
    setHeaders(reply) {
      // Lets the page use threads for its networks: https://web.dev/articles/coop-coep
      reply.header('cross-origin-opener-policy', 'same-origin');
      reply.header('cross-origin-embedder-policy', 'require-corp');
      reply.header('x-content-type-options', 'nosniff');
    },
  });
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { NotFoundError } from './errors.js';

/** Where the page of `@mien/web` is once built: inside this package when it was published, beside it in the repository. */
const FOLDERS = ['../../page/', '../../../web/dist/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/**
 * Serves the web page at `/`.
 * @param folder a built page, with its `index.html`; the default is that of `@mien/web`. Where there is none, `/` says so.
 */
export async function addWebPage(app: FastifyInstance, folder = FOLDERS.find(holdsPage)): Promise<void> {
  if (folder === undefined || !holdsPage(folder)) {
    app.get('/', { schema: { hide: true } }, async () => {
      throw new NotFoundError({
        expected: 'the built web page',
        found: 'none: @mien/web is not built',
        fix: 'build it, or start the server with --no-page; the API is described at /docs',
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

function holdsPage(folder: string): boolean {
  return existsSync(join(folder, 'index.html'));
}

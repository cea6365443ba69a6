import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../serve/fixtures/test-server.js';
import { serveCommand } from './serve.js';

/** The files that people copy from `deploy/`: what they say of the server must be so. */
const [dockerfile, kubernetes] = await Promise.all(
  ['Dockerfile', 'kubernetes.yaml'].map((name) => readFile(new URL(`../../deploy/${name}`, import.meta.url), 'utf8')),
);
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test('they give options that there are', () => {
  const known = serveCommand().options.map(({ long }) => long);
  const lines = [/ENTRYPOINT \[.*"serve", (.*)\]/.exec(dockerfile), /args: \[(.*)\]/.exec(kubernetes)];
  for (const line of lines) {
    const given = [...(line?.[1] ?? '').matchAll(/--[a-z-]+/g)].map(([option]) => option);
    expect(given.length).toBeGreaterThan(0);
    expect(known).toEqual(expect.arrayContaining(given));
  }
});

test('they probe addresses that answer', async () => {
  const paths = [
    ...[...dockerfile.matchAll(/127\.0\.0\.1:8080(\/\w+)/g)].map(([, path]) => path),
    ...[...kubernetes.matchAll(/path: (\/\w+)/g)].map(([, path]) => path),
  ];
  expect(paths).toHaveLength(4);
  for (const path of paths) expect((await server.ask(path)).status).toBe(200);
});

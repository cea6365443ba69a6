import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from './fixtures/test-server.js';

let folder: string;
let server: TestServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-page-'));
  await mkdir(join(folder, 'page', 'assets'), { recursive: true });
  await writeFile(join(folder, 'page', 'index.html'), '<title>Mien</title>');
  await writeFile(join(folder, 'page', 'assets', 'page.js'), 'export {};');
  await writeFile(join(folder, 'page', 'assets', 'network.wasm'), '');
  await writeFile(join(folder, 'beside.txt'), 'not of the page');
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => server.close());

test('the page is at /, with its files, to everybody, and may use threads', async () => {
  const page = join(folder, 'page');
  server = await startTestServer({ page, tokenHashes: ['0'.repeat(64)] });
  const response = await server.ask('/');
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(await response.text()).toBe('<title>Mien</title>');
  expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  for (const [path, type] of [
    ['/assets/page.js', /javascript/],
    ['/assets/network.wasm', /application\/wasm/],
  ] as const) {
    const file = await server.ask(path);
    expect([file.status, file.headers.get('content-type')]).toEqual([200, expect.stringMatching(type)]);
  }
  expect((await server.ask('/v1/model')).status).toBe(401);
});

test('nothing but the page is served', async () => {
  server = await startTestServer({ page: join(folder, 'page') });
  for (const path of [
    '/..%2fbeside.txt',
    '/%2e%2e/beside.txt',
    '/assets/..%5c..%5cbeside.txt',
    '/assets',
    '/nowhere',
  ]) {
    const response = await server.ask(path);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await response.text()).not.toMatch('not of the page');
  }
});

test('where it is not built, that is said', async () => {
  server = await startTestServer({ page: join(folder, 'nowhere') });
  const response = await server.ask('/');
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: { message: expect.stringMatching(/not built/) } });
});

test('where it is switched off, there is nothing', async () => {
  server = await startTestServer({ page: false });
  expect((await server.ask('/')).status).toBe(404);
});

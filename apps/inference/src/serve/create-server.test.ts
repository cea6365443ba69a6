import { createHash } from 'node:crypto';
import { Agent, type IncomingMessage, request } from 'node:http';
import { DEFAULT_BUNDLE } from '@mien/model-zoo';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { fakeResult, gate, post, startTestServer, type TestServer } from './fixtures/test-server.js';

let server: TestServer;
afterEach(async () => {
  vi.useRealTimers();
  await server.close();
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test('it says that it is alive and ready, which model answers, and what it counts', async () => {
  server = await startTestServer();
  for (const path of ['/healthz', '/readyz']) expect((await server.ask(path)).status).toBe(200);
  expect(await (await server.ask('/v1/model')).json()).toMatchObject({
    name: DEFAULT_BUNDLE,
    labels: ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'],
    weights: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  await server.ask('/v1/predict', post('bytes'));
  const response = await server.ask('/metrics');
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(await server.metric('mien_request_seconds_count')).toMatchObject({
    '{route="/v1/predict",status="200"}': 1,
    '{route="/metrics",status="200"}': 1,
  });
  expect(await server.metric('mien_faces_total')).toEqual({ '{label="angry"}': 1 });
  expect(await server.metric('mien_batch_pictures_count')).toEqual({ '': 1 });
});

test('the API is described, each way of sending pictures included, and has a page', async () => {
  server = await startTestServer();
  const { paths, components } = (await (await server.ask('/docs/json')).json()) as {
    paths: Record<string, Record<string, { requestBody: { content: object }; responses: object; security: object }>>;
    components: { schemas: object };
  };
  expect(Object.keys(paths).sort()).toEqual(['/v1/model', '/v1/predict']);
  const { requestBody, responses, security } = paths['/v1/predict'].post;
  expect(Object.keys(requestBody.content)).toEqual(['multipart/form-data', 'image/*', 'application/json']);
  expect(Object.keys(responses)).toEqual(expect.arrayContaining(['200', '422', '4XX', '5XX']));
  expect(security).toContainEqual({ token: [] });
  expect(components.schemas).toHaveProperty('Frame');
  const page = await server.ask('/docs');
  expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringMatching('text/html')]);
});

test('an address that is not there, and a wrong method, are said in the same shape as all failures', async () => {
  server = await startTestServer();
  for (const path of ['/nowhere?token=secret', '/v1/predict', '/../../etc/passwd', '/%00']) {
    const response = await server.ask(path);
    const text = await response.text();
    expect([response.status, JSON.parse(text)]).toMatchObject([404, { error: { code: 'MIEN_NOT_FOUND' } }]);
    expect(text).not.toMatch('secret');
  }
});

describe('tokens', () => {
  test('are needed for what reads pictures and what counts, however the address is spelt, and not for probes', async () => {
    server = await startTestServer({ tokenHashes: [sha256('one'), sha256('two')] });
    const status = async (path: string, token?: string) => {
      const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
      return (await server.ask(path, { ...(path.includes('predict') && post('bytes')), headers })).status;
    };
    for (const path of ['/v1/model', '/v1/%6dodel', '/%761/model', '/metrics', '/v1/model?a=b']) {
      expect([await status(path), await status(path, 'three'), await status(path, 'two')]).toEqual([401, 401, 200]);
    }
    expect(await status('/v1/predict')).toBe(401);
    expect((await server.ask('/v1/model')).headers.get('www-authenticate')).toBe('Bearer');
    expect([await status('/healthz'), await status('/readyz'), await status('/docs')]).toEqual([200, 200, 200]);
  });
});

describe('pages of other sites', () => {
  const origin = 'https://example.org';

  test('may not read answers', async () => {
    server = await startTestServer();
    const asked = await server.ask('/v1/predict', {
      ...post('bytes'),
      headers: { origin, 'content-type': 'image/png' },
    });
    expect([...asked.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect((await server.ask('/v1/predict', { method: 'OPTIONS', headers: { origin } })).status).toBe(404);
  });

  test('may where their origin is named, and only they', async () => {
    server = await startTestServer({ origins: [origin], tokenHashes: [sha256('one')] });
    const preflight = { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } };
    const allowed = await server.ask('/v1/predict', preflight);
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
    const other = await server.ask('/v1/model', { headers: { origin: 'https://evil.example' } });
    expect(other.headers.get('access-control-allow-origin')).not.toBe('https://evil.example');
  });
});

describe('the rate', () => {
  const ask = async (headers: Record<string, string> = {}) => {
    const { status, headers: answered } = await server.ask('/v1/model', { headers });
    return [status, Number(answered.get('retry-after') ?? 0)];
  };

  test('of each address is bounded, that of probes is not', async () => {
    server = await startTestServer({ rateLimit: 2 });
    expect([await ask(), await ask()]).toEqual([
      [200, 0],
      [200, 0],
    ]);
    const [status, retryAfter] = await ask({ 'x-forwarded-for': '1.2.3.4' });
    expect(status).toBe(429);
    expect(retryAfter).toBeGreaterThan(50);
    expect(await (await server.ask('/v1/model')).json()).toMatchObject({ error: { code: 'MIEN_SERVER_BUSY' } });
    for (let turn = 0; turn < 5; turn++) expect((await server.ask('/healthz')).status).toBe(200);
  });

  test('is that of the address which a trusted proxy names', async () => {
    server = await startTestServer({ rateLimit: 1, trustProxy: true });
    const statuses = [];
    for (const address of ['1.1.1.1', '1.1.1.1', '2.2.2.2'])
      statuses.push((await ask({ 'x-forwarded-for': address }))[0]);
    expect(statuses).toEqual([200, 429, 200]);
  });

  test('is that of a token, in whatever spelling, where there are tokens', async () => {
    server = await startTestServer({ rateLimit: 1, tokenHashes: [sha256('one'), sha256('two')] });
    const statuses = [];
    for (const header of ['Bearer one', 'Bearer  one', 'bearer one', 'Bearer two']) {
      statuses.push((await ask({ authorization: header }))[0]);
    }
    expect(statuses).toEqual([200, 429, 429, 200]);
  });

  test('and time limits stay as they are when the clock jumps', async () => {
    const { opened, open } = gate();
    server = await startTestServer(
      { rateLimit: 3, timeout: 30 },
      { read: (sources) => opened.then(() => sources.map(fakeResult)) },
    );
    const waiting = server.ask('/v1/predict', post('bytes'));
    while ((await server.metric('mien_queue_places_taken'))[''] === 0);
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: now + 86_400_000 });
    expect((await ask())[0]).toBe(200);
    vi.setSystemTime(now - 86_400_000);
    expect((await ask())[0]).toBe(200);
    expect((await ask())[0]).toBe(429);
    open();
    expect((await waiting).status).toBe(200);
    const sum = Object.values(await server.metric('mien_request_seconds_sum'));
    expect(sum.every((seconds) => seconds >= 0 && seconds < 1000)).toBe(true);
  });
});

describe('when it ends', () => {
  test('what it took is answered, on connections that are kept open too; then nobody is', async () => {
    const { opened, open } = gate();
    server = await startTestServer(
      { batch: 1, queue: 50 },
      { read: (sources) => opened.then(() => sources.map(fakeResult)) },
    );
    const agent = new Agent({ keepAlive: true });
    const ask = () =>
      new Promise<IncomingMessage>((resolve, reject) => {
        const headers = { 'content-type': 'image/jpeg' };
        request(`${server.address}/v1/predict`, { method: 'POST', agent, headers }, (response) =>
          resolve(response.resume()),
        )
          .on('error', reject)
          .end('bytes');
      });
    const all = Array.from({ length: 30 }, ask);
    while ((await server.metric('mien_queue_places_taken'))[''] < 30);
    const ended = server.close();
    open();
    const answers = await Promise.all(all);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(all.map(() => 200));
    expect(answers.every(({ headers }) => headers.connection === 'close')).toBe(true);
    await ended;
    await expect(ask()).rejects.toThrow(/ECONNREFUSED/);
    agent.destroy();
  });
});

import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { fakeResult, gate, post, postFiles, startTestServer, type TestServer } from './fixtures/test-server.js';

let server: TestServer;
afterEach(() => server.close());

/** A client that writes what it is told, and nothing else. */
async function dial(): Promise<{ socket: Socket; answer: Promise<string> }> {
  const socket = connect(Number(new URL(server.address).port), '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  const answer = new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
  return { socket, answer };
}

const head = (length: number) =>
  `POST /v1/predict HTTP/1.1\r\nhost: mien\r\ncontent-type: image/jpeg\r\ncontent-length: ${length}\r\n\r\n`;

/** Waits until as many places are taken. */
async function taken(places: number): Promise<void> {
  while ((await server.metric('mien_queue_places_taken'))[''] !== places) await sleep(5);
}

test('of 10,000 requests as many wait as the queue holds; the others are told when to come again, and it goes on', async () => {
  const { opened, open } = gate();
  let most = 0;
  let reading = 0;
  server = await startTestServer(
    { queue: 20, batch: 4 },
    {
      threads: 2,
      async read(sources) {
        reading += sources.length;
        most = Math.max(most, reading);
        await opened;
        reading -= sources.length;
        return sources.map(fakeResult);
      },
    },
  );
  const agent = new Agent({ keepAlive: true, maxSockets: 100 });
  const counts = { 200: 0, 429: 0, other: 0, withoutRetryAfter: 0 };
  const ask = () =>
    new Promise<void>((resolve, reject) => {
      const headers = { 'content-type': 'image/jpeg', 'content-length': 1000 };
      const asked = request(`${server.address}/v1/predict`, { method: 'POST', agent, headers }, (response) => {
        if (response.statusCode === 200) counts[200]++;
        else if (response.statusCode === 429) counts[429]++;
        else counts.other++;
        if (response.statusCode === 429 && !(Number(response.headers['retry-after']) >= 1)) counts.withoutRetryAfter++;
        response.resume().on('end', resolve);
      });
      asked.on('error', reject).end(Buffer.alloc(1000));
    });
  const all = Array.from({ length: 10_000 }, ask);
  while (counts[429] < 9_980) await sleep(10);
  expect(await server.metric('mien_queue_places_taken')).toEqual({ '': 20 });
  expect((await server.ask('/readyz')).status).toBe(503);
  expect((await server.ask('/healthz')).status).toBe(200);
  open();
  await Promise.all(all);
  expect(counts).toEqual({ 200: 20, 429: 9_980, other: 0, withoutRetryAfter: 0 });
  expect(most).toBeLessThanOrEqual(2 * 4);
  expect((await server.ask('/v1/predict', post('bytes'))).status).toBe(200);
  expect((await server.ask('/readyz')).status).toBe(200);
  agent.destroy();
});

test('a slow client holds nobody up, and is cut off when its time is up', async () => {
  server = await startTestServer({ timeout: 1 });
  const { socket, answer } = await dial();
  socket.write(head(1000));
  const dripping = setInterval(() => socket.write('x'), 50);
  await taken(1);
  for (let turn = 0; turn < 5; turn++) expect((await server.ask('/v1/predict', post('bytes'))).status).toBe(200);
  expect(await answer).toMatch(/^HTTP\/1\.1 408 /);
  clearInterval(dripping);
  await taken(0);
});

test('an upload that is cut off gives its place back', async () => {
  server = await startTestServer();
  for (const part of [head(1000), `${head(1000)}some bytes`, 'POST /v1/predict HTTP/1.1\r\nhost: m']) {
    const { socket } = await dial();
    socket.write(part);
    if (part.startsWith(head(1000))) await taken(1);
    socket.destroy();
    await taken(0);
  }
  const { socket, answer } = await dial();
  socket.end(`${head(1000)}half closed`);
  expect(await answer).toMatch(/^HTTP\/1\.1 400 /);
  await taken(0);
  expect((await server.ask('/v1/predict', post('bytes'))).status).toBe(200);
});

test('an answer that takes too long is refused in time', async () => {
  const { opened, open } = gate();
  server = await startTestServer({ timeout: 0.2 }, { read: () => opened.then(() => []) });
  const response = await server.ask('/v1/predict', post('bytes'));
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('1');
  expect(await response.json()).toMatchObject({ error: { code: 'MIEN_READING_TIMEOUT' } });
  open();
});

test('pictures of a client that hangs up are not read', async () => {
  const { opened, open } = gate();
  const read: string[] = [];
  server = await startTestServer(
    { batch: 1 },
    {
      async read(sources) {
        read.push(...sources.map(({ name }) => name));
        await opened;
        return sources.map(fakeResult);
      },
    },
  );
  const gone = new AbortController();
  const files = ['first', 'second', 'third'].map((name) => [name, 'bytes'] as const);
  const asked = server.ask('/v1/predict', { ...postFiles(files), signal: gone.signal });
  while (read.length === 0) await sleep(5);
  gone.abort();
  await expect(asked).rejects.toThrow();
  await taken(0);
  open();
  expect((await server.ask('/v1/predict', post('bytes'))).status).toBe(200);
  expect(read).toEqual(['first', 'picture-1']);
  expect(await server.metric('mien_request_seconds_count')).not.toHaveProperty('{route="/v1/predict",status="500"}');
});

test('a thread that fails costs its request, which may be asked again, and nothing else', async () => {
  let asked = 0;
  const lines: string[] = [];
  server = await startTestServer(
    {},
    {
      log: { write: (line) => lines.push(line) },
      async read(sources) {
        if (asked++ === 0) throw new Error('the thread is gone');
        return sources.map(fakeResult);
      },
    },
  );
  const response = await server.ask('/v1/predict', post('bytes'));
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await response.json()).toMatchObject({ error: { code: 'MIEN_READING_INTERRUPTED' } });
  expect((await server.ask('/v1/predict', post('bytes'))).status).toBe(200);
  expect(await server.metric('mien_failed_batches_total')).toEqual({ '': 1 });
  expect(lines.join()).toMatch('the thread is gone');
});

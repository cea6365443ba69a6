import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { FrameResponse } from './api-schemas.js';
import { fakeResult, gate, startTestServer, type TestServer } from './fixtures/test-server.js';

let server: TestServer;
afterEach(() => server.close());

interface Client {
  readonly socket: WebSocket;
  readonly answers: FrameResponse[];
  /** The code that the server closed with. */
  readonly closed: Promise<number>;
  answered(count: number): Promise<void>;
}

async function dial(headers: Record<string, string> = {}): Promise<Client> {
  const socket = new WebSocket(`${server.address.replace('http', 'ws')}/v1/stream`, { headers });
  const answers: FrameResponse[] = [];
  let told = () => {};
  socket.on('message', (data) => {
    answers.push(JSON.parse(String(data)));
    told();
  });
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('unexpected-response', (_request, { statusCode }) => reject(new Error(`refused with ${statusCode}`)));
    socket.on('error', reject);
  });
  const answered = async (count: number) => {
    while (answers.length < count) {
      await new Promise<void>((resolve) => {
        told = resolve;
      });
    }
  };
  return { socket, answers, closed, answered };
}

test('each connection has its own frames and its own faces', async () => {
  server = await startTestServer();
  const [one, other] = [await dial(), await dial()];
  for (const size of [1, 2]) {
    one.socket.send(new Uint8Array(size));
    await one.answered(size);
  }
  other.socket.send(new Uint8Array(3));
  await other.answered(1);
  expect(one.answers).toMatchObject([
    { frame: 1, width: 1, faces: [{ id: 1, label: 'angry' }] },
    { frame: 2, width: 2, faces: [{ id: 1 }] },
  ]);
  expect(other.answers).toMatchObject([{ frame: 1, width: 3, faces: [{ id: 1 }] }]);
  expect(await server.metric('mien_streams_open')).toEqual({ '': 2 });
  one.socket.close();
  await one.closed;
  expect(await server.metric('mien_streams_open')).toEqual({ '': 1 });
});

test('a damaged frame is answered as such, and the stream goes on', async () => {
  server = await startTestServer();
  const { socket, answers, answered } = await dial();
  socket.send(Buffer.from('!'));
  await answered(1);
  socket.send(Buffer.from('whole'));
  await answered(2);
  expect(answers).toMatchObject([
    { frame: 1, error: { code: 'MIEN_INVALID_IMAGE' } },
    { frame: 2, width: 5 },
  ]);
});

test('a frame takes a place in the queue as a request does', async () => {
  const { opened, open } = gate();
  server = await startTestServer({ queue: 1 }, { read: (sources) => opened.then(() => sources.map(fakeResult)) });
  const [one, other] = [await dial(), await dial()];
  one.socket.send(new Uint8Array(1));
  while ((await server.metric('mien_queue_places_taken'))[''] === 0);
  other.socket.send(new Uint8Array(1));
  await other.answered(1);
  expect(other.answers).toMatchObject([{ frame: 1, error: { code: 'MIEN_SERVER_BUSY' } }]);
  open();
  await one.answered(1);
  expect(one.answers).toMatchObject([{ frame: 1, width: 1 }]);
});

test('messages that are no frames, or too large, end the stream with the code for it', async () => {
  server = await startTestServer({ maximumBytes: 100 });
  const text = await dial();
  text.socket.send('{"frame": 1}');
  expect(await text.closed).toBe(1003);
  const large = await dial();
  large.socket.send(new Uint8Array(101));
  expect(await large.closed).toBe(1009);
});

test('a page of another site is refused, one of this server or of an origin that is allowed is not', async () => {
  server = await startTestServer({ origins: ['https://example.org'] });
  await expect(dial({ origin: 'https://evil.example' })).rejects.toThrow('403');
  await expect(dial({ origin: 'null' })).rejects.toThrow('403');
  await dial({ origin: 'https://example.org' });
  await dial({ origin: server.address });
});

test('tokens and the number of streams are checked before a connection is made', async () => {
  const tokenHashes = ['2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b']; // secret
  server = await startTestServer({ tokenHashes, maximumStreams: 1 });
  await expect(dial()).rejects.toThrow('401');
  await expect(dial({ authorization: 'Bearer wrong' })).rejects.toThrow('401');
  const { socket, closed } = await dial({ authorization: 'Bearer secret' });
  await expect(dial({ authorization: 'Bearer secret' })).rejects.toThrow('429');
  socket.close();
  await closed;
  await dial({ authorization: 'Bearer secret' });
});

test('a connection whose other end is silent is dropped', async () => {
  server = await startTestServer({ timeout: 0.1 });
  const { socket, closed } = await dial();
  const alive = await dial();
  // Reads nothing, and so answers no ping.
  socket.pause();
  while ((await server.metric('mien_streams_open'))[''] === 2) await new Promise((resolve) => setTimeout(resolve, 20));
  socket.resume();
  expect(await closed).toBe(1006);
  expect(alive.socket.readyState).toBe(WebSocket.OPEN);
});

test('a client that reads no answers is cut off', async () => {
  const error = { code: 'MIEN_INVALID_IMAGE', message: 'x'.repeat(200_000) };
  server = await startTestServer(
    { timeout: 60 },
    { read: async (sources) => sources.map(({ name: file }) => ({ file, error })) },
  );
  const { socket } = await dial();
  socket.pause();
  while ((await server.metric('mien_streams_open'))[''] === 1) socket.send(new Uint8Array(1));
});

test('when the server ends, frames that came are answered, and the streams are closed', async () => {
  const { opened, open } = gate();
  let read = 0;
  server = await startTestServer(
    {},
    {
      async read(sources) {
        read++;
        await opened;
        return sources.map(fakeResult);
      },
    },
  );
  const { socket, answers, closed } = await dial();
  socket.send(new Uint8Array(1));
  while (read === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const ended = server.close();
  await expect(dial()).rejects.toThrow('503');
  open();
  await ended;
  expect(await closed).toBe(1001);
  expect(answers).toMatchObject([{ frame: 1, width: 1 }]);
});

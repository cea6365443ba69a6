import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_BUNDLE } from '@mien/model-zoo';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PictureSource } from '../reading/read-batch.js';
import type { PredictResponse } from './api-schemas.js';
import { fakeResult, post, postFiles, startTestServer, type TestServer } from './fixtures/test-server.js';

const LIMITS = { maximumBytes: 1000, maximumRequestBytes: 3000, maximumPictures: 4 };
let server: TestServer;
/** What the threads were given. */
let given: PictureSource[];
beforeEach(async () => {
  given = [];
  server = await startTestServer(LIMITS, {
    async read(sources) {
      given.push(...sources);
      return sources.map(fakeResult);
    },
  });
});
afterEach(() => server.close());

const json = (pictures: unknown) => post(JSON.stringify({ pictures }), 'application/json');
const base64 = (text: string) => Buffer.from(text).toString('base64');

async function predict(init: RequestInit): Promise<PredictResponse & { status: number }> {
  const response = await server.ask('/v1/predict', init);
  return { status: response.status, ...((await response.json()) as PredictResponse) };
}

async function fail(init: RequestInit): Promise<{ status: number; code: string; message: string }> {
  const response = await server.ask('/v1/predict', init);
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  return { status: response.status, ...error };
}

describe('the same picture', () => {
  const expected = {
    status: 200,
    model: DEFAULT_BUNDLE,
    pictures: [{ width: 5, height: 1, faces: [{ label: 'angry', confidence: 0.5, score: 1, box: { width: 10 } }] }],
  };

  test.each([
    ['as bytes', post('bytes')],
    ['as bytes of no known type', post('bytes', 'application/octet-stream')],
    ['in multipart', postFiles([['a.jpg', 'bytes']])],
    ['in base64', json([{ data: base64('bytes') }])],
  ])('%s', async (_way, init) => {
    expect(await predict(init)).toMatchObject(expected);
    expect(given.map(({ content }) => Buffer.from(content).toString())).toEqual(['bytes']);
  });
});

test('many pictures are answered in their order, each with its name; one that is damaged is its own error', async () => {
  const files = [
    ['a.jpg', '1'],
    ['b.jpg', '!'],
    ['c.jpg', '333'],
  ] as const;
  const expected = {
    status: 200,
    pictures: [
      { name: 'a.jpg', width: 1 },
      { name: 'b.jpg', error: { code: 'MIEN_INVALID_IMAGE' } },
      { name: 'c.jpg', width: 3 },
    ],
  };
  expect(await predict(postFiles(files))).toMatchObject(expected);
  expect(await predict(json(files.map(([name, text]) => ({ name, data: base64(text) }))))).toMatchObject(expected);
  expect(await server.metric('mien_pictures_total')).toEqual({
    '{outcome="read"}': 4,
    '{outcome="MIEN_INVALID_IMAGE"}': 2,
  });
});

test('when no picture can be read, the status says so', async () => {
  expect(await predict(post('!'))).toMatchObject({ status: 422, pictures: [{ name: 'picture-1', error: {} }] });
});

test.each([
  ['../../etc/passwd', 'passwd'],
  ['C:\\windows\\system.ini', 'system.ini'],
  ['..', 'picture-1'],
  ['/', 'picture-1'],
  ['photo\u0000\u202e.jpg', 'photo.jpg'],
  [`${'x'.repeat(500)}.jpg`, 'x'.repeat(200)],
])('of the name %j no path is left', async (name, shown) => {
  const { pictures } = await predict(json([{ name, data: base64('bytes') }]));
  expect(pictures[0].name).toBe(shown);
  const [part] = (await predict(postFiles([[name, 'bytes']]))).pictures;
  // A form has its own way with characters that it cannot hold.
  expect(part.name).not.toMatch(/[\\/]|\p{C}/u);
});

describe('a body that is not what it should be', () => {
  const boundary = 'multipart/form-data; boundary=x';
  test.each([
    ['text', post('bytes', 'text/plain'), 415],
    ['a page', post('<html></html>', 'text/html'), 415],
    ['XML', post('<a/>', 'application/xml'), 415],
    ['no type', { method: 'POST', body: new Uint8Array(5) }, 415],
    ['no bytes', post(''), 400],
    ['no JSON', post('bytes', 'application/json'), 400],
    ['JSON of another shape', post('{"image":"YQ=="}', 'application/json'), 400],
    ['JSON that reaches for prototypes', post('{"__proto__":{"a":1}}', 'application/json'), 400],
    ['no pictures', json([]), 400],
    ['no base64', json([{ data: 'not base64!' }]), 400],
    ['a path instead of base64', json([{ data: '../../etc/passwd.' }]), 400],
    ['a form without files', postFiles([]), 400],
    ['a form without a boundary', post('bytes', 'multipart/form-data'), 400],
    ['a form that is none', post('bytes', boundary), 400],
    ['a form cut off in a head', post('--x\r\ncontent-disposition: form-da', boundary), 400],
    [
      'a form cut off in a file',
      post('--x\r\ncontent-disposition: form-data; name="a"; filename="a.jpg"\r\n\r\nbyt', boundary),
      400,
    ],
    [
      'a form that reaches for prototypes',
      post(
        '--x\r\ncontent-disposition: form-data; name="__proto__"; filename="a.jpg"\r\n\r\nbytes\r\n--x--\r\n',
        boundary,
      ),
      400,
    ],
  ])('%s is refused', async (_what, init, status) => {
    expect(await fail(init)).toMatchObject({ status, code: expect.any(String), message: expect.any(String) });
    expect(given).toEqual([]);
    expect(await predict(post('bytes'))).toMatchObject({ status: 200 });
    expect(await server.metric('mien_queue_places_taken')).toEqual({ '': 0 });
  });
});

describe('a body over the limits', () => {
  const large = 'x'.repeat(LIMITS.maximumBytes + 1);
  const most = 'x'.repeat(LIMITS.maximumBytes);
  const five = Array.from({ length: LIMITS.maximumPictures + 1 }, (_, index) => [`${index}.jpg`, 'bytes'] as const);
  test.each([
    ['a picture', post(large)],
    ['a picture of a form', postFiles([['a.jpg', large]])],
    ['a picture in base64', json([{ data: base64(large) }])],
    ['a request', post('x'.repeat(LIMITS.maximumRequestBytes + 1))],
    ['a request in base64', json(five.slice(1).map(() => ({ data: base64(most) })))],
    ['a form', postFiles(five.slice(1).map(([name]) => [name, most]))],
    ['the pictures of a form', postFiles(five)],
    ['pictures in base64', json(five.map(([name, text]) => ({ name, data: base64(text) })))],
  ])('%s is refused', async (_what, init) => {
    expect(await fail(init)).toMatchObject({ status: 413 });
    expect(given).toEqual([]);
    expect(await predict(postFiles([['a.jpg', most]]))).toMatchObject({ status: 200 });
    expect(await server.metric('mien_queue_places_taken')).toEqual({ '': 0 });
  });
});

test('tens of megabytes of base64 are decoded', async () => {
  const roomy = await startTestServer();
  const data = Buffer.alloc(10 * 1024 ** 2, 1).toString('base64');
  const response = await roomy.ask('/v1/predict', json([{ data }, { data }]));
  expect(await response.json()).toMatchObject({ pictures: [{ width: 10 * 1024 ** 2 }, { width: 10 * 1024 ** 2 }] });
  await roomy.close();
});

test('nothing of a picture, its name, its result or its token is written or logged', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mien-nothing-'));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  const lines: string[] = [];
  const logging = await startTestServer(
    { log: true, maximumBytes: 1000 },
    { log: { write: (line) => lines.push(line) } },
  );
  const headers = { authorization: 'Bearer secret-token' };
  for (const init of [
    post('secret-bytes'),
    postFiles([['secret-name.jpg', 'secret-bytes']]),
    post('secret', 'text/plain'),
  ])
    await logging.ask('/v1/predict?secret=1', { ...init, headers: { ...init.headers, ...headers } });
  await logging.ask('/v1/predict', postFiles([['secret-name.jpg', 'x'.repeat(2000)]]));
  await logging.close();
  process.env.TMPDIR = before;
  const answered = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'answered');
  expect(answered.map(({ status, path }) => [status, path])).toEqual(
    [200, 200, 415, 413].map((status) => [status, '/v1/predict']),
  );
  expect(lines.join()).not.toMatch(/secret|angry|127\.0\.0\.1:\d+.*remote/);
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

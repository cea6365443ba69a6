import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '@mien/core';
import sharp from 'sharp';
import { differenceOf, isEqual, type PictureAnswer } from './answers.js';
import type { MeasuredReader } from './built-inference.js';
import { drawGrainyPhoto } from './grainy-photo.js';

/** A picture file with what the single-threaded reader says of it. */
export interface SoakPicture {
  readonly file: Buffer;
  readonly type: string;
  readonly expected: PictureAnswer;
}

/** How a request ended: as it should; refused because the server is busy, or its time was up; or not as it should, with why. */
export type SoakOutcome = 'right' | 'busy' | 'late' | { readonly wrong: string };

export interface SoakTarget {
  readonly address: string;
  readonly token: string;
}

/** Sends one request and judges its answer. */
export type SoakRequest = (target: SoakTarget, random: Random) => Promise<SoakOutcome>;

/** Pictures of 0 to 4 faces in several formats and sizes. @param decode as the server does it. */
export async function prepareSoakPictures(
  reader: MeasuredReader,
  decode: (file: Buffer) => Promise<Parameters<MeasuredReader['read']>[0]>,
): Promise<SoakPicture[]> {
  const pictures: SoakPicture[] = [];
  for (let seed = 0; seed < 10; seed++) {
    const size = seed % 2 === 0 ? { width: 640, height: 480 } : { width: 960, height: 720 };
    const photo = await drawGrainyPhoto({ seed, faces: seed % 5, ...size });
    const format = (['jpeg', 'webp', 'jpeg', 'png'] as const)[seed % 4];
    const file = await sharp(photo).toFormat(format).toBuffer();
    const image = await decode(file);
    const faces = await reader.read(image);
    pictures.push({ file, type: `image/${format}`, expected: { width: image.width, height: image.height, faces } });
  }
  return pictures;
}

/** Requests that must be answered with faces, each in one of the ways to send pictures. */
export function goodRequests(pictures: readonly SoakPicture[]): SoakRequest[] {
  const judge = async (response: Response, sent: readonly SoakPicture[]): Promise<SoakOutcome> => {
    if (response.status === 429) return busy(response);
    if (response.status !== 200) return late(response);
    const { pictures: answers } = (await response.json()) as { pictures: PictureAnswer[] };
    const differences = sent.map(({ expected }, index) => differenceOf(answers[index], expected));
    return differences.every(isEqual) ? 'right' : wrong(`answers that differ by ${differences.join(', ')}`);
  };
  const some = (random: Random) => Array.from({ length: random.integer(1, 4) }, () => random.pick(pictures));
  return [
    async (target, random) => {
      const picture = random.pick(pictures);
      return judge(await post(target, picture.file, picture.type), [picture]);
    },
    async (target, random) => {
      const sent = some(random);
      const body = new FormData();
      for (const { file, type } of sent) body.append('picture', new Blob([new Uint8Array(file)], { type }), '../a.jpg');
      return judge(await post(target, body), sent);
    },
    async (target, random) => {
      const sent = some(random);
      const body = { pictures: sent.map(({ file }) => ({ data: file.toString('base64') })) };
      return judge(await post(target, JSON.stringify(body), 'application/json'), sent);
    },
  ];
}

/** Requests that must be refused, or that nobody waits for. */
export async function badRequests(pictures: readonly SoakPicture[]): Promise<SoakRequest[]> {
  const plain = sharp({ create: { width: 8000, height: 8000, channels: 3, background: 'teal' } });
  const bomb = await plain.png({ palette: true }).toBuffer();
  const refused = (status: number, body: string | Buffer | FormData, type?: string): SoakRequest => {
    return async (target) => {
      const response = await post(target, body, type);
      if (response.status === 503) return late(response);
      await response.arrayBuffer();
      if (response.status === 429) return 'busy';
      return response.status === status ? 'right' : wrong(`status ${response.status} where ${status} should be`);
    };
  };
  const [{ file }] = pictures;
  return [
    refused(422, file.subarray(0, file.length / 2), 'image/jpeg'),
    refused(422, '<!doctype html><title>a page</title>', 'image/jpeg'),
    refused(422, bomb, 'image/png'),
    refused(400, '{"pictures": "none"}', 'application/json'),
    refused(
      400,
      '--x\r\ncontent-disposition: form-data; name="a"; filename="a"\r\n\r\ncut',
      'multipart/form-data; boundary=x',
    ),
    refused(415, 'text', 'text/plain'),
    refused(413, Buffer.alloc(11 * 1024 ** 2), 'image/jpeg'),
    async ({ address }) => {
      const response = await fetch(`${address}/v1/model`, { headers: { authorization: 'Bearer another' } });
      await response.arrayBuffer();
      return response.status === 401 ? 'right' : wrong(`status ${response.status} without a token`);
    },
    (target, random) => hangUp(target, file, random),
  ];
}

/** Sends some of a picture, slowly, and goes away. */
async function hangUp({ address, token }: SoakTarget, file: Buffer, random: Random): Promise<SoakOutcome> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(
    `POST /v1/predict HTTP/1.1\r\nhost: mien\r\nauthorization: Bearer ${token}\r\ncontent-type: image/jpeg\r\ncontent-length: ${file.length}\r\n\r\n`,
  );
  const pieces = random.integer(0, 5);
  for (let piece = 0; piece < pieces; piece++) {
    socket.write(file.subarray(piece * 1000, (piece + 1) * 1000));
    await sleep(100);
  }
  socket.destroy();
  return 'right';
}

async function post(
  { address, token }: SoakTarget,
  body: string | Buffer | FormData,
  type?: string,
): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, ...(type !== undefined && { 'content-type': type }) };
  const sent = Buffer.isBuffer(body) ? new Uint8Array(body) : body;
  return fetch(`${address}/v1/predict`, { method: 'POST', headers, body: sent });
}

async function busy(response: Response): Promise<SoakOutcome> {
  await response.arrayBuffer();
  return response.headers.has('retry-after') ? 'busy' : wrong('429 without Retry-After');
}

/** Past the time limit is an answer too, on a machine that others use; any other failure is not. */
async function late(response: Response): Promise<SoakOutcome> {
  const text = await response.text();
  const isLate =
    response.status === 503 && text.includes('"MIEN_READING_TIMEOUT"') && response.headers.has('retry-after');
  return isLate ? 'late' : wrong(`status ${response.status}: ${text}`);
}

function wrong(why: string): SoakOutcome {
  return { wrong: why };
}

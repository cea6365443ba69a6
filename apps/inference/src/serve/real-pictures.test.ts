import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { crc32, deflateSync } from 'node:zlib';
import { pretrainedDirectory, readBundle } from '@mien/model-zoo';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEmotionReader, type EmotionReader } from '../emotion-reader.js';
import { drawFace, drawGrid } from '../fixtures/draw-faces.js';
import { readBatch } from '../reading/read-batch.js';
import { type ReaderThreads, startReaderThreads } from '../reading/reader-threads.js';
import type { PredictResponse } from './api-schemas.js';
import { post, postFiles, startTestServer, type TestServer } from './fixtures/test-server.js';

/** Built threads with the model that ships: `turbo run test` builds first. */
let folder: string;
let threads: ReaderThreads;
let server: TestServer;
/** What the server must agree with. */
let reader: EmotionReader;
/** Of one and two faces in turn. */
let pictures: Buffer[];
const log: string[] = [];
/** The threads that were started. */
const workers: Worker[] = [];
const remember = (worker: Worker) => workers.push(worker);

beforeAll(async () => {
  process.on('worker', remember);
  folder = await mkdtemp(join(tmpdir(), 'mien-serve-'));
  await cp(pretrainedDirectory(), join(folder, 'model'), { recursive: true });
  const shipped = await readBundle(join(folder, 'model'));
  // Looks for smaller faces too, so that a crowd is found.
  const pipeline = shipped.card.pipeline.map((step) =>
    step.step === 'crop-face'
      ? { ...step, detector: { passes: [{ cascade: 'frontalface-alt2', minSize: 0.02 }] } }
      : step,
  );
  const bundle = { ...shipped, card: { ...shipped.card, pipeline } };
  threads = await startReaderThreads({ bundle, threads: 2, maximumPixels: 50_000_000 });
  server = await startTestServer(
    { maximumBytes: 40 * 1024 ** 2, maximumRequestBytes: 60 * 1024 ** 2, batch: 3 },
    { ...threads, log: { write: (line) => log.push(line) } },
  );
  reader = await createEmotionReader({ model: bundle, threads: 1 });
  pictures = await drawPictures();
});
afterAll(async () => {
  await server.close();
  await threads.close();
  reader.dispose();
  process.off('worker', remember);
  await rm(folder, { recursive: true });
});

type Files = readonly (readonly [name: string, content: Buffer])[];

async function predict(files: Files): Promise<PredictResponse['pictures']> {
  const response = await server.ask('/v1/predict', postFiles(files));
  return ((await response.json()) as PredictResponse).pictures;
}

/** The single-threaded answer, as JSON tells it. */
async function expectedOf(files: Files): Promise<PredictResponse['pictures']> {
  const results = await readBatch(
    reader,
    files.map(([name, content]) => ({ name, content })),
  );
  return JSON.parse(JSON.stringify(results.map(({ file: name, ...rest }) => ({ name, ...rest }))));
}

async function drawPictures(): Promise<Buffer[]> {
  const emotions = ['happy', 'sad', 'surprise', 'angry'] as const;
  const faces = await Promise.all(emotions.map((emotion, seed) => drawFace(seed, emotion)));
  const grids = faces.map((face, index) =>
    drawGrid([face, faces[(index + 1) % 4]], { columns: 1 + (index % 2), rows: 1 }),
  );
  return Promise.all((await Promise.all(grids)).map((grid) => grid.jpeg({ quality: 90 }).toBuffer()));
}

/** A whole PNG file, one bit a pixel, whose pixels would fill thousands of times its bytes. */
function makeBomb(side: number): Buffer {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const numbers = [data.length, crc32(body)].map((value) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    });
    return Buffer.concat([numbers[0], body, numbers[1]]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1;
  const rows = deflateSync(Buffer.alloc(side * (1 + side / 8)), { level: 9 });
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

test('every answer is that of the single-threaded reader, whatever is asked at the same time', async () => {
  const files = pictures.map((content, index) => [`${index}.jpg`, content] as const);
  const alone: PredictResponse['pictures'] = [];
  for (const file of files) alone.push(...(await expectedOf([file])));
  expect(alone.map((picture) => ('faces' in picture ? picture.faces.length : 0))).toEqual([1, 2, 1, 2]);
  const asked = [...files, ...files, ...files];
  const answers = await Promise.all(asked.map((file) => predict([file])));
  const together = await predict(files);
  for (const [index, answer] of [...answers.flat(), ...together].entries()) {
    const expected = alone[index % files.length];
    if ('error' in answer || 'error' in expected) throw new Error('a picture was not read');
    expect(answer).toMatchObject({ name: expected.name, width: expected.width, height: expected.height });
    for (const [at, face] of answer.faces.entries()) {
      expect(face.box).toEqual(expected.faces[at].box);
      expect(face.label).toBe(expected.faces[at].label);
      for (const [emotion, value] of Object.entries(expected.faces[at].probabilities)) {
        // Networks of other batch sizes sum in another order.
        expect(face.probabilities[emotion as 'happy']).toBeCloseTo(value, 5);
      }
    }
  }
  const [batches, read] = await Promise.all(
    ['mien_batch_pictures_count', 'mien_batch_pictures_sum'].map(server.metric),
  );
  expect(batches['']).toBeLessThan(read['']);
});

describe('what is no picture, or one of its own kind', () => {
  const plain = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: 'teal' } });

  test('a page, a drawing, nothing, half a picture and a bomb are each their own error beside one that is read', async () => {
    const [whole] = pictures;
    const bomb = makeBomb(20_000);
    expect(bomb.length).toBeLessThan(100_000);
    const files = [
      ['page.jpg', Buffer.from('<!doctype html><script>alert(1)</script>')],
      ['drawing.jpg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
      ['zip.jpg', Buffer.from('504b0304', 'hex')],
      ['half.jpg', whole.subarray(0, whole.length / 2)],
      ['bomb.png', bomb],
      ['whole.jpg', whole],
    ] as const;
    const answers = await predict(files);
    expect(answers.map((picture) => ('error' in picture ? picture.error.code : picture.faces.length))).toEqual([
      ...Array.from({ length: 5 }, () => 'MIEN_INVALID_IMAGE'),
      1,
    ]);
    for (const [index, picture] of answers.slice(0, 5).entries()) {
      expect('error' in picture && picture.error.message).toMatch(files[index][0]);
    }
    expect(JSON.stringify(answers)).toMatch('20000 × 20000');
    expect((await server.ask('/v1/predict', post(new Uint8Array(bomb), 'image/png'))).status).toBe(422);
  });

  test('a picture of one pixel and one of 50 megapixels are read', async () => {
    const [one, large] = await Promise.all([
      plain(1, 1).png().toBuffer(),
      // A drawn face on 10,000 × 5,000.
      drawFace(3).then(({ data, channels, ...size }) =>
        sharp(data, { raw: { channels, ...size } })
          .resize(3000, 4067)
          .extend({ left: 3500, right: 3500, top: 400, bottom: 533, background: '#8899aa' })
          .jpeg()
          .toBuffer(),
      ),
    ]);
    const [small, big] = await predict([
      ['one.png', one],
      ['large.jpg', large],
    ]);
    expect(small).toEqual({ name: 'one.png', width: 1, height: 1, faces: [] });
    expect(big).toMatchObject({ width: 10_000, height: 5000, faces: [{ label: expect.any(String) }] });
  });

  test('of 200 faces in one picture every one that the reader finds is answered', async () => {
    const faces = await Promise.all([1, 2, 3, 4].map((seed) => drawFace(seed)));
    const crowd = await drawGrid(faces, { columns: 20, rows: 10, scale: 0.2 });
    const file = ['crowd.jpg', await crowd.jpeg({ quality: 90 }).toBuffer()] as const;
    const [answer] = await predict([file]);
    expect([answer]).toEqual(await expectedOf([file]));
    expect('faces' in answer && answer.faces.length).toBeGreaterThan(150);
  });
});

describe('a thread that dies', () => {
  test('costs its request a 503, and a new one of the same model takes its place, even where the bundle’s files were swapped', async () => {
    const [picture] = pictures;
    const file = ['picture.jpg', picture] as const;
    const [before] = await predict([file]);
    await writeFile(join(folder, 'model', 'weights.safetensors'), 'another model');
    await writeFile(join(folder, 'model', 'card.json'), '{}');
    const slow = await sharp({ create: { width: 7000, height: 7000, channels: 3, background: 'teal' } })
      .png()
      .toBuffer();
    const asked = [1, 2].map(() => server.ask('/v1/predict', post(new Uint8Array(slow), 'image/png')));
    while ((await server.metric('mien_queue_places_taken'))[''] < 2)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all(workers.map((worker) => worker.terminate()));
    const answers = await Promise.all(asked);
    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    expect(answers[0].headers.get('retry-after')).toBe('1');
    expect(await predict([file])).toEqual([before]);
    expect(log.join()).toMatch(/a thread ended/);
    expect(await server.metric('mien_failed_batches_total')).toEqual({ '': 2 });
    expect(await readFile(join(folder, 'model', 'card.json'), 'utf8')).toBe('{}');
  });
});

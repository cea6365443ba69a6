import { MissingInputError, type PixelImage, toPrediction } from '@mien/core';
import { createEmotionReader, type EmotionReader, FaceFollower, type FaceReader } from '@mien/inference/browser';
import * as runtime from 'onnxruntime-web/wasm';
import { needsOpenCv } from './needs-opencv.js';
import { DETECT_EVERY, SMOOTHING } from './options.js';
import { rgbOf } from './pixels.js';
import type { BundleFiles, Reading, Reply, Request } from './protocol.js';
import { StageTimer } from './stage-timer.js';

/** What is there once the worker was started. */
let resources: Extract<Request, { type: 'start' }>;
let reader: EmotionReader | undefined;
let timer: StageTimer;
let timed: FaceReader;
let follower: FaceFollower;
/** OpenCV.js, once a bundle needed it. Never awaited: its `then` would wait for ever. */
let module: unknown;

const canvas = new OffscreenCanvas(1, 1);
// Pixels are read back from every picture: a canvas on a graphics card would be slower.
const context = canvas.getContext('2d', { willReadFrequently: true, alpha: false });

/** @param bitmap is closed. Where it is transparent it is laid on white, as in Node. */
function pixelsOf(bitmap: ImageBitmap): PixelImage {
  if (!context) throw new Error('this browser gives workers no canvas');
  const { width, height } = bitmap;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return rgbOf(context.getImageData(0, 0, width, height));
}

/** @param source of OpenCV.js: a classic script, which puts `cv` into its `this`. */
function runOpenCv(source: string | undefined): unknown {
  if (source === undefined) {
    throw new MissingInputError({
      expected: 'OpenCV.js, as this bundle finds faces by Haar cascades',
      found: 'a page that was opened without it',
      fix: 'open the page with ?haar at the end of its address, and then the bundle',
    });
  }
  const host: { cv?: unknown } = {};
  new Function(source).call(host);
  return host.cv;
}

async function open(model: BundleFiles): Promise<void> {
  const { faces, opencv } = resources;
  const assets = async (path: string) => {
    const bytes = faces.get(path);
    if (bytes) return bytes;
    throw new MissingInputError({ expected: `the file ${path}`, found: 'none', fix: 'build the page again' });
  };
  if (needsOpenCv(model.card)) module ??= runOpenCv(opencv);
  const next = await createEmotionReader({ model, runtime, assets, opencv: module });
  reader?.dispose();
  reader = next;
  timer = new StageTimer(next);
  timed = timer.reader;
  restart();
}

function restart(): void {
  if (reader) follower = new FaceFollower(timed, { smoothing: SMOOTHING, detectEvery: DETECT_EVERY });
}

async function readPicture(image: PixelImage): Promise<Reading['faces']> {
  // It says in words why a network of sequences does not read pictures.
  if (timed.frames > 1)
    return (await (reader as EmotionReader).read(image)).map((face, index) => ({ ...face, id: index + 1 }));
  const faces = await timed.detect(image);
  const rows = await timed.predict(faces.map((face) => timed.prepareFace(image, face)));
  return faces.map(({ box }, index) => ({ id: index + 1, box, ...toPrediction(timed.card.labels, rows[index]) }));
}

async function answer(request: Request): Promise<Reading | undefined> {
  if (request.type === 'start') {
    resources = request;
    runtime.env.wasm.wasmBinary = request.wasm;
    // More threads need headers that a page served as plain files has not, and small networks gain nothing by them.
    runtime.env.wasm.numThreads = 1;
    return undefined;
  }
  if (request.type === 'open') {
    await open(request.bundle);
    return undefined;
  }
  if (request.type === 'restart') {
    restart();
    return undefined;
  }
  const image = pixelsOf(request.bitmap);
  timer.reset();
  const faces = request.type === 'picture' ? await readPicture(image) : await follower.next(image, request.time);
  return { faces, times: timer.times, width: image.width, height: image.height };
}

// One after another, in their order: a network runs one picture at a time.
let last: Promise<unknown> = Promise.resolve();
self.onmessage = ({ data, ports: [port] }: MessageEvent<Request>) => {
  const reply = (message: Reply) => port.postMessage(message);
  last = last
    .then(() => answer(data))
    .then(
      (result) => reply({ result }),
      (error: unknown) => reply({ error: error instanceof Error ? error.message : String(error) }),
    );
};

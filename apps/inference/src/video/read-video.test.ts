import { startEngine } from '@mien/compute';
import type { Face, PixelImage } from '@mien/core';
import { EMOTIONS, InvalidBundleError } from '@mien/core';
import { buildModel, pickFrames } from '@mien/model-zoo';
import { createPipeline } from '@mien/preprocessing';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEmotionReader, EmotionReader, networkOf } from '../emotion-reader.js';
import type { FaceReader } from './face-follower.js';
import { drawFrames } from './fixtures/make-video.js';
import type { FrameRecord } from './frame-records.js';
import { readVideo } from './read-video.js';
import { DamagedVideoError } from './video-errors.js';
import type { VideoFrame } from './video-source.js';

const OPTIONS = { smoothing: 0, detectEvery: 1 };

function sourceOf(
  images: readonly PixelImage[],
  { frameRate = 25, fault }: { frameRate?: number; fault?: Error } = {},
) {
  const state = { asked: 0, returned: false };
  return {
    state,
    async *frames(): AsyncGenerator<VideoFrame> {
      try {
        for (const image of images) yield { image, time: state.asked++ / frameRate };
        if (fault) throw fault;
      } finally {
        state.returned = true;
      }
    },
  };
}

async function readAll(...[source, reader, options]: Parameters<typeof readVideo>): Promise<FrameRecord[]> {
  const records: FrameRecord[] = [];
  for await (const { record } of readVideo(source, reader, options)) records.push(record);
  return records;
}

async function halve({ data, width, height, channels }: PixelImage): Promise<PixelImage> {
  const half = sharp(data, { raw: { width, height, channels } }).resize(width / 2, height / 2);
  return { width: width / 2, height: height / 2, channels, data: await half.raw().toBuffer() };
}

describe('with the shipped model', () => {
  let reader: EmotionReader;
  let frames: PixelImage[];

  beforeAll(async () => {
    reader = await createEmotionReader({ engine: 'onnxruntime-cpu', threads: 1 });
    frames = await drawFrames(12, 2);
  });
  afterAll(() => reader.dispose());

  test('two faces keep their ids, and what is read of them is what is read of the picture', async () => {
    const records = await readAll(sourceOf(frames), reader, OPTIONS);
    expect(records.map(({ frame }) => frame)).toEqual(frames.map((_, index) => index + 1));
    for (const { frame, faces } of records.slice(2)) {
      expect(faces.map(({ id }) => id)).toEqual([1, 2]);
      const alone = await reader.read(frames[frame - 1]);
      const byPlace = (a: { box: { x: number } }, b: { box: { x: number } }) => a.box.x - b.box.x;
      const [left, right] = [...alone].sort(byPlace);
      for (const [face, expected] of [...faces]
        .sort(byPlace)
        .map((each, place) => [each, [left, right][place]] as const)) {
        expect(face.probabilities).toEqual(expected.probabilities);
        expect(Math.abs(face.box.x - expected.box.x)).toBeLessThan(expected.box.width / 8);
      }
    }
  });

  test('a resolution that changes in the middle keeps the ids, and boxes are in pixels of their frame', async () => {
    const changing = await Promise.all(frames.map((frame, index) => (index < 6 ? frame : halve(frame))));
    const records = await readAll(sourceOf(changing), reader, OPTIONS);
    const last = records[records.length - 1];
    expect(last).toMatchObject({ width: 160, height: 120 });
    expect(last.faces.map(({ id }) => id)).toEqual([1, 2]);
    for (const { box } of last.faces) expect(box.x + box.width).toBeLessThan(160);
  });

  test('between the frames that faces are looked for in, they are read where they move to', async () => {
    let detections = 0;
    const counting: FaceReader = {
      card: reader.card,
      frames: reader.frames,
      detect: (image) => {
        detections++;
        return reader.detect(image);
      },
      prepareFace: (image, face) => reader.prepareFace(image, face),
      predict: (inputs) => reader.predict(inputs),
    };
    const records = await readAll(sourceOf([...frames, ...frames]), counting, { smoothing: 0, detectEvery: 4 });
    expect(detections).toBe(6);
    expect(records.slice(8).every(({ faces }) => faces.length === 2)).toBe(true);
  });

  test('smoothing keeps the first and holds back what follows', async () => {
    const rough = await readAll(sourceOf(frames), reader, OPTIONS);
    const smooth = await readAll(sourceOf(frames), reader, { ...OPTIONS, smoothing: 1 });
    const change = (records: FrameRecord[]) => {
      const shown = records.flatMap(({ faces }) => faces.filter(({ id }) => id === 1));
      return shown.slice(1).reduce((sum, { probabilities }, index) => {
        const before = shown[index].probabilities;
        return sum + EMOTIONS.reduce((part, name) => part + Math.abs(probabilities[name]! - before[name]!), 0);
      }, 0);
    };
    expect(change(smooth)).toBeLessThan(change(rough) / 2);
  });
});

describe('whatever the model', () => {
  const face: Face = { box: { x: 10, y: 10, width: 40, height: 40 }, score: 1 };
  const image = (grey: number): PixelImage => ({
    width: 64,
    height: 64,
    channels: 1,
    data: new Uint8Array(4096).fill(grey),
  });
  const reader: FaceReader = {
    card: { labels: ['happy', 'sad'], input: { channels: 1 }, pipeline: [] } as unknown as FaceReader['card'],
    frames: 1,
    detect: async () => [face],
    prepareFace: ({ data }) => Float32Array.of(data[0] / 255),
    predict: async (inputs) => inputs.map(([value]) => Float32Array.of(value, 1 - value)),
  };

  test('what the CNN is never sure of is no face, and one that it was sure of once is followed', async () => {
    const images = [0, 1, 2, 3, 4, 5].map(image);
    const found = async (pipeline: object[], scores: readonly number[]) => {
      const left = [...scores];
      const unsure = {
        ...reader,
        card: { ...reader.card, pipeline } as unknown as FaceReader['card'],
        detect: async () => [{ ...face, score: left.shift() as number }],
      };
      return (await readAll(sourceOf(images), unsure, OPTIONS)).map(({ faces }) => faces.length);
    };
    const cnn = [{ step: 'crop-face', detector: { type: 'cnn' } }];
    expect(await found(cnn, [0.5, 0.6, 0.65, 0.69, 0.6, 0.5])).toEqual([0, 0, 0, 0, 0, 0]);
    expect(await found(cnn, [0.5, 0.6, 0.8, 0.5, 0.6, 0.5])).toEqual([0, 0, 1, 1, 1, 1]);
    expect(await found([{ step: 'crop-face', detector: {} }], [0.5, 0.6, 0.65, 0.69, 0.6, 0.5])).toEqual([
      0, 1, 1, 1, 1, 1,
    ]);
  });

  test('frames are asked for one ahead and no more, so that memory does not grow with the video', async () => {
    const source = sourceOf(Array.from({ length: 50 }, (_, index) => image(index)));
    let read = 0;
    for await (const { record } of readVideo(source, reader, OPTIONS)) {
      expect(record.frame).toBe(++read);
      await new Promise((resolve) => setTimeout(resolve, 1));
      expect(source.state.asked).toBeLessThanOrEqual(read + 1);
    }
    expect(read).toBe(50);
  });

  test('a camera that goes away is thrown after the last frame it gave', async () => {
    const fault = new DamagedVideoError({
      expected: 'the camera to go on',
      found: 'no such device',
      fix: 'connect it',
    });
    const source = sourceOf([image(1), image(2), image(3)], { fault });
    const read: number[] = [];
    const reading = (async () => {
      for await (const { record } of readVideo(source, reader, OPTIONS)) read.push(record.frame);
    })();
    await expect(reading).rejects.toBe(fault);
    expect(read).toEqual([1, 2, 3]);
  });

  test('who stops early closes the source', async () => {
    const source = sourceOf([image(1), image(2), image(3), image(4)]);
    for await (const { record } of readVideo(source, reader, OPTIONS)) if (record.frame === 2) break;
    expect(source.state.returned).toBe(true);
  });
});

test('a network of sequences is given the last frames of each face, as it was trained', async () => {
  await startEngine({ engine: 'onnxruntime-cpu' });
  const input = { height: 16, width: 16, channels: 1, range: [-1, 1] } as const;
  const model = buildModel({ id: 'dtan', classes: 7, seed: 3, input, options: { frames: 3 } });
  const card = {
    name: 'sequences',
    labels: [...EMOTIONS],
    input,
    architecture: { id: 'dtan', options: { frames: 3 } },
    pipeline: [],
  };
  const pipeline = await createPipeline([{ step: 'grey' }, { step: 'resize', width: 16, height: 16 }]);
  const reader = new EmotionReader(card as unknown as EmotionReader['card'], networkOf(model), pipeline);
  expect(reader.frames).toBe(3);
  // The whole picture is the face.
  const images = Array.from({ length: 5 }, (_, frame) => {
    const data = Uint8Array.from({ length: 256 }, (_, at) => (at * (frame + 1) * 7) % 256);
    return { width: 16, height: 16, channels: 1, data } as const;
  });
  const records = await readAll(sourceOf(images), reader, OPTIONS);
  expect(records[0].faces).toHaveLength(0); // not yet confirmed
  for (const { frame, faces } of records.slice(1)) {
    const seen = images.slice(Math.max(1, frame - 3), frame);
    const stack = pickFrames(seen.length, 3).map((index) => seen[index]);
    const values = Float32Array.from({ length: 768 }, (_, at) => stack[at % 3].data[Math.floor(at / 3)] / 127.5 - 1);
    const expected = model.predict(tensor(values, [1, 16, 16, 3])) as Tensor;
    const row = await expected.data();
    EMOTIONS.forEach((name, index) => {
      expect(faces[0].probabilities[name]).toBeCloseTo(row[index], 5);
    });
  }
  await expect(reader.read(images[0])).rejects.toThrow(InvalidBundleError);
  reader.dispose();
});

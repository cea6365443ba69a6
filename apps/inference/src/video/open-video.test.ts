import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidDataError, MissingInputError } from '@mien/core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DecodedVideo } from './decoded-video.js';
import { loadFFmpeg } from './ffmpeg.js';
import { drawFrames, encodeVideo, hasFFmpeg, remux } from './fixtures/make-video.js';
import { openVideo } from './open-video.js';
import { DamagedVideoError } from './video-errors.js';
import type { VideoFrame, VideoSource } from './video-source.js';

const FRAMES = 12;
let folder: string;
const at = (name: string) => join(folder, name);

/** All frames, and what the source threw after them. */
async function readAll(source: VideoSource): Promise<{ frames: VideoFrame[]; fault: unknown }> {
  const frames: VideoFrame[] = [];
  try {
    for await (const frame of source.frames()) frames.push(frame);
  } catch (fault) {
    return { frames, fault };
  }
  return { frames, fault: undefined };
}

describe.skipIf(!hasFFmpeg)('videos', () => {
  let pictures: Awaited<ReturnType<typeof drawFrames>>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mien-video-'));
    pictures = await drawFrames(FRAMES);
    await encodeVideo(at('video.mp4'), pictures);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(['mp4', 'mkv', 'mov', 'ts', 'flv'])(
    'every frame of a %s comes with its time and pixels',
    async (container) => {
      if (container !== 'mp4') await remux(at('video.mp4'), at(`video.${container}`));
      const source = await openVideo(at(`video.${container}`));
      expect(source.frameRate).toBeCloseTo(25, 1);
      const { frames, fault } = await readAll(source);
      expect(fault).toBeUndefined();
      expect(frames).toHaveLength(FRAMES);
      for (const [index, { image, time }] of frames.entries()) {
        expect(time).toBeCloseTo(index / 25, 2);
        expect(image).toMatchObject({ width: 320, height: 240, channels: 3 });
        const difference = image.data.reduce(
          (sum, value, byte) => sum + Math.abs(value - pictures[index].data[byte]),
          0,
        );
        expect(difference / image.data.length).toBeLessThan(4);
      }
    },
  );

  test('a video that was cut off gives the frames it has, then says where it ends', async () => {
    await encodeVideo(at('long.mp4'), [...pictures, ...pictures, ...pictures], { frameRate: 6 });
    await remux(at('long.mp4'), at('long.mkv'));
    const whole = await readFile(at('long.mkv'));
    await writeFile(at('cut.mkv'), whole.subarray(0, whole.length / 2));
    const { frames, fault } = await readAll(await openVideo(at('cut.mkv')));
    expect(frames.length).toBeGreaterThan(3);
    expect(frames.length).toBeLessThan(3 * FRAMES);
    expect(fault).toBeInstanceOf(DamagedVideoError);
    expect((fault as Error).message).toMatch(/a whole video in .*; found .*\d\.\d/);
  });

  test('bytes that are damaged cost frames, not the video', async () => {
    await remux(at('video.mp4'), at('hurt.ts'));
    const bytes = await readFile(at('hurt.ts'));
    for (let byte = Math.floor(bytes.length * 0.4); byte < bytes.length * 0.5; byte++) bytes[byte] = (byte * 37) & 255;
    await writeFile(at('hurt.ts'), bytes);
    const { frames } = await readAll(await openVideo(at('hurt.ts')));
    expect(frames.length).toBeGreaterThan(3);
    for (const [index, { time }] of frames.entries())
      if (index > 0) expect(time).toBeGreaterThan(frames[index - 1].time);
  });

  test('resolution and clock may change in the middle: frames have their own size, time goes on', async () => {
    await encodeVideo(at('half.mp4'), pictures, { scale: 0.5 });
    await remux(at('half.mp4'), at('half.ts'));
    await remux(at('video.mp4'), at('video.ts'));
    // One after the other: the second begins again at its first time stamp.
    await writeFile(at('both.ts'), Buffer.concat([await readFile(at('video.ts')), await readFile(at('half.ts'))]));
    const { frames } = await readAll(await openVideo(at('both.ts')));
    expect(new Set(frames.map(({ image }) => image.width))).toEqual(new Set([320, 160]));
    expect(frames.length).toBeGreaterThan(2 * FRAMES - 3);
    const steps = frames.slice(1).map(({ time }, index) => time - frames[index].time);
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(Math.max(...steps)).toBeLessThan(0.5);
  });

  test('a camera that goes away is an error after its last frame', async () => {
    const ffmpeg = await loadFFmpeg();
    const context = new ffmpeg.FormatContext();
    context.allocContext();
    await context.openInput(at('video.mp4'));
    const { frames, fault } = await readAll(await DecodedVideo.open(ffmpeg, context, { input: 'camera', live: true }));
    expect(frames).toHaveLength(FRAMES);
    expect(fault).toBeInstanceOf(DamagedVideoError);
    expect((fault as Error).message).toMatch(/the camera camera to go on; found it ended after .*connect it again/i);
  });

  test('a camera that falls silent, as a driver does that hangs, is gone after ten seconds', async () => {
    const ffmpeg = await loadFFmpeg();
    const context = new ffmpeg.FormatContext();
    context.allocContext();
    await context.openInput(at('video.mp4'));
    const source = await DecodedVideo.open(ffmpeg, context, { input: 'camera', live: true });
    const interrupt = vi.spyOn(context, 'interrupt');
    const readFrame = context.readFrame.bind(context);
    let packets = 0;
    vi.spyOn(context, 'readFrame').mockImplementation((packet) =>
      packets++ < 5 ? readFrame(packet) : new Promise(() => undefined),
    );
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const reading = readAll(source);
      await vi.waitFor(() => expect(packets).toBe(6));
      await vi.advanceTimersByTimeAsync(9000);
      expect(interrupt).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1000);
      const { frames, fault } = await reading;
      expect(frames).toHaveLength(5);
      expect(interrupt).toHaveBeenCalledOnce();
      expect((fault as Error).message).toMatch(/found it ended after .* s: no frame for 10 s/);
    } finally {
      vi.useRealTimers();
    }
  });

  test('the wish to stop ends the frames there, and is no error', async () => {
    const stop = new AbortController();
    const source = await openVideo(at('video.mp4'), { signal: stop.signal });
    let count = 0;
    for await (const _ of source.frames()) if (++count === 3) stop.abort();
    expect(count).toBe(3);
  });

  test('what is no video is an error that says so', async () => {
    await writeFile(at('page.mp4'), '<!doctype html><p>Not a video.</p>');
    await writeFile(at('empty.mp4'), '');
    await writeFile(at('list.m3u8'), '#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/secret.ts\n#EXT-X-ENDLIST\n');
    const whole = await readFile(at('video.mp4'));
    // The index is at the end.
    await writeFile(at('headless.mp4'), whole.subarray(0, whole.length / 2));
    for (const name of ['page.mp4', 'empty.mp4', 'list.m3u8', 'headless.mp4'])
      await expect(openVideo(at(name)), name).rejects.toThrow(InvalidDataError);
    for (const name of [at('none.mp4'), folder, 'http://127.0.0.1:9/a.mp4', '/dev/video99'])
      await expect(openVideo(name), name).rejects.toThrow(MissingInputError);
  });
});

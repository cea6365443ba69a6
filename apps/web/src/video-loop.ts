import { LARGEST_FRAME } from './options.js';
import type { Reading } from './protocol.js';
import type { ReadingClient } from './reading-client.js';

/**
 * Reads a video that plays, frame by frame, as fast as they are read: what comes while one is read is left out.
 * @param onReading is told of each; `time` in seconds, of the file, or of the clock for a camera. @returns a function that ends it.
 */
export function readVideo(
  video: HTMLVideoElement,
  client: ReadingClient,
  onReading: (reading: Reading, time: number) => void,
  onFailure: (error: unknown) => void,
): () => void {
  let ended = false;
  const isFile = video.srcObject === null;
  // A frame that comes while one is read is read next, without a wait for another.
  let newest: number | undefined;
  let wake: () => void = () => undefined;
  const note = (now: number, { mediaTime }: VideoFrameCallbackMetadata) => {
    if (ended) return;
    newest = isFile ? mediaTime : now / 1000;
    wake();
    video.requestVideoFrameCallback(note);
  };
  const nextTime = async (): Promise<number> => {
    if (newest === undefined) await new Promise<void>((resolve) => (wake = resolve));
    const time = newest as number;
    newest = undefined;
    return time;
  };
  const run = async () => {
    video.requestVideoFrameCallback(note);
    await client.restart();
    let lastTime = Number.NEGATIVE_INFINITY;
    while (!ended) {
      const time = await nextTime();
      if (ended) return;
      // A frame of what the element played before may still be announced, when this video has none yet.
      if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) continue;
      if (time < lastTime) await client.restart();
      lastTime = time;
      const { videoWidth: width, videoHeight: height } = video;
      const scale = Math.min(1, LARGEST_FRAME / Math.max(width, height));
      const size = { resizeWidth: Math.round(width * scale), resizeHeight: Math.round(height * scale) };
      const bitmap = await createImageBitmap(video, scale < 1 ? size : undefined);
      const reading = await client.readFrame(bitmap, time);
      if (!ended) onReading(reading, time);
    }
  };
  run().catch((error: unknown) => {
    if (!ended) onFailure(error);
  });
  return () => {
    ended = true;
  };
}

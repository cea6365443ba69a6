import type { PixelImage } from '@mien/core';
import { FaceFollower, type FaceFollowerOptions, type FaceReader } from './face-follower.js';
import type { FrameRecord } from './frame-records.js';
import type { VideoSource } from './video-source.js';

export interface ReadFrame {
  readonly record: FrameRecord;
  /** The caller's to change. */
  readonly image: PixelImage;
}

/**
 * Reads a video's faces frame by frame; the next frame is decoded meanwhile. At most two frames are in memory.
 * @throws {DamagedVideoError} at the end, after all frames that could be read, where the source was damaged.
 */
export async function* readVideo(
  source: Pick<VideoSource, 'frames'>,
  reader: FaceReader,
  options: FaceFollowerOptions,
): AsyncGenerator<ReadFrame> {
  const follower = new FaceFollower(reader, options);
  const frames = source.frames();
  const ask = () => {
    const asked = frames.next();
    // What fails is thrown when its turn comes; until then it is not unhandled.
    asked.catch(() => undefined);
    return asked;
  };
  try {
    let next = ask();
    for (let frame = 1; ; frame++) {
      const { value, done } = await next;
      if (done) return;
      next = ask();
      const { image, time } = value;
      const faces = await follower.next(image, time);
      yield { record: { frame, time, width: image.width, height: image.height, faces }, image };
    }
  } finally {
    await frames.return(undefined);
  }
}

import type { PixelImage } from '@mien/core';

export interface VideoFrame {
  readonly image: PixelImage;
  /** Seconds since the first frame; always growing. */
  readonly time: number;
}

/** Where frames come from: a file, a camera. */
export interface VideoSource {
  /** Frames a second, as the container says; the usual rate where it does not. */
  readonly frameRate: number;
  /** Seconds, where the container says. */
  readonly duration: number | undefined;
  /** Whether frames come in their own time, from a camera. */
  readonly live: boolean;
  /**
   * The frames in their order, each decoded when it is asked for; once.
   * @throws {DamagedVideoError} at the end, after every frame that could be decoded, when some could not or the video ended before its time.
   */
  frames(): AsyncGenerator<VideoFrame>;
}

import { InvalidDataError } from '@mien/core';
import type { FFmpeg } from './ffmpeg.js';
import { quarterTurnsOf, turnPicture } from './turn-picture.js';
import { VideoClock } from './video-clock.js';
import { DamagedVideoError, noVideo } from './video-errors.js';
import type { VideoFrame, VideoSource } from './video-source.js';

/** Where a container says no rate. */
const USUAL_FRAME_RATE = 30;
/** A camera that sends nothing for so long is gone. */
const LONGEST_SILENCE_MILLISECONDS = 10_000;
/** 8K is 33 million. */
const MAXIMUM_PIXELS = 50_000_000;

type FormatContext = InstanceType<FFmpeg['FormatContext']>;
type CodecContext = InstanceType<FFmpeg['CodecContext']>;
type Packet = InstanceType<FFmpeg['Packet']>;
type Stream = InstanceType<FFmpeg['Stream']>;

export interface DecodedVideoOptions {
  readonly input: string;
  readonly live: boolean;
  readonly signal?: AbortSignal;
}

/** The frames of an opened input, decoded one at a time: memory does not grow with the video's length. */
export class DecodedVideo implements VideoSource {
  readonly frameRate: number;
  readonly duration: number | undefined;
  readonly live: boolean;
  readonly #ffmpeg: FFmpeg;
  readonly #context: FormatContext;
  readonly #codec: CodecContext;
  readonly #stream: Stream;
  readonly #options: DecodedVideoOptions;
  #damaged = 0;

  private constructor(
    ffmpeg: FFmpeg,
    context: FormatContext,
    codec: CodecContext,
    stream: Stream,
    options: DecodedVideoOptions,
  ) {
    this.#ffmpeg = ffmpeg;
    this.#context = context;
    this.#codec = codec;
    this.#stream = stream;
    this.#options = options;
    this.live = options.live;
    const rate = [stream.avgFrameRate, stream.rFrameRate].map(({ num, den }) => num / den);
    this.frameRate = rate.find((value) => value > 0 && value <= 1000) ?? USUAL_FRAME_RATE;
    this.duration = options.live ? undefined : durationOf(context, stream);
  }

  /** @throws {InvalidDataError} when there is no video stream that can be decoded. */
  static async open(ffmpeg: FFmpeg, context: FormatContext, options: DecodedVideoOptions): Promise<DecodedVideo> {
    const fail = (found: string): never => {
      throw noVideo(options.input, found);
    };
    const info = await context.findStreamInfo();
    if (info < 0) fail(ffmpeg.FFmpegError.strerror(info));
    const index = context.findBestStream(ffmpeg.AVMEDIA_TYPE_VIDEO);
    const stream = index < 0 ? fail('no video stream') : context.streams[index];
    const decoder = ffmpeg.Codec.findDecoder(stream.codecpar.codecId) ?? fail('a codec that FFmpeg does not know');
    const codec = new ffmpeg.CodecContext();
    codec.allocContext3(decoder);
    codec.parametersToContext(stream.codecpar);
    codec.pktTimebase = stream.timeBase;
    const opened = await codec.open2(decoder);
    if (opened < 0) {
      codec.freeContext();
      fail(ffmpeg.FFmpegError.strerror(opened));
    }
    return new DecodedVideo(ffmpeg, context, codec, stream, options);
  }

  async *frames(): AsyncGenerator<VideoFrame> {
    const packet = new this.#ffmpeg.Packet();
    packet.alloc();
    const decode = this.#decoder();
    let reading: Promise<number> | undefined;
    let end = 0;
    let fault: string | undefined;
    try {
      for (;;) {
        packet.unref();
        reading = this.#context.readFrame(packet);
        const code = await this.#orInterrupted(reading);
        if (code === 'ended') break;
        if (typeof code === 'string') fault = code;
        else if (code < 0 && code !== this.#ffmpeg.AVERROR_EOF) fault = this.#ffmpeg.FFmpegError.strerror(code);
        if (code !== 0) break;
        if (packet.streamIndex !== this.#stream.index) continue;
        for await (const frame of decode(packet)) yield mark(frame);
      }
      if (!this.#options.signal?.aborted) for await (const frame of decode(null)) yield mark(frame);
    } finally {
      decode.free();
      // A driver that never answers would be waited for without end.
      void reading?.then(async () => {
        packet.free();
        this.#codec.freeContext();
        await this.#context.closeInput();
      });
    }
    if (!this.#options.signal?.aborted) this.#reportFaults(fault, end);

    function mark(frame: VideoFrame): VideoFrame {
      end = frame.time;
      return frame;
    }
  }

  /** Takes packets, gives pictures; null brings the frames that the decoder still holds. */
  #decoder() {
    const { AVERROR_EAGAIN, AVERROR_EOF, AV_NOPTS_VALUE, Frame, Scaler } = this.#ffmpeg;
    const frame = new Frame();
    frame.alloc();
    const scaler = new Scaler();
    const clock = new VideoClock(this.frameRate);
    const turns = quarterTurnsOf(this.#stream.codecpar.getCodedSideData(this.#ffmpeg.AV_PKT_DATA_DISPLAYMATRIX));
    const { num, den } = this.#stream.timeBase;
    const self = this;
    async function* decode(packet: Packet | null): AsyncGenerator<VideoFrame> {
      const sent = await self.#codec.sendPacket(packet);
      if (sent < 0 && sent !== AVERROR_EOF) self.#damaged++;
      for (;;) {
        const code = await self.#codec.receiveFrame(frame);
        if (code === AVERROR_EAGAIN || code === AVERROR_EOF) return;
        if (code < 0) {
          self.#damaged++;
          return;
        }
        const stamp = frame.bestEffortTimestamp;
        // A camera's own stamps follow a clock that may be set.
        const seconds = self.live
          ? performance.now() / 1000
          : stamp === AV_NOPTS_VALUE
            ? undefined
            : (Number(stamp) * num) / den;
        const { width, height } = frame;
        if (width * height > MAXIMUM_PIXELS) {
          throw new InvalidDataError({
            expected: `frames of at most ${MAXIMUM_PIXELS} pixels`,
            found: `${width} × ${height}`,
            fix: 'make the video smaller',
            details: { width, height },
          });
        }
        const data = await scaler.toBuffer(frame, { format: 'rgb' });
        frame.unref();
        yield { image: turnPicture({ width, height, channels: 3, data }, turns), time: clock.next(seconds) };
      }
    }
    decode.free = () => {
      frame.free();
      scaler.close();
    };
    return decode;
  }

  /** What came first: the packet; the wish to end, as `ended`; or, from a camera, too long a silence, as words. */
  async #orInterrupted(reading: Promise<number>): Promise<number | string> {
    const { signal } = this.#options;
    if (signal?.aborted) return 'ended';
    let timer: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    const interrupted = new Promise<string>((resolve) => {
      onAbort = () => resolve('ended');
      signal?.addEventListener('abort', onAbort, { once: true });
      if (!this.live) return;
      const silence = () => resolve(`no frame for ${LONGEST_SILENCE_MILLISECONDS / 1000} s`);
      timer = setTimeout(silence, LONGEST_SILENCE_MILLISECONDS);
    });
    try {
      const first = await Promise.race([reading, interrupted]);
      if (typeof first === 'string') this.#context.interrupt();
      return first;
    } finally {
      clearTimeout(timer);
      if (onAbort) signal?.removeEventListener('abort', onAbort);
    }
  }

  /** @param end time of the last frame. */
  #reportFaults(fault: string | undefined, end: number): void {
    const { input } = this.#options;
    const reached = end + 1 / this.frameRate;
    const found: string[] = [];
    if (this.live) found.push(`it ended after ${reached.toFixed(1)} s${fault ? `: ${fault}` : ''}`);
    else {
      if (fault) found.push(`it could not be read after ${reached.toFixed(1)} s: ${fault}`);
      else if (this.duration !== undefined && this.duration - reached > Math.max(1, this.duration / 20)) {
        found.push(`it ends at ${reached.toFixed(1)} of ${this.duration.toFixed(1)} s`);
      }
      if (this.#damaged > 0) found.push(`${this.#damaged} packets could not be decoded`);
    }
    if (found.length === 0) return;
    throw new DamagedVideoError({
      expected: this.live ? `the camera ${input} to go on` : `a whole video in ${input}`,
      found: found.join('; '),
      fix: this.live
        ? 'connect it again; the result is valid up to there'
        : 'use a whole copy; the result holds what could be read',
      details: { input, reached },
    });
  }
}

function durationOf(context: FormatContext, stream: Stream): number | undefined {
  const ofStream = (Number(stream.duration) * stream.timeBase.num) / stream.timeBase.den;
  if (ofStream > 0) return ofStream;
  // In microseconds; that of the longest stream.
  const ofAll = Number(context.duration) / 1e6;
  return ofAll > 0 ? ofAll : undefined;
}

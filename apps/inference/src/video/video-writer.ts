import { EngineUnavailableError, type PixelImage } from '@mien/core';
import type { FFmpeg } from './ffmpeg.js';
import { PendingFile } from './pending-file.js';

/** Ticks a second of the time stamps: every usual frame rate divides it, and MPEG-4, which has 16 bits for it, takes it. */
const TICKS = 60_000;
/** What FFmpeg's builds may have, the best first. */
const ENCODERS = [
  { name: 'libx264', options: { preset: 'veryfast', crf: '22' } },
  { name: 'libopenh264', options: { b: '4000000' } },
  { name: 'mpeg4', options: { qscale: '3', flags: '+qscale' } },
] as const;

type FormatContext = InstanceType<FFmpeg['FormatContext']>;
type CodecContext = InstanceType<FFmpeg['CodecContext']>;
type Stream = InstanceType<FFmpeg['Stream']>;

/** Writes pictures as an MP4 video, which gets its name when it is whole. All frames become the size of the first. */
export class VideoWriter {
  readonly #ffmpeg: FFmpeg;
  readonly #file: PendingFile;
  readonly #format: FormatContext;
  readonly #codec: CodecContext;
  readonly #stream: Stream;
  readonly #size: { readonly width: number; readonly height: number };
  readonly #scaler: InstanceType<FFmpeg['Scaler']>;
  readonly #frameTicks: bigint;
  #lastTick = -1n;

  private constructor(
    ffmpeg: FFmpeg,
    file: PendingFile,
    [format, codec, stream]: readonly [FormatContext, CodecContext, Stream],
    size: { readonly width: number; readonly height: number },
    frameRate: number,
  ) {
    this.#ffmpeg = ffmpeg;
    this.#file = file;
    this.#format = format;
    this.#codec = codec;
    this.#stream = stream;
    this.#size = size;
    this.#scaler = new ffmpeg.Scaler();
    this.#frameTicks = BigInt(Math.max(1, Math.round(TICKS / frameRate)));
  }

  /**
   * @param first a picture of the size that the video gets.
   * @throws {WriteFailedError} when the file cannot be written; @throws {EngineUnavailableError} when FFmpeg has no encoder for it.
   */
  static async create(ffmpeg: FFmpeg, path: string, first: PixelImage, frameRate: number): Promise<VideoWriter> {
    const file = await PendingFile.create(path);
    // Colour is halved in both directions, so sides must be even.
    const size = { width: Math.max(2, first.width & ~1), height: Math.max(2, first.height & ~1) };
    const check = (code: number) => {
      if (code < 0) throw file.failure(ffmpeg.FFmpegError.strerror(code));
    };
    const format = new ffmpeg.FormatContext();
    try {
      check(format.allocOutputContext2(null, 'mp4', file.temporary));
      const codec = await openEncoder(ffmpeg, size, frameRate);
      const stream = format.newStream(null);
      stream.timeBase = codec.timeBase;
      check(stream.codecpar.fromContext(codec));
      check(await format.openOutput());
      check(await format.writeHeader());
      return new VideoWriter(ffmpeg, file, [format, codec, stream], size, frameRate);
    } catch (error) {
      format.freeContext();
      await file.discard();
      throw error;
    }
  }

  /** @param time in seconds, after that of the frame before. @throws {WriteFailedError} */
  async add({ data, width, height }: PixelImage, time: number): Promise<void> {
    const { Frame, Rational, AV_PIX_FMT_RGB24, AV_PIX_FMT_YUV420P } = this.#ffmpeg;
    const timeBase = new Rational(1, TICKS);
    const picture = Frame.fromVideoBuffer(Buffer.from(data.buffer, data.byteOffset, data.length), {
      width,
      height,
      format: AV_PIX_FMT_RGB24,
      timeBase,
    });
    const planes = await this.#scaler.toBuffer(picture, { resize: this.#size, format: 'yuv420p' });
    picture.free();
    const tick = BigInt(Math.round(time * TICKS));
    this.#lastTick = tick > this.#lastTick ? tick : this.#lastTick + 1n;
    const frame = Frame.fromVideoBuffer(planes, {
      ...this.#size,
      format: AV_PIX_FMT_YUV420P,
      timeBase,
      pts: this.#lastTick,
    });
    await this.#encode(frame);
    frame.free();
  }

  /** Writes what is still held, and gives the file its name. @throws {WriteFailedError} */
  async finish(): Promise<void> {
    await this.#encode(null);
    this.#check(await this.#format.writeTrailer());
    await this.#close();
    await this.#file.commit();
  }

  /** Gives up: no file is left. */
  async discard(): Promise<void> {
    await this.#close();
    await this.#file.discard();
  }

  async #encode(frame: InstanceType<FFmpeg['Frame']> | null): Promise<void> {
    const { AVERROR_EAGAIN, AVERROR_EOF, Packet } = this.#ffmpeg;
    this.#check(await this.#codec.sendFrame(frame));
    const packet = new Packet();
    packet.alloc();
    try {
      for (;;) {
        const code = await this.#codec.receivePacket(packet);
        if (code === AVERROR_EAGAIN || code === AVERROR_EOF) return;
        this.#check(code);
        packet.streamIndex = this.#stream.index;
        // Without it the last frame has no duration, and players leave it out.
        if (packet.duration <= 0n) packet.duration = this.#frameTicks;
        packet.rescaleTs(this.#codec.timeBase, this.#stream.timeBase);
        this.#check(await this.#format.interleavedWriteFrame(packet));
      }
    } finally {
      packet.free();
    }
  }

  async #close(): Promise<void> {
    this.#scaler.close();
    this.#codec.freeContext();
    await this.#format.closeOutput();
    this.#format.freeContext();
  }

  #check(code: number): void {
    if (code < 0) throw this.#file.failure(this.#ffmpeg.FFmpegError.strerror(code));
  }
}

async function openEncoder(
  ffmpeg: FFmpeg,
  { width, height }: { readonly width: number; readonly height: number },
  frameRate: number,
): Promise<CodecContext> {
  for (const { name, options } of ENCODERS) {
    const encoder = ffmpeg.Codec.findEncoderByName(name as never);
    if (!encoder) continue;
    const codec = new ffmpeg.CodecContext();
    codec.allocContext3(encoder);
    codec.width = width;
    codec.height = height;
    codec.pixelFormat = ffmpeg.AV_PIX_FMT_YUV420P;
    codec.timeBase = new ffmpeg.Rational(1, TICKS);
    codec.framerate = new ffmpeg.Rational(Math.round(frameRate * 1000), 1000);
    codec.gopSize = Math.max(1, Math.round(2 * frameRate));
    // MP4 keeps the codec's parameters in one place.
    codec.flags = (codec.flags | ffmpeg.AV_CODEC_FLAG_GLOBAL_HEADER) as typeof codec.flags;
    if ((await codec.open2(encoder, ffmpeg.Dictionary.fromObject(options))) >= 0) return codec;
    codec.freeContext();
  }
  throw new EngineUnavailableError({
    expected: `FFmpeg with an encoder for MP4, one of ${ENCODERS.map(({ name }) => name).join(', ')}`,
    found: 'none',
    fix: 'install a build of node-av that has one, or leave --annotate out',
  });
}

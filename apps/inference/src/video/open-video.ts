import { stat } from 'node:fs/promises';
import { EngineUnavailableError, MissingInputError } from '@mien/core';
import { describeSystemError } from '@mien/core/node';
import { DecodedVideo } from './decoded-video.js';
import { type FFmpeg, loadFFmpeg } from './ffmpeg.js';
import { noVideo } from './video-errors.js';
import type { VideoSource } from './video-source.js';

/** `camera`, `camera:1`, `camera:<name>`, or Linux's device files. */
const CAMERA = /^camera(?::(.+))?$/;
const LINUX_DEVICE = /^\/dev\/video\d+$/;

export interface OpenVideoOptions {
  /** Ends the frames early, as if the video ended there. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a video file of any container and codec that FFmpeg knows, or a camera (`camera`, `camera:1`, `/dev/video0`). Files only: nothing is
 * fetched, nor does a playlist lead elsewhere.
 * @throws {EngineUnavailableError} without FFmpeg; @throws {MissingInputError} when there is no such file or camera;
 * @throws {InvalidDataError} when it holds no video that can be decoded.
 */
export async function openVideo(input: string, { signal }: OpenVideoOptions = {}): Promise<VideoSource> {
  const camera = CAMERA.exec(input);
  const live = camera !== null || LINUX_DEVICE.test(input);
  if (!live) await requireFile(input);
  const ffmpeg = await loadFFmpeg();
  const context = new ffmpeg.FormatContext();
  context.allocContext();
  try {
    const code = live
      ? await openCamera(ffmpeg, context, camera ? (camera[1] ?? '0') : input)
      : await context.openInput(`file:${input}`, null, ffmpeg.Dictionary.fromObject({ protocol_whitelist: 'file' }));
    if (code < 0) {
      const found = ffmpeg.FFmpegError.strerror(code);
      if (live) throw noCamera(input, found);
      throw noVideo(input, found);
    }
    return await DecodedVideo.open(ffmpeg, context, { input, live, signal });
  } catch (error) {
    await context.closeInput();
    throw error;
  }
}

async function openCamera(ffmpeg: FFmpeg, context: InstanceType<FFmpeg['FormatContext']>, name: string) {
  const system = ffmpeg.Device.getVideoFormat();
  const format = ffmpeg.InputFormat.findInputFormat(system);
  if (!format) {
    throw new EngineUnavailableError({
      expected: `FFmpeg with ${system}, which reads cameras`,
      found: 'an FFmpeg without it',
      fix: 'read a file, or install a build of node-av that has it',
    });
  }
  const isNumber = /^\d+$/.test(name);
  const url = system === 'v4l2' && isNumber ? `/dev/video${name}` : system === 'dshow' ? `video=${name}` : name;
  const options = system === 'avfoundation' ? { pixel_format: 'nv12', framerate: '30' } : {};
  return context.openInput(url, format, ffmpeg.Dictionary.fromObject(options));
}

async function requireFile(input: string): Promise<void> {
  let found: string;
  try {
    if (!(await stat(input)).isDirectory()) return;
    found = 'a folder';
  } catch (error) {
    found = describeSystemError(error);
  }
  throw new MissingInputError({
    expected: `a video file, or a camera such as "camera" or /dev/video0; got "${input}"`,
    found,
    fix: 'check the path; fetch what lies elsewhere yourself',
    details: { input },
  });
}

function noCamera(input: string, found: string): MissingInputError {
  return new MissingInputError({
    expected: `the camera ${input}`,
    found,
    fix: 'connect it, close what else uses it, and see that this program may use it',
    details: { input },
  });
}

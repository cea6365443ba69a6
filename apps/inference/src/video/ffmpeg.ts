import { EngineUnavailableError } from '@mien/core';

/** What we use of FFmpeg's binding: its low level, which runs on every Node that Mien runs on, and its scaler. */
export type FFmpeg = typeof import('node-av/lib') &
  Pick<typeof import('node-av/api'), 'Scaler'> &
  typeof import('node-av/constants');

/**
 * FFmpeg, which only videos need and which is large, so that it is installed by those who read videos.
 * @throws {EngineUnavailableError} when it is not there.
 */
export async function loadFFmpeg(): Promise<FFmpeg> {
  try {
    const [lib, { Scaler }, constants] = await Promise.all([
      import('node-av/lib'),
      import('node-av/api'),
      import('node-av/constants'),
    ]);
    // What matters is reported by us.
    lib.Log.setLevel(constants.AV_LOG_QUIET);
    return { ...lib, ...constants, Scaler };
  } catch (cause) {
    throw new EngineUnavailableError({
      expected: 'FFmpeg, to decode videos, from the package node-av',
      found: cause instanceof Error ? cause.message.split('\n')[0] : String(cause),
      fix: 'run npm install node-av (with --global where mien is installed so)',
      cause,
    });
  }
}

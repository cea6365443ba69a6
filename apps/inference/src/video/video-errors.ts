import { InvalidDataError, MienError } from '@mien/core';

/** A video that ended before its time or could not be read in places. What was read before is a valid result. */
export class DamagedVideoError extends MienError {
  readonly code = 'MIEN_DAMAGED_VIDEO';
  override readonly exitCode = 1;
}

/** There is no video in a file, or none that can be decoded. */
export function noVideo(input: string, found: string): InvalidDataError {
  return new InvalidDataError({
    expected: `a video that FFmpeg can decode in ${input}`,
    found,
    fix: 'check the file, or convert it',
    details: { input },
  });
}

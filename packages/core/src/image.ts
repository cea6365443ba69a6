/** Decoded pixels, row by row from the top left, channels interleaved; 8 bits a channel (0..255). */
export interface PixelImage {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 RGB. */
  readonly channels: 1 | 3;
  /** `height × width × channels` bytes. */
  readonly data: Uint8Array;
  /** What of the file was not plain and was dealt with while decoding; absent where nothing was. */
  readonly quirks?: readonly ImageQuirk[];
}

/**
 * A property of a picture's file that decoding puts right, and that a report may count:
 * - `wrong-extension`: the content is another format than the file's name says; the content decides.
 * - `animated`: several pictures in one file; the first is taken.
 * - `rotated`: the camera's EXIF rotation was applied.
 * - `cmyk`: print colours, converted to sRGB.
 * - `more-than-8-bits`: 16 or 32 bits a channel, reduced to 8.
 * - `transparent`: laid on white.
 */
export type ImageQuirk = 'wrong-extension' | 'animated' | 'rotated' | 'cmyk' | 'more-than-8-bits' | 'transparent';

/** Why a picture could not be decoded: the `reason` in the details of an `InvalidImageError`. */
export type ImageFault = 'empty' | 'not-a-picture' | 'damaged' | 'too-large';

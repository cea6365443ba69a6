import { readFile } from 'node:fs/promises';
import { InvalidImageError, MissingInputError, type PixelImage } from '@mien/core';
import { describeSystemError } from '@mien/core/node';
import sharp from 'sharp';

/** About 10,000 × 10,000: 300 MB once decoded to RGB. */
const DEFAULT_MAXIMUM_PIXELS = 100_000_000;

export interface DecodeOptions {
  /** What messages call the picture; a path's default is the path. */
  readonly name?: string;
  /** Pictures of more pixels (width × height, before rotation) are refused before they are decoded. Default 100 megapixels. */
  readonly maximumPixels?: number;
}

/**
 * Decodes a picture (JPEG, PNG, WebP, GIF, TIFF, AVIF; known by its content, not its extension) to 8 bits a channel: grey
 * pictures to one channel, all others (palette, CMYK, 16-bit, …) to sRGB through their colour profile. The camera's EXIF
 * rotation is applied, transparency lies on white, and of an animation the first picture is taken.
 * @param input a file's path, or its bytes.
 * @throws {MissingInputError} when the file is not there or cannot be read.
 * @throws {InvalidImageError} when it is empty, cut off, damaged, no picture, or over `maximumPixels`; `details.file` names it.
 */
export async function decodeImage(input: string | Uint8Array, options: DecodeOptions = {}): Promise<PixelImage> {
  const { maximumPixels = DEFAULT_MAXIMUM_PIXELS } = options;
  const name = options.name ?? (typeof input === 'string' ? input : 'the picture');
  const bytes = typeof input === 'string' ? await readPicture(input) : input;
  if (bytes.length === 0) {
    throw new InvalidImageError({
      expected: `a picture in ${name}`,
      found: 'an empty file (0 bytes)',
      fix: 'fetch the picture again or leave it out',
      details: { file: name },
    });
  }
  try {
    // The limit is checked here, where both sides can be named; 'error' fails on cut-off files and lets mere warnings pass.
    const picture = sharp(bytes, { failOn: 'error', limitInputPixels: false });
    const { space, width, height } = await picture.metadata();
    if (width * height > maximumPixels) throw tooLarge(name, width, height, maximumPixels);
    const { data, info } = await picture
      .autoOrient()
      .flatten({ background: 'white' })
      .toColourspace(space === 'b-w' || space === 'grey16' ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return {
      width: info.width,
      height: info.height,
      channels: info.channels === 1 ? 1 : 3,
      data: new Uint8Array(data.buffer, data.byteOffset, data.length),
    };
  } catch (error) {
    if (error instanceof InvalidImageError) throw error;
    throw new InvalidImageError({
      expected: `a whole picture in ${name}`,
      found: describeDecoderError(error),
      fix: 'check that it opens in an image viewer, fetch it again, or leave it out',
      details: { file: name },
      cause: error,
    });
  }
}

async function readPicture(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new MissingInputError({
      expected: `a picture at ${path}`,
      found: describeSystemError(error),
      fix: 'check the path and its permissions',
      details: { file: path },
      cause: error,
    });
  }
}

function tooLarge(name: string, width: number, height: number, maximumPixels: number): InvalidImageError {
  return new InvalidImageError({
    expected: `a picture of at most ${maximumPixels} pixels in ${name}`,
    found: `${width} × ${height} = ${width * height} pixels`,
    fix: 'make the picture smaller, or raise the option maximumPixels if the memory is there',
    details: { file: name, width, height, maximumPixels },
  });
}

/** libvips repeats itself, a line per attempt: the first line says it. */
function describeDecoderError(error: unknown): string {
  const [first] = String(error instanceof Error ? error.message : error).split('\n');
  return first.includes('unsupported image format') ? 'content that is no known picture format' : first;
}

import { readFileSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { type ImageFault, type ImageQuirk, InvalidImageError, MissingInputError, type PixelImage } from '@mien/core';
import { describeSystemError } from '@mien/core/node';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { type PlainJpeg, readPlainJpeg } from './jpeg-header.js';

/** About 10,000 × 10,000: 300 MB once decoded to RGB. */
const DEFAULT_MAXIMUM_PIXELS = 100_000_000;
/** A larger file is no photograph: it is refused before it is read. */
const MAXIMUM_BYTES = 512 * 1024 ** 2;

/** The formats that are decoded, by sharp's names, with their extensions. */
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  jpeg: ['.jpg', '.jpeg', '.jpe', '.jfif'],
  png: ['.png'],
  webp: ['.webp'],
  gif: ['.gif'],
  tiff: ['.tif', '.tiff'],
  heif: ['.avif'],
};

export interface DecodeOptions {
  /** What messages call the picture; a path's default is the path. */
  readonly name?: string;
  /** Pictures of more pixels (width × height, before rotation) are refused before they are decoded. Default 100 megapixels. */
  readonly maximumPixels?: number;
}

/**
 * Decodes a picture (JPEG, PNG, WebP, GIF, TIFF, AVIF; known by its content, not its extension) to 8 bits a channel: grey
 * pictures to one channel, all others (palette, CMYK, 16-bit, …) to sRGB through their colour profile. The camera's EXIF
 * rotation is applied, transparency lies on white, and of an animation the first picture is taken: `quirks` says so.
 * @param input a file's path, or its bytes.
 * @throws {MissingInputError} when the file is not there, cannot be read or is no regular file.
 * @throws {InvalidImageError} when it is empty, cut off, damaged, no picture, or over `maximumPixels`; `details.file` names it,
 * `details.reason` is an `ImageFault`.
 */
export async function decodeImage(input: string | Uint8Array, options: DecodeOptions = {}): Promise<PixelImage> {
  const { maximumPixels = DEFAULT_MAXIMUM_PIXELS } = options;
  const name = options.name ?? (typeof input === 'string' ? input : 'the picture');
  const bytes = typeof input === 'string' ? await readPicture(input) : input;
  if (bytes.length === 0) {
    throw unusable(name, 'empty', 'an empty file (0 bytes)', 'fetch the picture again or leave it out');
  }
  try {
    // The limit is checked here, where both sides can be named; 'error' fails on cut-off files and lets mere warnings pass.
    const picture = sharp(bytes, { failOn: 'error', limitInputPixels: false });
    const extension = typeof input === 'string' ? extname(input) : '';
    const plain = readPlainJpeg(bytes);
    const quirks = plain
      ? checkPlain(name, plain, maximumPixels, extension)
      : await prepare(name, picture, maximumPixels, extension);
    if (plain?.components === 1) picture.toColourspace('b-w');
    const { data, info } = await picture.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return {
      width: info.width,
      height: info.height,
      channels: info.channels === 1 ? 1 : 3,
      data: new Uint8Array(data.buffer, data.byteOffset, data.length),
      ...(quirks.length > 0 && { quirks }),
    };
  } catch (error) {
    if (error instanceof InvalidImageError) throw error;
    // libvips repeats itself, a line per attempt: the first line says it.
    const [first] = String(error instanceof Error ? error.message : error).split('\n');
    if (first.includes('unsupported image format')) {
      throw unusable(name, 'not-a-picture', 'content that is no known picture format', undefined, error);
    }
    throw unusable(name, 'damaged', first, undefined, error);
  }
}

/** Most photographs of data sets: what is needed of their head is read here, in less time than the library takes to begin. */
function checkPlain(
  name: string,
  { width, height }: PlainJpeg,
  maximumPixels: number,
  extension: string,
): ImageQuirk[] {
  if (width * height > maximumPixels) throw tooLarge(name, width, height, maximumPixels);
  return isExtensionOf('jpeg', extension) ? [] : ['wrong-extension'];
}

/** Tells `picture` what it has to put right, and says what that is. */
async function prepare(name: string, picture: Sharp, maximumPixels: number, extension: string): Promise<ImageQuirk[]> {
  const metadata = await picture.metadata();
  const { space, depth, width, height, format, orientation = 1, hasAlpha, hasProfile } = metadata;
  // What else libvips can open (SVG, PDF, …) is no photograph, and may be a program.
  if (!Object.hasOwn(FORMATS, format)) throw unusable(name, 'not-a-picture', `content of the format ${format}`);
  if (width * height > maximumPixels) throw tooLarge(name, width, height, maximumPixels);
  const quirks = listQuirks(metadata, extension);
  if (hasAlpha && !(await picture.stats()).isOpaque) quirks.push('transparent');
  // Each of these takes time also where there is nothing for it to do.
  if (orientation > 1) picture.autoOrient();
  if (hasAlpha) picture.flatten({ background: 'white' });
  if (space !== 'srgb' || depth !== 'uchar' || hasProfile) {
    picture.toColourspace(space === 'b-w' || space === 'grey16' ? 'b-w' : 'srgb');
  }
  return quirks;
}

function isExtensionOf(format: string, extension: string): boolean {
  return extension === '' || FORMATS[format].includes(extension.toLowerCase());
}

function listQuirks({ format, pages = 1, orientation = 1, space, depth }: Metadata, extension: string): ImageQuirk[] {
  const quirks: ImageQuirk[] = [];
  if (!isExtensionOf(format, extension)) quirks.push('wrong-extension');
  if (pages > 1) quirks.push('animated');
  if (orientation > 1) quirks.push('rotated');
  if (space === 'cmyk') quirks.push('cmyk');
  if (depth !== 'uchar') quirks.push('more-than-8-bits');
  return quirks;
}

/** Threads that decode keep nobody waiting, and for files of this size asking another thread takes longer than reading. */
async function readPicture(path: string): Promise<Uint8Array> {
  try {
    const file = isMainThread ? await stat(path) : statSync(path);
    // Reading a pipe or device may never end.
    if (!file.isFile()) throw new Error(file.isDirectory() ? 'a folder' : 'no regular file');
    if (file.size > MAXIMUM_BYTES) {
      throw unusable(path, 'too-large', `${file.size} bytes; the limit is ${MAXIMUM_BYTES}`, 'leave it out');
    }
    return isMainThread ? await readFile(path) : readFileSync(path);
  } catch (error) {
    if (error instanceof InvalidImageError) throw error;
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
    details: { file: name, reason: 'too-large' satisfies ImageFault, width, height, maximumPixels },
  });
}

function unusable(
  name: string,
  reason: ImageFault,
  found: string,
  fix = 'check that it opens in an image viewer, fetch it again, or leave it out',
  cause?: unknown,
): InvalidImageError {
  const details = { file: name, reason };
  return new InvalidImageError({ expected: `a whole picture in ${name}`, found, fix, details, cause });
}

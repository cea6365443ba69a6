import { type FacePrediction, MienError, type PixelImage } from '@mien/core';
import { decodeImage } from '@mien/datasets';
import type { EmotionReader } from './emotion-reader.js';

/** What came of one picture. A picture without a face is a result with no faces; a damaged one is that picture's own error. */
export type PictureResult =
  | {
      readonly file: string;
      readonly width: number;
      readonly height: number;
      readonly faces: readonly FacePrediction[];
    }
  | { readonly file: string; readonly error: { readonly code: string; readonly message: string } };

/** Reads pictures one after another, in order. Decoding of the next overlaps with the reading of the one before. */
export async function* readPictures(
  reader: Pick<EmotionReader, 'read'>,
  files: readonly string[],
): AsyncGenerator<PictureResult> {
  let next = decode(files[0]);
  for (const [index, file] of files.entries()) {
    const decoded = await next;
    if (index + 1 < files.length) next = decode(files[index + 1]);
    if ('error' in decoded) {
      yield { file, error: decoded.error };
      continue;
    }
    const { width, height } = decoded.image;
    yield { file, width, height, faces: await reader.read(decoded.image) };
  }
}

type Decoded = { readonly image: PixelImage } | { readonly error: { readonly code: string; readonly message: string } };

async function decode(file: string): Promise<Decoded> {
  try {
    return { image: await decodeImage(file) };
  } catch (error) {
    if (!MienError.isInstance(error)) throw error;
    return { error: { code: error.code, message: error.message } };
  }
}

import { basename } from 'node:path';
import { type FacePrediction, MienError, type PixelImage } from '@mien/core';
import { decodeImage } from '@mien/datasets/decode';
import type { EmotionReader } from '../emotion-reader.js';
import { writeAnnotatedCopy } from './annotated-copy.js';

/** A picture to read: a file's path, or its bytes. `name` is what the result and messages call it. */
export interface PictureSource {
  readonly name: string;
  readonly content: string | Uint8Array;
  /** Where a copy with the faces drawn in goes. */
  readonly annotateTo?: string;
}

/** What came of one picture. A picture without a face is a result with no faces; a damaged one is that picture's own error. */
export type PictureResult =
  | {
      readonly file: string;
      readonly width: number;
      readonly height: number;
      readonly faces: readonly FacePrediction[];
    }
  | { readonly file: string; readonly error: { readonly code: string; readonly message: string } };

export interface ReadBatchOptions {
  /** Pictures of more pixels are refused before they are decoded; the default is that of `decodeImage`. */
  readonly maximumPixels?: number;
}

/**
 * Decodes and reads some pictures together; a result each, in their order. What fails is that picture's result, whatever the reason, but
 * for a copy that cannot be written, which would fail for all.
 * @throws {WriteFailedError} when an annotated copy cannot be written.
 */
export async function readBatch(
  reader: Pick<EmotionReader, 'readAll'>,
  sources: readonly PictureSource[],
  { maximumPixels }: ReadBatchOptions = {},
): Promise<PictureResult[]> {
  const decoded = await Promise.allSettled(
    sources.map(({ content, name }) =>
      decodeImage(content, { name: typeof content === 'string' ? name : basename(name), maximumPixels }),
    ),
  );
  const images = decoded.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const read = await reader.readAll(images);
  const results: PictureResult[] = [];
  for (const [index, { name: file, annotateTo }] of sources.entries()) {
    const picture = decoded[index];
    if (picture.status === 'rejected') {
      results.push({ file, error: describe(picture.reason) });
      continue;
    }
    const faces = read.shift() as PromiseSettledResult<FacePrediction[]>;
    results.push(
      faces.status === 'rejected'
        ? { file, error: describe(faces.reason) }
        : await finish(file, picture.value, faces.value, annotateTo),
    );
  }
  return results;
}

async function finish(file: string, image: PixelImage, faces: FacePrediction[], annotateTo?: string) {
  if (annotateTo !== undefined) await writeAnnotatedCopy(annotateTo, image, faces);
  return { file, width: image.width, height: image.height, faces };
}

function describe(error: unknown): { code: string; message: string } {
  if (MienError.isInstance(error)) return { code: error.code, message: error.message };
  return { code: 'MIEN_READING_FAILED', message: error instanceof Error ? error.message : String(error) };
}

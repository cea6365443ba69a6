import { type ImageQuirk, MienError, type PixelImage, type Sample } from '@mien/core';
import type { Pipeline, PipelineResult } from '../pipeline.js';

/** What became of one picture. */
export type PictureResult =
  | (PipelineResult & { readonly quirks?: readonly ImageQuirk[] })
  | { readonly kind: 'bad'; readonly what: string; readonly code: string; readonly message: string };

/** A picture's own failure is its result; anything that is not a Mien error is a defect and is thrown. */
export async function runPicture(
  { load, isFace }: Pick<Sample, 'load' | 'isFace'>,
  pipeline: Pick<Pipeline, 'apply'>,
): Promise<PictureResult> {
  let image: PixelImage;
  try {
    image = await load();
  } catch (error) {
    if (!MienError.isInstance(error)) throw error;
    const { code, message, details } = error;
    const what = code === 'MIEN_MISSING_INPUT' ? 'missing' : String(details.reason ?? code);
    return { kind: 'bad', what, code, message };
  }
  return { ...(await pipeline.apply(image, { isFace })), quirks: image.quirks };
}

import type { FacePrediction, PixelImage } from '@mien/core';

/** What of `@mien/inference` is measured; an app is no dependency of another, so its build is loaded from its folder. */
export interface MeasuredReader {
  readonly card: { readonly name: string };
  read(image: PixelImage): Promise<FacePrediction[]>;
  detect(image: PixelImage): Promise<FacePrediction[]>;
  prepareFace(image: PixelImage, face: FacePrediction): Float32Array;
  predict(inputs: readonly Float32Array[]): Promise<Float32Array[]>;
}

const FOLDER = new URL('../../../inference/', import.meta.url);

/** The program `mien`. */
export const MIEN = new URL('bin/mien.js', FOLDER);

export async function createMeasuredReader(options: {
  readonly model?: string;
  readonly threads?: number;
}): Promise<MeasuredReader> {
  const { createEmotionReader } = await import(new URL('dist/index.js', FOLDER).href);
  return createEmotionReader(options);
}

import { MOST_PIXELS } from './options.js';

/** @throws Error in words for people, when the browser cannot decode it or it is too large. */
export async function decodePicture(file: Blob): Promise<ImageBitmap> {
  // The pixels as the file has them, turned as its camera says.
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image', colorSpaceConversion: 'none' }).catch(
    (cause: unknown) => {
      const name = file instanceof File ? file.name : 'the file';
      throw new Error(`This browser cannot read ${name} as a picture. It may be damaged, or of another kind.`, {
        cause,
      });
    },
  );
  const { width, height } = bitmap;
  if (width * height <= MOST_PIXELS) return bitmap;
  bitmap.close();
  throw new Error(
    `The picture has ${width} × ${height} pixels, more than ${MOST_PIXELS / 1e6} million. Make it smaller first.`,
  );
}

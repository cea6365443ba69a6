import type { PixelImage } from '@mien/core';
import sharp from 'sharp';

/** A portrait in the public domain (NASA, Eileen Collins), 160 × 160 pixels; `fixtures/make-fixtures.py` cuts it. */
export async function readAstronaut(width = 160): Promise<PixelImage> {
  const path = new URL('../fixtures/astronaut.png', import.meta.url).pathname;
  const { data, info } = await sharp(path).removeAlpha().resize(width).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: 3, data };
}

/** Copies of `image` at places (left, top) of a plain picture. */
export function placed(
  image: PixelImage,
  places: readonly (readonly [left: number, top: number])[],
  width: number,
  height: number,
): PixelImage {
  const data = new Uint8Array(width * height * 3).fill(128);
  for (const [left, top] of places) {
    for (let y = 0; y < image.height; y++) {
      const row = image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3);
      data.set(row, ((top + y) * width + left) * 3);
    }
  }
  return { width, height, channels: 3, data };
}

/** `image` turned clockwise about its middle, in a picture just as large. */
export async function turned(image: PixelImage, degrees: number): Promise<PixelImage> {
  const { width, height } = image;
  const raw = { width, height, channels: 3 } as const;
  const { data, info } = await sharp(Buffer.from(image.data), { raw })
    .rotate(degrees, { background: '#808080' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const left = Math.floor((info.width - width) / 2);
  const top = Math.floor((info.height - height) / 2);
  const cut = await sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
    .extract({ left, top, width, height })
    .raw()
    .toBuffer();
  return { width, height, channels: 3, data: cut };
}

export async function toGrey({ width, height, data }: PixelImage): Promise<PixelImage> {
  const raw = { width, height, channels: 3 } as const;
  return {
    width,
    height,
    channels: 1,
    data: await sharp(Buffer.from(data), { raw }).toColourspace('b-w').raw().toBuffer(),
  };
}

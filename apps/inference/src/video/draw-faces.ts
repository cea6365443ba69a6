import type { PixelImage } from '@mien/core';
import sharp from 'sharp';
import type { FollowedFace } from './face-follower.js';

/** As in annotated copies of pictures. */
const COLOUR = [255, 212, 0] as const;
const TEXT_SIZES = [12, 16, 22, 30, 42, 60] as const;

/** Text as it is laid over a picture: RGBA. */
interface Sprite {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Words that were drawn once: labels, numbers and percentages in a few sizes, so there are only so many. */
const sprites = new Map<string, Promise<Sprite>>();

/** Draws each face's box, id, label and confidence into a picture of three channels. */
export async function drawFaces(image: PixelImage, faces: readonly FollowedFace[]): Promise<void> {
  const stroke = Math.max(1, Math.round(Math.min(image.width, image.height) / 250));
  for (const { id, box, label, confidence } of faces) {
    const [left, top] = [Math.round(box.x), Math.round(box.y)];
    const [right, bottom] = [Math.round(box.x + box.width), Math.round(box.y + box.height)];
    fill(image, left, top, right, top + stroke);
    fill(image, left, bottom - stroke, right, bottom);
    fill(image, left, top, left + stroke, bottom);
    fill(image, right - stroke, top, right, bottom);
    const size = TEXT_SIZES.find((each) => each >= box.width / 8) ?? TEXT_SIZES[TEXT_SIZES.length - 1];
    const words = await Promise.all(
      [`${id % 1000}`, label, `${Math.round(100 * confidence)} %`].map((word) => spriteOf(word, size)),
    );
    // Above the box, or inside it where there is no room above.
    const y = top >= words[0].height ? top - words[0].height : top + stroke;
    let x = left;
    for (const word of words) {
      lay(image, word, x, y);
      x += word.width;
    }
  }
}

function fill({ data, width, height }: PixelImage, left: number, top: number, right: number, bottom: number): void {
  for (let y = Math.max(0, top); y < Math.min(height, bottom); y++) {
    for (let x = Math.max(0, left), at = (y * width + x) * 3; x < Math.min(width, right); x++, at += 3) {
      data[at] = COLOUR[0];
      data[at + 1] = COLOUR[1];
      data[at + 2] = COLOUR[2];
    }
  }
}

function lay({ data, width, height }: PixelImage, sprite: Sprite, left: number, top: number): void {
  for (let row = Math.max(0, -top); row < Math.min(sprite.height, height - top); row++) {
    for (let column = Math.max(0, -left); column < Math.min(sprite.width, width - left); column++) {
      const from = (row * sprite.width + column) * 4;
      const opacity = sprite.data[from + 3] / 255;
      if (opacity === 0) continue;
      const to = ((top + row) * width + left + column) * 3;
      for (let channel = 0; channel < 3; channel++) {
        data[to + channel] += opacity * (sprite.data[from + channel] - data[to + channel]);
      }
    }
  }
}

/** Words are ours, from a fixed list, so that nothing here needs escaping. */
function spriteOf(word: string, size: number): Promise<Sprite> {
  const key = `${size} ${word}`;
  let sprite = sprites.get(key);
  if (!sprite) {
    const [width, height] = [Math.ceil((word.length + 0.8) * size * 0.62), Math.ceil(size * 1.4)];
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
      `<text x="${size * 0.2}" y="${size * 1.05}" font-family="sans-serif" font-size="${size}" fill="rgb(${COLOUR})" ` +
      `stroke="#000000" stroke-width="${size / 12}" paint-order="stroke">${word}</text></svg>`;
    sprite = sharp(Buffer.from(svg))
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
      .then(({ data, info }) => ({ width: info.width, height: info.height, data }));
    sprites.set(key, sprite);
  }
  return sprite;
}

import { createRandom, EMOTIONS } from '@mien/core';
import { createPerson, renderFace, sampleFaceParameters } from '@mien/datasets';
import sharp from 'sharp';

export interface GrainyPhotoOptions {
  readonly seed: number;
  /** 0 to 4. */
  readonly faces: number;
  readonly width?: number;
  readonly height?: number;
}

/** A picture of drawn faces beside each other before a grainy ground, as PNG. */
export async function drawGrainyPhoto({ seed, faces, width = 640, height = 480 }: GrainyPhotoOptions): Promise<Buffer> {
  const random = createRandom(seed, 'photo');
  const pixels = new Uint8Array(width * height * 3);
  for (let index = 0; index < pixels.length; index++) pixels[index] = random.uniform(90, 170);
  const cell = Math.floor(width / Math.max(1, faces));
  const side = Math.floor(Math.min(cell * 0.8, height * 0.55));
  const size = { width: side, height: Math.floor(side * 1.35) };
  const composites = [];
  for (let index = 0; index < faces; index++) {
    const person = createPerson(seed + index, index % 2 === 0 ? 'female' : 'male', index);
    const emotion = EMOTIONS[(seed + index) % EMOTIONS.length];
    const { data, ...raw } = await renderFace(
      sampleFaceParameters({ seed: seed + index, person, session: 'A', emotion, angle: 'S', size }),
    );
    const left = index * cell + Math.floor((cell - side) / 2);
    composites.push({ input: Buffer.from(data), raw, left, top: Math.floor((height - size.height) / 2) });
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .composite(composites)
    .png()
    .toBuffer();
}

/** The JPEG file of a picture whose size is nearest to `bytes`, by its quality. */
export async function compressTo(picture: Buffer, bytes: number): Promise<Buffer> {
  let [low, high] = [1, 100];
  let best = await sharp(picture).jpeg({ quality: high }).toBuffer();
  while (low <= high) {
    const quality = Math.floor((low + high) / 2);
    const file = await sharp(picture).jpeg({ quality }).toBuffer();
    if (Math.abs(file.length - bytes) < Math.abs(best.length - bytes)) best = file;
    if (file.length < bytes) low = quality + 1;
    else high = quality - 1;
  }
  return best;
}

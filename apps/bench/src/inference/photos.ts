import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EMOTIONS, type PixelImage } from '@mien/core';
import { createPerson, renderFace, sampleFaceParameters, sampleSequenceParameters } from '@mien/datasets';
import sharp from 'sharp';

const PHOTO = { width: 640, height: 480 } as const;

/** Writes drawn photos of 640×480 with one face each, of several sizes and expressions. */
export async function drawPhotos(folder: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const person = createPerson(11, index % 2 === 0 ? 'female' : 'male', 1 + index);
    const height = 240 + 60 * (index % 4);
    const size = { width: Math.round((height * 281) / 381), height };
    const emotion = EMOTIONS[index % EMOTIONS.length];
    const face = await renderFace(sampleFaceParameters({ seed: 11, person, session: 'A', emotion, angle: 'S', size }));
    const left = Math.round(((index + 0.5) / count) * (PHOTO.width - size.width));
    const bytes = await onCanvas([{ face, left, top: Math.round((PHOTO.height - height) / 2) }]);
    await writeFile(join(folder, `${String(index).padStart(2, '0')}.jpg`), bytes);
  }
}

/** A video as cameras send it: pictures of 640×480 as JPEG, one after the other, of people from neutral to an expression and back. */
export async function drawVideo(people: number, frames: number): Promise<Buffer> {
  const steps = 12;
  const size = people === 1 ? { width: 266, height: 360 } : { width: 155, height: 210 };
  const sequences = Array.from({ length: people }, (_, index) => {
    const person = createPerson(5, index % 2 === 0 ? 'female' : 'male', 1 + index);
    const key = { seed: 5, person, session: 'A', emotion: EMOTIONS[index + 1], angle: 'S', size } as const;
    return sampleSequenceParameters(key, steps);
  });
  const drawn: Buffer[] = [];
  for (let step = 0; step < steps; step++) {
    const placed = [];
    for (const [index, parameters] of sequences.entries()) {
      const left = Math.round(((index + 0.5) / people) * PHOTO.width - size.width / 2);
      placed.push({ face: await renderFace(parameters[step]), left, top: 60 + 20 * (index % 2) });
    }
    drawn.push(await onCanvas(placed));
  }
  const order = [...drawn.keys(), ...[...drawn.keys()].reverse()];
  return Buffer.concat(Array.from({ length: frames }, (_, frame) => drawn[order[frame % order.length]]));
}

async function onCanvas(
  faces: readonly { readonly face: PixelImage; readonly left: number; readonly top: number }[],
): Promise<Buffer> {
  return sharp({ create: { ...PHOTO, channels: 3, background: '#7c8a99' } })
    .composite(faces.map(({ face: { data, ...raw }, left, top }) => ({ input: Buffer.from(data), raw, left, top })))
    .jpeg({ quality: 90 })
    .toBuffer();
}

import { InvalidConfigurationError, type PixelImage } from '@mien/core';
import { createPerson, renderFace, sampleFaceParameters } from '@mien/datasets';
import { pretrainedDirectory, readBundle } from '@mien/model-zoo';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createEmotionReader } from '../emotion-reader.js';
import { findingSmallFaces } from './small-faces.js';

/** Three faces a fifteenth as wide as the picture. */
async function drawPicture(): Promise<PixelImage> {
  const [width, height] = [1200, 900];
  const person = createPerson(3, 'female', 1);
  const key = {
    seed: 3,
    person,
    session: 'A',
    emotion: 'happy',
    angle: 'S',
    size: { width: 281, height: 381 },
  } as const;
  const { data, ...raw } = await renderFace(sampleFaceParameters(key));
  const face = await sharp(data, { raw }).resize(59, 80).png().toBuffer();
  const canvas = sharp({ create: { width, height, channels: 3, background: '#8899aa' } });
  const places = [0, 1, 2].map((place) => ({ input: face, left: 150 + 350 * place, top: 300 + 100 * place }));
  return { width, height, channels: 3, data: await canvas.composite(places).removeAlpha().raw().toBuffer() };
}

test('small faces are found where they are asked for', async () => {
  const bundle = await readBundle(pretrainedDirectory());
  const picture = await drawPicture();
  const counts: number[] = [];
  for (const model of [bundle, findingSmallFaces(bundle)]) {
    const reader = await createEmotionReader({ model, engine: 'onnxruntime-cpu' });
    counts.push((await reader.read(picture)).length);
    reader.dispose();
  }
  expect(counts).toEqual([0, 3]);
});

test('a bundle with another detector is a mistake', async () => {
  const bundle = await readBundle(pretrainedDirectory());
  const pipeline = [{ step: 'crop-face', detector: { passes: [] } }];
  expect(() => findingSmallFaces({ ...bundle, card: { ...bundle.card, pipeline } })).toThrow(InvalidConfigurationError);
});

import { type Face, InvalidConfigurationError, type PixelImage } from '@mien/core';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { cropSquare } from './crop.js';
import { largestDifference, references } from './fixtures/references.js';
import { createPipeline } from './pipeline.js';
import { parsePipeline } from './pipeline-schema.js';
import { resample } from './resample.js';
import { toGrey } from './steps/grey.js';

const resize = { step: 'resize', width: 48, height: 40 } as const;
const grey = { step: 'grey' } as const;

describe('pipelines from data', () => {
  test('defaults are written out, and written out it is the same pipeline', () => {
    const data = parsePipeline([grey, resize]);
    expect(data).toEqual([grey, { ...resize, kernel: 'area' }]);
    const cropping = parsePipeline([{ step: 'crop-face' }, resize]);
    expect(cropping[0]).toMatchObject({ scale: 1, offset: { x: 0, y: 0 }, onMissing: 'skip' });
    expect(parsePipeline(JSON.parse(JSON.stringify(cropping)))).toEqual(cropping);
  });

  test.each([
    ['an unknown step', [{ step: 'gray' }, resize], /step 1, option "step"/],
    ['an unknown option', [grey, { ...resize, kernl: 'area' }], /step 2.*kernl/],
    ['an unknown detector option', [{ step: 'crop-face', detector: { passes: [{ scale: 1 }] } }, resize], /scale/],
    ['a size that is none', [{ ...resize, width: 0 }], /step 1, option "width"/],
    ['no steps', [], /the pipeline/],
    ['no list', { step: 'grey' }, /the pipeline/],
    ['no resize', [grey], /no "resize"/],
    ['a crop after the last resize', [resize, { step: 'crop-centre' }], /no "resize"/],
    ['a face cut out of a resized picture', [resize, { step: 'crop-face' }, resize], /"resize" before it/],
    ['two faces cut', [{ step: 'crop-face' }, { step: 'crop-face' }, resize], /crop-face/],
    ['equalising colour', [{ step: 'equalise-histogram' }, resize], /"grey"/],
  ])('%s is refused by name', async (_, data, message) => {
    const failure = createPipeline(data as never);
    await expect(failure).rejects.toThrow(InvalidConfigurationError);
    await expect(failure).rejects.toThrow(message);
  });
});

describe('without a face detector', () => {
  test('the steps run one after the other and the size is known beforehand', async () => {
    const pipeline = await createPipeline([grey, resize]);
    expect(pipeline.output).toEqual({ width: 48, height: 40, channels: 1 });
    const result = await pipeline.apply(references.colour);
    const expected = resample(toGrey(references.colour), 48, 40, 'area');
    expect(result).toEqual({ kind: 'image', image: expected });
    expect(await pipeline.detect(references.colour)).toEqual([
      { box: { x: 0, y: 0, width: 61, height: 53 }, score: 1 },
    ]);
  });

  test('a pipeline in colour gives three channels for grey pictures too', async () => {
    const pipeline = await createPipeline([resize]);
    const result = await pipeline.apply(references.greyPillow);
    if (result.kind !== 'image') throw new Error(result.kind);
    expect(result.image.channels).toBe(3);
    const [red, green, blue] = result.image.data.subarray(300, 303);
    expect([green, blue]).toEqual([red, red]);
  });

  test('a known face is cut by its square box', async () => {
    const pipeline = await createPipeline([grey, resize]);
    const face: Face = { box: { x: 5, y: 6, width: 30, height: 30 }, score: 1 };
    const expected = resample(toGrey(cropSquare(references.colour, face.box)), 48, 40, 'area');
    expect(pipeline.applyToFace(references.colour, face)).toEqual(expected);
  });
});

describe('with crop-face', () => {
  let portrait: PixelImage;
  beforeAll(async () => {
    const path = new URL('./fixtures/astronaut.png', import.meta.url).pathname;
    const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    portrait = { width: info.width, height: info.height, channels: 3, data };
  });

  test('training and use give the same pixels: apply is detect, then applyToFace', async () => {
    const pipeline = await createPipeline([grey, { step: 'crop-face', scale: 1.3, offset: { y: 0.1 } }, resize]);
    const result = await pipeline.apply(portrait);
    const faces = await pipeline.detect(portrait);
    if (result.kind !== 'image') throw new Error(result.kind);
    expect(faces).toHaveLength(1);
    expect(result.face).toEqual(faces[0]);
    expect(pipeline.applyToFace(portrait, faces[0])).toEqual(result.image);
    // Grey before the crop is grey after it: the same pixels either way.
    const other = await createPipeline([{ step: 'crop-face', scale: 1.3, offset: { y: 0.1 } }, grey, resize]);
    expect(largestDifference(other.applyToFace(portrait, faces[0]), result.image)).toBe(0);
    pipeline.dispose();
  });

  test('a picture that is a face already is taken whole, and no detector is started', async () => {
    const createDetector = () => Promise.reject(new Error('started'));
    const pipeline = await createPipeline([{ step: 'crop-face' }, grey, resize], { createDetector });
    const image = resample(toGrey(portrait), 48, 40, 'area');
    expect(await pipeline.apply(portrait, { isFace: true })).toEqual({ kind: 'image', image });
    await expect(pipeline.apply(portrait)).rejects.toThrow('started');
  });

  test('a picture without a face is a result, left out or taken whole', async () => {
    const flat: PixelImage = { width: 80, height: 60, channels: 1, data: new Uint8Array(4800).fill(50) };
    const skipping = await createPipeline([{ step: 'crop-face' }, grey, resize]);
    expect(await skipping.apply(flat)).toEqual({ kind: 'no-face' });
    expect(await skipping.detect(flat)).toEqual([]);
    const whole = await createPipeline([{ step: 'crop-face', onMissing: 'whole-image' }, grey, resize]);
    const expected = { width: 48, height: 40, channels: 1, data: new Uint8Array(1920).fill(50) };
    expect(await whole.apply(flat)).toEqual({ kind: 'image', image: expected, faceMissing: true });
  });
});

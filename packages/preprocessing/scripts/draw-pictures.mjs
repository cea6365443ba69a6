// Draws docs/steps.png and docs/augmentation.png: every step and every kind of augmentation on generated faces. Build first.
//   pnpm turbo run build --filter=@mien/preprocessing && node scripts/draw-pictures.mjs
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createRandom } from '@mien/core';
import { createPerson, renderFace, sampleFaceParameters } from '@mien/datasets';
import sharp from 'sharp';
import {
  augmentationSchema,
  augmentInto,
  createPipeline,
  drawMix,
  mixInto,
  pipelineStepSchema,
  TEN_CROPS,
  tenCropInto,
} from '../dist/index.js';

const TILE = 112;
const GAP = 6;
const LABEL = 16;
const COLUMNS = 6;
const resize = { step: 'resize', width: TILE, height: TILE };
const face = { step: 'crop-face', scale: 1.2 };
/** Where pixels are changed: the face, grey, at the size of a network. */
const grey = [face, { step: 'grey' }, resize];
const found = { step: 'detect-face' };

/** A lamp at one side, a head that is tipped and, for frontalisation, turned. */
function drawFace({ number, yaw, roll }) {
  const person = createPerson(1, 'female', number);
  const key = { seed: 1, person, session: 'A', emotion: 'happy', angle: 'S', size: { width: 400, height: 400 } };
  const parameters = sampleFaceParameters(key);
  const radians = Math.PI / 180;
  return renderFace({
    ...parameters,
    pose: { yaw: yaw * radians, pitch: 0, roll: roll * radians },
    light: { ...parameters.light, azimuth: 1, elevation: 0.4, ambient: 0.35 },
  });
}

const tipped = await drawFace({ number: 2, yaw: 0, roll: 14 });
const turned = await drawFace({ number: 2, yaw: 28, roll: 0 });
const other = await drawFace({ number: 5, yaw: 0, roll: 0 });

/** The pipeline that shows each step; a step that is missing here ends the program. */
const SHOWN = {
  grey: [{ step: 'grey' }, resize],
  'crop-face': [{ step: 'crop-face' }, resize],
  'detect-face': [found, resize],
  'crop-centre': [{ step: 'crop-centre', scale: 0.6 }, resize],
  'crop-landmarks': [found, { step: 'crop-landmarks' }, resize],
  'lopes-crop': [found, { step: 'lopes-crop' }, resize],
  align: [found, { step: 'align' }, resize],
  frontalise: [found, { step: 'frontalise' }, resize],
  resize: [face, { step: 'resize', width: 28, height: 28 }],
};

async function apply(pipeline, image) {
  const ready = await createPipeline(pipeline);
  try {
    const result = await ready.apply(image);
    if (result.kind !== 'image') throw new Error(`${JSON.stringify(pipeline)} found ${result.missing ?? 'no face'}`);
    return result;
  } finally {
    ready.dispose();
  }
}

/** What is drawn over the picture of `detect-face`: its box and the landmarks that later steps go by. */
async function drawFound(image) {
  const { face } = await apply([found, { step: 'crop-landmarks' }, resize], image);
  const scale = TILE / image.width;
  const { x, y, width, height } = face.box;
  const points = face.landmarks.points
    .map(([px, py]) => `<circle cx="${px * scale}" cy="${py * scale}" r="0.9" fill="#ff0"/>`)
    .join('');
  const box = `<rect x="${x * scale}" y="${y * scale}" width="${width * scale}" height="${height * scale}" fill="none" stroke="#ff0"/>`;
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${TILE}" height="${TILE}">${box}${points}</svg>`);
}

async function drawTile({ width, height, channels, data }, overlay) {
  const raw = { width, height, channels };
  const kernel = width < TILE ? 'nearest' : 'lanczos3';
  const tile = await sharp(data, { raw })
    .resize(TILE, TILE, { kernel, fit: 'fill' })
    .toColourspace('srgb')
    .png()
    .toBuffer();
  return overlay
    ? sharp(tile)
        .composite([{ input: overlay }])
        .png()
        .toBuffer()
    : tile;
}

/** Tiles with their names below, row by row. */
async function writeSheet(file, tiles) {
  const rows = Math.ceil(tiles.length / COLUMNS);
  const width = COLUMNS * (TILE + GAP) + GAP;
  const height = rows * (TILE + LABEL + GAP) + GAP;
  const places = tiles.map((tile, index) => ({
    ...tile,
    left: GAP + (index % COLUMNS) * (TILE + GAP),
    top: GAP + Math.floor(index / COLUMNS) * (TILE + LABEL + GAP),
  }));
  const names = places.map(({ name, left, top }) => {
    const size = Math.min(10, 190 / name.length);
    return `<text x="${left + TILE / 2}" y="${top + TILE + 12}" text-anchor="middle" font-size="${size}">${name}</text>`;
  });
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans, Arial, sans-serif">${names.join('')}</svg>`;
  const sheet = await sharp({ create: { width, height, channels: 3, background: 'white' } })
    .composite([
      ...places.map(({ picture, left, top }) => ({ input: picture, left, top })),
      { input: Buffer.from(text), left: 0, top: 0 },
    ])
    .png({ palette: true, colours: 128, effort: 10 })
    .toBuffer();
  await writeFile(new URL(file, folder), sheet);
  process.stdout.write(`${fileURLToPath(new URL(file, folder))}: ${tiles.length} tiles, ${sheet.length} bytes\n`);
}

const folder = new URL('../docs/', import.meta.url);
await mkdir(folder, { recursive: true });

const steps = [{ name: 'a generated face', picture: await drawTile(tipped) }];
for (const { shape } of pipelineStepSchema.options) {
  const name = shape.step.value;
  const pipeline = SHOWN[name] ?? [...grey, { step: name }];
  if (name === 'frontalise') steps.push({ name: 'another, turned', picture: await drawTile(turned) });
  const { image } = await apply(pipeline, name === 'frontalise' ? turned : tipped);
  const overlay = name === 'detect-face' ? await drawFound(tipped) : undefined;
  steps.push({ name, picture: await drawTile(image, overlay) });
}
await writeSheet('steps.png', steps);

const shape = { width: TILE, height: TILE, channels: 3 };
const length = TILE * TILE * 3;
const [{ image: source }, { image: second }] = [
  await apply([face, resize], tipped),
  await apply([face, resize], other),
];
const toPicture = (floats) => drawTile({ ...shape, data: Uint8Array.from(floats, (level) => Math.round(level)) });

/** Strong enough to be seen; each seed is one whose draw shows it. */
const AUGMENTATIONS = {
  flip: { flip: 1 },
  rotation: { rotation: 30 },
  shift: { shift: 0.25 },
  zoom: { zoom: { minimum: 1.4, maximum: 1.5 } },
  aspect: { aspect: 0.5 },
  shear: { shear: 0.3 },
  perspective: { perspective: 0.25 },
  elastic: { elastic: { strength: 0.06 } },
  brightness: { brightness: 0.4 },
  contrast: { contrast: 0.7 },
  noise: { noise: 0.25 },
  erase: { erase: { probability: 1, minimum: 0.1 } },
  mixup: { mixup: { probability: 1, alpha: 10 } },
  cutmix: { cutmix: { probability: 1, alpha: 10 } },
};
const SEED = 7;

const missing = Object.keys(augmentationSchema.shape).filter((name) => !(name in AUGMENTATIONS));
if (missing.length > 0) throw new Error(`expected a tile for every augmentation; found none for ${missing.join(', ')}`);
const changed = [
  { name: 'a face', picture: await drawTile(source) },
  { name: 'another, to mix in', picture: await drawTile(second) },
];
for (const [name, input] of Object.entries(AUGMENTATIONS)) {
  const options = augmentationSchema.parse(input);
  const random = createRandom(SEED, 'pictures', name);
  const target = new Float32Array(length);
  augmentInto(target, 0, source.data, 0, shape, options, random, [0, 255]);
  const mix = drawMix(options, shape, random);
  if (mix) mixInto(target, 0, Float32Array.from(second.data), shape, mix);
  changed.push({ name, picture: await toPicture(target) });
}
const crops = new Float32Array(TEN_CROPS * length);
tenCropInto(crops, 0, source.data, 0, shape, 0.75, [0, 255]);
for (const [index, name] of [
  [0, 'ten-crop: 1st'],
  [9, 'ten-crop: 10th'],
]) {
  changed.push({ name, picture: await toPicture(crops.subarray(index * length, (index + 1) * length)) });
}
await writeSheet('augmentation.png', changed);

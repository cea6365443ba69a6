import { createRandom, type Dataset, type Emotion, MienError, type Sample } from '@mien/core';
import sharp from 'sharp';
import { drawWord, LETTER_HEIGHT, wordWidth } from './small-letters.js';

export interface ContactSheetOptions {
  /** Pictures of each class. */
  readonly perClass?: number;
  /** Pixels a side that a picture is fitted into. */
  readonly tile?: number;
  readonly seed?: number;
}

export interface ContactSheet {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** What each row shows, from the top. A picture that cannot be decoded is missing from its row. */
  readonly rows: readonly { readonly label: Emotion; readonly ids: readonly string[] }[];
}

const GAP = 4;
const PAPER = 255;
const INK = 20;

/**
 * A sheet of some pictures of each class, a row a class with its name before it, chosen at random: the same set and seed give the
 * same sheet. The set is listed once; only the chosen pictures are decoded.
 */
export async function drawContactSheet(dataset: Dataset, options: ContactSheetOptions = {}): Promise<ContactSheet> {
  const { perClass = 10, tile = 96, seed = 0 } = options;
  const chosen = await chooseSamples(dataset, perClass, seed);
  const margin = Math.max(...dataset.labels.map(wordWidth)) + 2 * GAP;
  const width = margin + perClass * (tile + GAP);
  const height = dataset.labels.length * (tile + GAP) + GAP;
  const paper = { data: new Uint8Array(width * height).fill(PAPER), width };
  const rows: { label: Emotion; ids: string[] }[] = [];
  const tiles: { input: Buffer; left: number; top: number }[] = [];
  for (const [row, label] of dataset.labels.entries()) {
    const top = GAP + row * (tile + GAP);
    drawWord(label, GAP, top + Math.floor((tile - LETTER_HEIGHT) / 2), paper, INK);
    const ids: string[] = [];
    for (const sample of chosen.get(label) ?? []) {
      const input = await drawTile(sample, tile);
      if (!input) continue;
      tiles.push({ input, left: margin + ids.length * (tile + GAP), top });
      ids.push(sample.id);
    }
    rows.push({ label, ids });
  }
  const png = await sharp(paper.data, { raw: { width, height, channels: 1 } })
    .toColourspace('srgb')
    .composite(tiles)
    .png()
    .toBuffer();
  return { png: new Uint8Array(png), width, height, rows };
}

/** Some samples of each class, every one as likely (reservoir sampling, Vitter 1985), in the set's order. */
async function chooseSamples(dataset: Dataset, perClass: number, seed: number): Promise<Map<Emotion, Sample[]>> {
  const random = createRandom(seed, 'contact-sheet');
  const reservoirs = new Map<Emotion, { at: number; sample: Sample }[]>();
  const counts = new Map<Emotion, number>();
  let at = 0;
  for await (const sample of dataset.samples()) {
    const { emotion } = sample;
    const count = (counts.get(emotion) ?? 0) + 1;
    counts.set(emotion, count);
    const reservoir = reservoirs.get(emotion) ?? [];
    reservoirs.set(emotion, reservoir);
    const place = count <= perClass ? count - 1 : random.integer(0, count - 1);
    if (place < perClass) reservoir[place] = { at, sample };
    at++;
  }
  return new Map(
    [...reservoirs].map(([emotion, reservoir]) => [
      emotion,
      reservoir.sort((a, b) => a.at - b.at).map(({ sample }) => sample),
    ]),
  );
}

async function drawTile(sample: Sample, side: number): Promise<Buffer | undefined> {
  try {
    const { width, height, channels, data } = await sample.load();
    return await sharp(data, { raw: { width, height, channels } })
      .resize(side, side, { fit: 'contain', background: 'white' })
      .toColourspace('srgb')
      .png()
      .toBuffer();
  } catch (error) {
    if (MienError.isInstance(error)) return undefined;
    throw error;
  }
}

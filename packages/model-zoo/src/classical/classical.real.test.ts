import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { expect, test } from 'vitest';
import { buildClassifier, fitClassifier, type LabelledPictures } from './registry.js';

const data = process.env.MIEN_REAL_DATA;
const SIDE = 48;
const input = { height: SIDE, width: SIDE, channels: 1 } as const;

/** The first rows of FER-2013. */
async function readRows(count: number): Promise<LabelledPictures> {
  const lines = createInterface({ input: createReadStream(join(data!, 'fer2013.csv.gz')).pipe(createGunzip()) });
  const pictures = new Float32Array(count * SIDE * SIDE);
  const targets: number[] = [];
  for await (const line of lines) {
    const [label, pixels] = line.split(',');
    if (label === 'emotion') continue;
    pictures.set(pixels.split(' ').map(Number), targets.length * SIDE * SIDE);
    targets.push(Number(label));
    if (targets.length === count) break;
  }
  return { pictures, targets };
}

/** With 3,000 pictures to learn from: what was measured less three standard deviations of 1,000 answers; the most frequent class has .25. */
test.skipIf(!data).each([
  ['lbp-svm', 0.35],
  ['dct-ohl', 0.3],
])('%s learns expressions from faces', async (id, least) => {
  const [known, unknown] = [3000, 1000];
  const { pictures, targets } = await readRows(known + unknown);
  const split = known * SIDE * SIDE;
  const learn = { pictures: pictures.subarray(0, split), targets: Array.from(targets).slice(0, known) };
  const definition = { id, input, classes: 7 };
  const classifier = buildClassifier(definition, fitClassifier({ ...definition, seed: 1 }, learn));
  const probabilities = await classifier.predict(pictures.subarray(split), unknown);
  let right = 0;
  for (let row = 0; row < unknown; row++) {
    const values = probabilities.subarray(row * 7, row * 7 + 7);
    if (values.indexOf(Math.max(...values)) === targets[known + row]) right += 1;
  }
  process.stdout.write(`${id}: ${right / unknown}\n`);
  expect(right / unknown).toBeGreaterThan(least);
});

/**
 * Peak memory of pre-processing many pictures; a process of its own, so that its highest resident memory is that of this work alone.
 * Arguments: pictures, threads, folder to work in. The pictures are 400 JPEG files of noise and gradients, each listed many times.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom, type Dataset, EMOTIONS, type Sample } from '@mien/core';
import { decodeImage } from '@mien/datasets';
import { loadTensorSet, preprocessDataset } from '@mien/preprocessing/node';
import sharp from 'sharp';

const [countText, threadsText, folder] = process.argv.slice(2);
const count = Number(countText);
const FILES = 400;

async function drawFile(index: number): Promise<string> {
  const random = createRandom(1, 'memory', index);
  const [width, height] = [random.integer(200, 600), random.integer(200, 600)];
  const data = new Uint8Array(width * height * 3);
  const slope = random.uniform(0.1, 1);
  for (let at = 0; at < data.length; at++) data[at] = (at / width) * slope + random.integer(0, 40);
  const file = join(folder, `${index}.jpg`);
  await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toFile(file);
  return file;
}

const peak = () => `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`;

await mkdir(folder, { recursive: true });
const files: string[] = [];
for (let index = 0; index < FILES; index++) files.push(await drawFile(index));
const dataset: Dataset = {
  name: 'many',
  labels: EMOTIONS,
  licence: 'MIT',
  fingerprint: async () => `${count}`,
  async *samples() {
    for (let index = 0; index < count; index++) {
      const file = files[index % FILES];
      const sample: Sample = {
        id: `${Math.floor(index / FILES)}/${index % FILES}.jpg`,
        emotion: EMOTIONS[index % EMOTIONS.length],
        subject: `person ${index % 1000}`,
        groups: {},
        file,
        load: () => decodeImage(file),
      };
      yield sample;
    }
  },
};
const directory = join(folder, 'tensors');
const started = performance.now();
const options = {
  dataset,
  directory,
  threads: Number(threadsText),
  pipeline: [{ step: 'grey' }, { step: 'equalise-histogram' }, { step: 'resize', width: 48, height: 48 }] as const,
};
await preprocessDataset({
  ...options,
  onProgress: ({ done, total }) => {
    if (done % Math.ceil(total / 10) === 0) process.stdout.write(`${done} pictures: peak ${peak()}\n`);
  },
});
const seconds = (performance.now() - started) / 1000;
process.stdout.write(`${count} pictures in ${seconds.toFixed(0)} s with ${threadsText} threads: peak ${peak()}\n`);
const again = performance.now();
const { cached } = await preprocessDataset(options);
process.stdout.write(
  `again: ${cached ? 'no picture read' : 'made anew'}, ${((performance.now() - again) / 1000).toFixed(1)} s\n`,
);
await loadTensorSet(directory);
process.stdout.write(`loaded to train on: peak ${peak()}\n`);

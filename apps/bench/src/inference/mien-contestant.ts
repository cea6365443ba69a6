/**
 * Mien as a contestant of `bench inference`. Arguments: `predict` or `expression`; repetitions a turn; the folder of photos; threads of the
 * engine, or `all`; the name of a shipped bundle (default: Mien's default).
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage } from '@mien/datasets';
import { pretrainedDirectory } from '@mien/model-zoo';
import { answerTurns, say } from '../answer-turns.js';
import { createMeasuredReader } from './built-inference.js';

const [task, repetitionsText, folder, threads, bundle] = process.argv.slice(2);
const repetitions = Number(repetitionsText);

try {
  const reader = await createMeasuredReader({
    model: pretrainedDirectory(bundle),
    ...(threads !== 'all' && { threads: Number(threads) }),
  });
  const names = (await readdir(folder)).sort();
  const photos = await Promise.all(names.map((name) => readFile(join(folder, name))));
  const decode = (at: number) => decodeImage(photos[at], { name: names[at] });
  if (task === 'expression') {
    const image = await decode(0);
    const [face] = await reader.detect(image);
    if (!face) throw new Error('no face in the first photo');
    const input = reader.prepareFace(image, face);
    for (let warm = 0; warm < 20; warm++) await reader.predict([input]);
    await answerTurns(reader.card.name, async () => {
      for (let count = 0; count < repetitions; count++) await reader.predict([input]);
    });
  } else {
    const readAll = async () => {
      let faces = 0;
      for (const at of photos.keys()) faces += (await reader.read(await decode(at))).length;
      return faces;
    };
    await readAll();
    const faces = await readAll();
    await answerTurns(`${faces} faces in ${photos.length} photos; ${reader.card.name}`, async () => {
      for (let count = 0; count < repetitions; count++) await readAll();
    });
  }
} catch (error) {
  say({ unavailable: error instanceof Error ? error.message.split('\n')[0] : String(error) });
}

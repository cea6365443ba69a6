import { Command } from 'commander';
import { createEmotionReader, type EmotionReaderOptions } from '../emotion-reader.js';
import { findPictures } from '../find-pictures.js';
import { formatPicture } from '../format-picture.js';
import { readPictures } from '../read-pictures.js';

interface PredictOptions extends EmotionReaderOptions {
  readonly json?: boolean;
}

/** `mien predict <pictures…>`. Exit code 1 when a picture could not be read. */
export function predictCommand(): Command {
  return new Command('predict')
    .description('find the faces in pictures and read their expressions')
    .argument('<pictures...>', 'files, folders, or patterns such as "photos/*.jpg"')
    .option('--model <bundle>', 'a model bundle; the default is the one that ships with Mien')
    .option('--engine <name>', 'compute engine; the default is the best there is')
    .option('--json', 'print a JSON array, one entry a picture')
    .action(predict);
}

async function predict(inputs: string[], { json, ...options }: PredictOptions): Promise<void> {
  const files = await findPictures(inputs);
  const reader = await createEmotionReader(options);
  let separator = '[\n';
  try {
    for await (const result of readPictures(reader, files)) {
      if ('error' in result) process.exitCode = 1;
      process.stdout.write(json ? `${separator}${JSON.stringify(result)}` : formatPicture(result));
      separator = ',\n';
    }
    if (json) process.stdout.write('\n]\n');
  } finally {
    reader.dispose();
  }
}

import { availableParallelism } from 'node:os';
import { readBundle, resolveBundle } from '@mien/model-zoo';
import { Command } from 'commander';
import { z } from 'zod';
import { createEmotionReader } from '../emotion-reader.js';
import { nameAnnotatedCopies } from '../predict/annotated-names.js';
import { fetchingAddresses } from '../predict/fetch-addresses.js';
import { findSources } from '../predict/find-sources.js';
import { createFormat, FORMAT_NAMES } from '../predict/formats.js';
import { findingSmallFaces } from '../predict/small-faces.js';
import { readBatch } from '../reading/read-batch.js';
import { type ReadSome, readPictures } from '../reading/read-pictures.js';
import { startReaderThreads } from '../reading/reader-threads.js';
import { engineOption, modelOption, networkOptions } from './network-options.js';
import { integerOption, parseOptions } from './parse-options.js';

const optionsSchema = z.object({
  ...networkOptions,
  format: z.enum(FORMAT_NAMES).default('table'),
  json: z.boolean().default(false),
  annotate: z.string().min(1).optional(),
  allowUrls: z.boolean().default(false),
  smallFaces: z.boolean().default(false),
  batch: integerOption.min(1).max(64).default(4),
  threads: integerOption.min(1).max(256).optional(),
});

/** For fewer pictures than this, the models of several threads take longer to load than the pictures to read. */
const LEAST_FOR_THREADS = 12;

/** `mien predict <pictures…>`. Exit code 1 when a picture could not be read. */
export function predictCommand(): Command {
  return new Command('predict')
    .description('find the faces in pictures and read their expressions')
    .argument('<pictures...>', 'files, folders, patterns such as "photos/*.jpg", or - for a picture on standard input')
    .addOption(modelOption)
    .addOption(engineOption)
    .option('--format <name>', `${FORMAT_NAMES.join(', ')}; the default is table`)
    .option('--json', 'the same as --format json: an array, one entry a picture')
    .option('--annotate <folder>', 'write a copy of each picture with the faces drawn in, into this folder')
    .option('--allow-urls', 'fetch pictures from http and https addresses')
    .option('--small-faces', 'find faces smaller than a tenth of the picture too, which takes many times as long')
    .option('--batch <n>', 'pictures whose faces go through the network together (4)')
    .option('--threads <n>', 'threads that read pictures; the default is one a core, or one for a few pictures')
    .addHelpText(
      'after',
      `
Examples:
  mien predict photo.jpg
  mien predict photos "party/*.png" --format csv > faces.csv
  curl -s https://example.org/photo.jpg | mien predict - --json

Exit codes: 0 all read, 1 something could not be read or written, 2 a mistake in what was asked.`,
    )
    .action(predict);
}

async function predict(inputs: string[], given: unknown): Promise<void> {
  const options = parseOptions(optionsSchema, given);
  const found = await findSources(inputs, options);
  const sources = options.annotate === undefined ? found : nameAnnotatedCopies(found, options.annotate);
  const batches = Math.ceil(sources.length / options.batch);
  const enough = sources.length >= LEAST_FOR_THREADS ? availableParallelism() : 1;
  const threads = Math.min(options.threads ?? enough, batches);
  const asRead = await readBundle(await resolveBundle(options.model));
  const bundle = options.smallFaces ? findingSmallFaces(asRead) : asRead;
  const { read, close } = threads > 1 ? await readInThreads(bundle, threads, options) : await readHere(bundle, options);
  const format = createFormat(options.json ? 'json' : options.format, bundle.card.labels);
  try {
    process.stdout.write(format.begin);
    let index = 0;
    for await (const result of readPictures(fetchingAddresses(read), sources, {
      batch: options.batch,
      concurrency: 2 * threads,
    })) {
      if ('error' in result) process.exitCode = 1;
      process.stdout.write(format.picture(result, index++));
    }
    process.stdout.write(format.end);
  } finally {
    await close();
  }
}

type Bundle = Awaited<ReturnType<typeof readBundle>>;
type Options = z.output<typeof optionsSchema>;

interface Reading {
  readonly read: ReadSome;
  close(): void | Promise<void>;
}

async function readInThreads(bundle: Bundle, threads: number, { engine }: Options): Promise<Reading> {
  return startReaderThreads({ bundle, engine, threads });
}

async function readHere(bundle: Bundle, { engine }: Options): Promise<Reading> {
  const reader = await createEmotionReader({ model: bundle, engine });
  return { read: (sources) => readBatch(reader, sources), close: () => reader.dispose() };
}

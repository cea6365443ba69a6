import { basename } from 'node:path';
import type { ModelCard } from '@mien/core';
import { Command } from 'commander';
import { z } from 'zod';
import { engineOption, modelOption, networkOptions } from './network-options.js';
import { integerOption, parseOptions } from './parse-options.js';

const optionsSchema = z.object({
  ...networkOptions,
  threads: integerOption.min(1).max(256).optional(),
  smoothing: z.coerce.number().min(0).max(60).default(0.3),
  detectEvery: integerOption.min(1).max(1000).optional(),
  csv: z.string().min(1).optional(),
  timeline: z
    .string()
    .regex(/\.(html?|svg)$/i, 'expected a name that ends in .html or .svg')
    .optional(),
  annotate: z
    .string()
    .regex(/\.mp4$/i, 'expected a name that ends in .mp4')
    .optional(),
  quiet: z.boolean().default(false),
});

type Options = z.output<typeof optionsSchema>;

/** A cascade takes longer than the time between some frames. */
const DETECT_EVERY_BY_CASCADES = 8;

/** `mien video <file or camera>`. Exit code 1 when the video could not be read to its end; Ctrl-C ends it there. */
export function videoCommand(): Command {
  return new Command('video')
    .description('follow the faces of a video and read their expressions; a line of JSON a frame')
    .argument('<video>', 'a file, or a camera: camera, camera:1, /dev/video0')
    .addOption(modelOption)
    .addOption(engineOption)
    .option('--threads <n>', 'threads of the engine; the default is one a core')
    .option('--smoothing <seconds>', 'time constant of the exponential smoothing of probabilities; 0 is none (0.3)')
    .option('--detect-every <n>', 'look for faces in every n-th frame (1; 8 where the bundle has a Haar cascade)')
    .option('--csv <file>', 'write a table, a row for each face of each frame')
    .option('--timeline <file>', 'write a timeline of the faces: a page (.html) or a picture (.svg)')
    .option('--annotate <file>', 'write a copy, without sound, with the faces drawn in (.mp4)')
    .option('--quiet', 'print no lines')
    .addHelpText(
      'after',
      `
Examples:
  mien video film.mp4 > faces.jsonl
  mien video film.mp4 --quiet --csv faces.csv --timeline faces.html --annotate faces.mp4
  mien video camera

Exit codes: 0 read to its end, or to Ctrl-C; 1 cut off, damaged, or a camera that went away: what was read is whole; 2 a mistake in what was asked.`,
    )
    .action(video);
}

async function video(input: string, given: unknown): Promise<void> {
  const options = parseOptions(optionsSchema, given);
  // FFmpeg and what goes with it are not loaded by the other commands, whose start is waited for.
  const [{ openVideo }, { readVideo }, { createEmotionReader }, { MienError }] = await Promise.all([
    import('../video/open-video.js'),
    import('../video/read-video.js'),
    import('../emotion-reader.js'),
    import('@mien/core'),
  ]);
  const stop = new AbortController();
  const source = await openVideo(input, { signal: stop.signal });
  const { model, engine, threads, smoothing } = options;
  const reader = await createEmotionReader({ model, engine, threads });
  const outputs = await openOutputs(input, options, reader.card, source.frameRate);
  // The first signal ends the video there; the second ends the program.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const detectEvery = options.detectEvery ?? (hasCascade(reader.card) ? DETECT_EVERY_BY_CASCADES : 1);
  const ids = new Set<number>();
  let [frames, seconds] = [0, 0];
  let fault: unknown;
  const started = performance.now();
  try {
    for await (const read of readVideo(source, reader, { smoothing, detectEvery })) {
      for (const output of outputs) await output.add(read);
      for (const { id } of read.record.faces) ids.add(id);
      frames = read.record.frame;
      seconds = read.record.time;
      if (stop.signal.aborted) break;
    }
  } catch (error) {
    fault = error;
  }
  // What a damaged video held is a result; what could not be written or computed is none.
  const isWhole = fault === undefined || (MienError.isInstance(fault) && fault.code === 'MIEN_DAMAGED_VIDEO');
  const ended = await Promise.allSettled(outputs.map((output) => (isWhole ? output.finish() : output.discard())));
  reader.dispose();
  // A driver that hangs must not keep the program.
  setTimeout(() => process.exit(), 2000).unref();
  for (const result of ended) if (result.status === 'rejected') throw result.reason;
  if (isWhole) process.stderr.write(`${summarise(frames, seconds, ids.size, performance.now() - started)}\n`);
  if (fault !== undefined) throw fault;
}

async function openOutputs(input: string, options: Options, card: ModelCard, frameRate: number) {
  const { writeAnnotatedVideo, writeCsv, writeLines, writeTimeline } = await import('../video/outputs.js');
  const { csv, timeline, annotate, quiet } = options;
  return [
    ...(quiet ? [] : [writeLines(process.stdout)]),
    ...(timeline === undefined ? [] : [writeTimeline(timeline, card.labels, basename(input))]),
    ...(csv === undefined ? [] : [await writeCsv(csv, card.labels)]),
    ...(annotate === undefined ? [] : [writeAnnotatedVideo(annotate, frameRate)]),
  ];
}

function hasCascade({ pipeline }: ModelCard): boolean {
  return pipeline.some(({ detector }) => detector !== undefined && (detector as { type?: string }).type !== 'cnn');
}

function summarise(frames: number, seconds: number, faces: number, milliseconds: number): string {
  const rate = (frames / (milliseconds / 1000)).toFixed(1);
  const count = (number: number, name: string) => `${number} ${name}${number === 1 ? '' : 's'}`;
  return `${count(frames, 'frame')} (${seconds.toFixed(1)} s), ${count(faces, 'face')}; ${rate} frames/s`;
}

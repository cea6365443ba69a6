import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import type { ContestantDefinition } from '../contestant.js';
import { formatOutcome, interleave, median, type Outcome } from '../interleave.js';
import { parseCount } from '../parse-count.js';
import { runMien } from './measure-program.js';
import { drawPhotos, drawVideo } from './photos.js';

const REFERENCE = 'human';
const PHOTOS = 12;
const EXPRESSIONS_A_TURN = 200;
const VIDEO_FRAMES = 300;

const PARTS = ['predict', 'expression', 'video', 'cold-start'] as const;
type Part = (typeof PARTS)[number];

interface InferenceBenchmarkOptions {
  readonly rounds: number;
  readonly only?: readonly string[];
  readonly photos?: string;
  readonly json?: boolean;
}

/** Rounds of one of our programs by itself. */
interface Figures {
  readonly unit: string;
  readonly values: readonly number[];
  readonly median: number;
  readonly load: readonly [before: number, after: number];
}

/** `bench inference`. */
export function inferenceBenchmark(): Command {
  return new Command('inference')
    .description('photos and expressions in turns with human and face-api on tfjs-node; videos; a cold start')
    .option('--rounds <count>', 'turns of each', parseCount, 5)
    .option('--only <parts...>', `some of ${PARTS.join(', ')}`)
    .option('--photos <folder>', 'photos to read; the default are drawn, 640×480 with a face each')
    .option('--json', 'print JSON')
    .action(run);
}

async function run({ rounds, only, photos, json }: InferenceBenchmarkOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mien-bench-inference-'));
  try {
    const pictures = photos ?? folder;
    if (photos === undefined) await drawPhotos(folder, PHOTOS);
    const names = (await readdir(pictures)).sort();
    const results: Record<string, unknown> = {};
    const print = (name: string, result: unknown, text: string) => {
      results[name] = result;
      if (!json) process.stdout.write(`${name}\n${text}\n`);
    };
    const wanted = (part: Part) => only === undefined || only.includes(part);
    for (const part of ['predict', 'expression'] as const) {
      if (!wanted(part)) continue;
      const outcome = await compare(part, pictures, rounds, part === 'predict' ? names.length : EXPRESSIONS_A_TURN);
      print(part, outcome, formatOutcome(outcome, part === 'predict' ? 'photos/s' : 'faces/s', REFERENCE));
    }
    if (wanted('video')) {
      for (const people of [1, 4]) {
        const figures = await measureVideo(people, rounds);
        print(`video, ${people} ${people === 1 ? 'face' : 'faces'}`, figures, formatFigures(figures));
      }
    }
    if (wanted('cold-start')) {
      const figures = await measureColdStart(join(pictures, names[0]), rounds);
      print('cold start to the first prediction', figures, formatFigures(figures));
    }
    if (json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function compare(part: 'predict' | 'expression', pictures: string, rounds: number, units: number): Promise<Outcome> {
  const repetitions = part === 'predict' ? 1 : EXPRESSIONS_A_TURN;
  const contestant = (name: string, file: string, ...argv: string[]): ContestantDefinition => ({
    name,
    command: process.execPath,
    arguments: [fileURLToPath(new URL(`${file}.js`, import.meta.url)), ...argv],
    units,
  });
  const mien = (name: string, threads: string, ...bundle: string[]) =>
    contestant(name, 'mien-contestant', part, `${repetitions}`, pictures, threads, ...bundle);
  const peer = (name: string) => contestant(name, 'peer-contestant', name, part, `${repetitions}`, pictures);
  const contestants = [mien('mien', 'all'), mien('mien, 1 thread', '1'), peer(REFERENCE), peer('face-api')];
  // Of face-api's two detectors the tiny one is the faster; the network of expressions is the same.
  const others =
    part === 'predict'
      ? [peer('face-api-ssd')]
      : ['mien-net.fer2013-small', 'mini-xception.fer2013'].map((bundle) => mien(`mien, ${bundle}`, '1', bundle));
  return interleave([...contestants, ...others], {
    rounds,
    reference: REFERENCE,
  });
}

async function measureVideo(people: number, rounds: number): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'mien-bench-video-'));
  try {
    const file = join(folder, 'video.mjpeg');
    await writeFile(file, await drawVideo(people, VIDEO_FRAMES));
    return await repeat('frames/s', rounds, async () => {
      const { output, errors } = await runMien(['video', file]);
      const faces = output.split('"id":').length - 1;
      const frames = output.split('\n').length - 1;
      if (frames !== VIDEO_FRAMES || faces < people * (frames - 2))
        throw new Error(`${faces} faces in ${frames} frames of ${people} people`);
      return Number(/([\d.]+) frames\/s/.exec(errors)?.[1]);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The program, Node included, from nothing to the line of one photo. */
async function measureColdStart(photo: string, rounds: number): Promise<Figures> {
  return repeat('s', rounds, async () => (await runMien(['predict', photo])).firstOutputSeconds);
}

async function repeat(unit: string, rounds: number, measure: () => Promise<number>): Promise<Figures> {
  const before = loadavg()[0];
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) values.push(await measure());
  return { unit, values, median: median(values), load: [before, loadavg()[0]] };
}

function formatFigures({ unit, values, median: middle, load }: Figures): string {
  const range = `${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)}`;
  return (
    `mien  ${middle.toFixed(2)} ${unit}, median of ${values.length} (${range})\n` +
    `load of the machine: ${load[0].toFixed(2)} before, ${load[1].toFixed(2)} after\n`
  );
}
